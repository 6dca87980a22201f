/** A piece of SQL with its values: text is written by us, values travel as parameters, never as text. */
export class Sql {
  constructor(
    readonly text: string,
    readonly values: readonly SqlValue[],
  ) {}
}

export type SqlValue = string | number | null | Buffer | boolean;

/** Composes SQL: ``sql`select id from account where tenant = ${tenant} and ${filter}` ``. A nested {@link Sql} is inlined with its values. */
export function sql(parts: TemplateStringsArray, ...holes: readonly (SqlValue | Sql)[]): Sql {
  let text = parts[0]!;
  const values: SqlValue[] = [];
  holes.forEach((hole, index) => {
    if (hole instanceof Sql) {
      text += hole.text;
      values.push(...hole.values);
    } else {
      text += '?';
      values.push(bindable(hole));
    }
    text += parts[index + 1]!;
  });
  return new Sql(text, values);
}

/** A value as drivers take it: better-sqlite3 takes no booleans, and MySQL stores them as numbers. */
export function bindable(value: SqlValue): SqlValue {
  return typeof value === 'boolean' ? Number(value) : value;
}

/** Joins pieces: `joinSql(conditions, ' and ')`. */
export function joinSql(pieces: readonly Sql[], separator: string): Sql {
  return new Sql(
    pieces.map((piece) => piece.text).join(separator),
    pieces.flatMap((piece) => piece.values),
  );
}

/** All of the conditions; true when there is none. */
export function allOf(conditions: readonly Sql[]): Sql {
  return conditions.length === 0
    ? sql`1 = 1`
    : joinSql(
        conditions.map((one) => sql`(${one})`),
        ' and ',
      );
}

/** Any of the conditions; false when there is none. */
export function anyOf(conditions: readonly Sql[]): Sql {
  return conditions.length === 0
    ? sql`1 = 0`
    : sql`(${joinSql(
        conditions.map((one) => sql`(${one})`),
        ' or ',
      )})`;
}

/** `column in (...)`; false for an empty list, as SQL itself refuses one. */
export function inList(column: Sql, values: readonly SqlValue[]): Sql {
  return values.length === 0 ? sql`1 = 0` : sql`${column} in (${new Sql(values.map(() => '?').join(', '), values.map(bindable))})`;
}

const NAME = /^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/;

/** A table or column name. Refuses anything that is not a plain lower-case name, so that no input can become one. */
export function name(text: string): Sql {
  if (!NAME.test(text)) throw new Error(`"${text}" is not a column or table name.`);
  return new Sql(text, []);
}

/** The text of a LIKE pattern in which the caller's own `%` and `_` stand for themselves. Used with `escape '!'`. */
export function likeText(text: string): string {
  return text.replace(/[!%_]/g, (sign) => `!${sign}`);
}
