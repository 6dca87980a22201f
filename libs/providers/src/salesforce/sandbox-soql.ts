import { at, timeMs } from '../sdk/index.js';

export type Row = Readonly<Record<string, unknown>>;
type Value = string | number | boolean | null | { readonly time: number };
export type Condition = (row: Row) => boolean;

/** A query as the sandbox understands it: the part of SOQL that people use for reading tables. */
export interface Soql {
  readonly fields: readonly string[];
  readonly count: string | undefined;
  readonly object: string;
  readonly accepts: Condition;
  /** Every field that conditions name. */
  readonly tested: readonly string[];
  readonly order: readonly { readonly field: string; readonly isDescending: boolean }[];
  readonly limit: number;
  /** The earliest time asked for, by field. */
  readonly from: ReadonlyMap<string, number>;
}

const TOKEN =
  /\s*(?:('(?:[^'\\]|\\.)*')|(\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:?\d{2}))|(-?\d+(?:\.\d+)?)|([A-Za-z_][\w.]*)|(>=|<=|!=|<>|[=<>(),]))/y;

/** Reads a query; throws a SyntaxError for what is none. */
export function parseSoql(soql: string): Soql {
  return new Parser(tokens(soql)).query();
}

function tokens(soql: string): string[] {
  const found: string[] = [];
  TOKEN.lastIndex = 0;
  const text = soql.trim();
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const token = TOKEN.exec(text);
    if (!token) throw new SyntaxError(`unexpected token at ${from}`);
    found.push(token[0].trim());
  }
  return found;
}

class Parser {
  private place = 0;
  private readonly tested: string[] = [];
  private readonly from = new Map<string, number>();

  constructor(private readonly tokens: readonly string[]) {}

  query(): Soql {
    this.word('SELECT');
    const { fields, count } = this.columns();
    this.word('FROM');
    const object = this.next();
    const accepts = this.takes('WHERE') ? this.either() : () => true;
    const order = this.ordering();
    const limit = this.takes('LIMIT') ? Number(this.next()) : Number.POSITIVE_INFINITY;
    if (this.place < this.tokens.length) throw new SyntaxError(`unexpected token: ${this.tokens[this.place]}`);
    return { fields, count, object, accepts, tested: this.tested, order, limit, from: this.from };
  }

  private columns(): { fields: string[]; count: string | undefined } {
    if (this.takes('COUNT')) {
      this.word('(');
      const count = this.takes(')') ? '' : this.next();
      if (count !== '') this.word(')');
      return { fields: [], count };
    }
    const fields = [this.next()];
    while (this.takes(',')) fields.push(this.next());
    return { fields, count: undefined };
  }

  private either(): Condition {
    const parts = [this.all()];
    while (this.takes('OR')) parts.push(this.all());
    return (row) => parts.some((part) => part(row));
  }

  private all(): Condition {
    const parts = [this.single()];
    while (this.takes('AND')) parts.push(this.single());
    return (row) => parts.every((part) => part(row));
  }

  private single(): Condition {
    if (this.takes('(')) {
      const inner = this.either();
      this.word(')');
      return inner;
    }
    const field = this.next();
    this.tested.push(field);
    if (this.takes('NOT')) {
      this.word('IN');
      const values = this.values();
      return (row) => !values.some((value) => same(at(row, ...field.split('.')), value));
    }
    if (this.takes('IN')) {
      const values = this.values();
      return (row) => values.some((value) => same(at(row, ...field.split('.')), value));
    }
    return this.comparison(field);
  }

  private comparison(field: string): Condition {
    const operator = this.next();
    const value = this.value();
    if ((operator === '>=' || operator === '>') && isTime(value)) this.from.set(field, value.time);
    const path = field.split('.');
    switch (operator) {
      case '=':
        return (row) => same(at(row, ...path), value);
      case '!=':
      case '<>':
        return (row) => !same(at(row, ...path), value);
      case '>':
      case '>=':
      case '<':
      case '<=':
        return (row) => ordered(at(row, ...path), operator, value);
      default:
        throw new SyntaxError(`unexpected token: ${operator}`);
    }
  }

  private values(): Value[] {
    this.word('(');
    const values = [this.value()];
    while (this.takes(',')) values.push(this.value());
    this.word(')');
    return values;
  }

  private value(): Value {
    const token = this.next();
    if (token.startsWith("'")) return token.slice(1, -1).replace(/\\(.)/g, '$1');
    if (/^\d{4}-/.test(token)) return { time: timeMs(token) ?? Number.NaN };
    if (/^-?\d/.test(token)) return Number(token);
    const word = token.toLowerCase();
    if (word === 'true' || word === 'false') return word === 'true';
    if (word === 'null') return null;
    throw new SyntaxError(`unexpected token: ${token}`);
  }

  private ordering(): Soql['order'] {
    if (!this.takes('ORDER')) return [];
    this.word('BY');
    const order: { field: string; isDescending: boolean }[] = [];
    do {
      const field = this.next();
      const isDescending = this.takes('DESC');
      if (!isDescending) this.takes('ASC');
      order.push({ field, isDescending });
    } while (this.takes(','));
    return order;
  }

  private takes(word: string): boolean {
    if (this.tokens[this.place]?.toUpperCase() !== word) return false;
    this.place += 1;
    return true;
  }

  private word(word: string): void {
    if (!this.takes(word)) throw new SyntaxError(`expecting ${word}, found ${this.tokens[this.place] ?? 'end of query'}`);
  }

  private next(): string {
    const token = this.tokens[this.place];
    if (token === undefined) throw new SyntaxError('unexpected end of query');
    this.place += 1;
    return token;
  }
}

function isTime(value: Value): value is { readonly time: number } {
  return typeof value === 'object' && value !== null;
}

// Ids of 15 and 18 letters name the same thing.
function same(found: unknown, value: Value): boolean {
  if (value === null) return found === null || found === undefined;
  if (isTime(value)) return timeMs(found) === value.time;
  if (typeof found === 'string' && typeof value === 'string' && found.length === 18 && value.length === 15) return found.startsWith(value);
  return found === value;
}

function ordered(found: unknown, operator: string, value: Value): boolean {
  const [left, right] = isTime(value) ? [timeMs(found), value.time] : [typeof found === 'number' ? found : null, Number(value)];
  if (left === null) return false;
  if (operator === '>') return left > right;
  if (operator === '>=') return left >= right;
  return operator === '<' ? left < right : left <= right;
}

/** The row with only the wanted columns, and the marks that Salesforce puts to each record. */
export function pick(object: string, row: Row, fields: readonly string[], version: string): Row {
  const picked: Record<string, unknown> = { attributes: attributes(object, row, version) };
  for (const field of fields) {
    const path = field.split('.');
    let here = picked;
    let source: unknown = row;
    for (const [depth, name] of path.entries()) {
      source = at(source, name) ?? null;
      if (depth === path.length - 1 || source === null) {
        here[name] = source;
        break;
      }
      here[name] ??= { attributes: { type: name, url: `/services/data/${version}/sobjects/${name}` } };
      here = here[name] as Record<string, unknown>;
    }
  }
  return picked;
}

function attributes(object: string, row: Row, version: string): Row {
  const base = `/services/data/${version}/sobjects/${object}`;
  return { type: object, url: typeof row['Id'] === 'string' ? `${base}/${row['Id']}` : base };
}

/** The first field that the row's object has not; a relation without a record hides nothing. */
export function unknownField(row: Row, fields: readonly string[]): string | undefined {
  return fields.find((field) => {
    let here: unknown = row;
    for (const name of field.split('.')) {
      if (here === null) return false;
      if (typeof here !== 'object' || !Object.hasOwn(here as object, name)) return true;
      here = (here as Row)[name];
    }
    return false;
  });
}
