import { allOf, anyOf, inList, likeText, sql, type Sql } from '#libs/platform';

import type { BooleanMatch, Nested, StringMatch, TimeMatch, WordMatch } from '../domain/filters.js';
import { keyOf, NO_TIME } from './cells.js';

/** Text in a table: as the app gave it, and in lower case for searching. `key` is '' where there is none. */
export interface TextColumn {
  readonly raw: Sql;
  readonly key: Sql;
}

/** An id or slug: always there, and lower case already. */
export function plain(column: Sql): TextColumn {
  return { raw: column, key: column };
}

/**
 * Turns a nesting filter into one condition. Every leaf is true or false and never null, so that `not` is what it says: everything that the filter
 * inside it does not match, the unknown included.
 */
export function nestedCondition<F extends Nested<F>>(filter: F, leaves: (one: F) => readonly Sql[]): Sql {
  const conditions = [...leaves(filter)];
  for (const inner of filter.allOf ?? []) conditions.push(nestedCondition(inner, leaves));
  if (filter.anyOf) conditions.push(anyOf(filter.anyOf.map((inner) => nestedCondition(inner, leaves))));
  if (filter.not) conditions.push(sql`not (${nestedCondition(filter.not, leaves)})`);
  return allOf(conditions);
}

export function textConditions(column: TextColumn, match: StringMatch | null | undefined): readonly Sql[] {
  if (!match) return [];
  const conditions = [...positive(column, match), ...negative(column, match).map((one) => sql`${column.raw} is not null and ${one}`)];
  if (isGiven(match.isSet)) conditions.push(match.isSet ? sql`${column.raw} is not null` : sql`${column.raw} is null`);
  return conditions;
}

/**
 * A condition on any of several texts, such as the groups of an account: the positive parts ask whether one of them fits, the negative parts that
 * none does, of an account that has some. `exists` says whether there is one for which a condition holds.
 */
export function manyTextConditions(
  column: TextColumn,
  match: StringMatch | null | undefined,
  exists: (condition: Sql) => Sql,
): readonly Sql[] {
  if (!match) return [];
  const conditions: Sql[] = [];
  const wanted = positive(column, match);
  if (wanted.length > 0) conditions.push(exists(allOf(wanted)));
  const unwanted = negative(column, match);
  if (unwanted.length > 0) conditions.push(exists(sql`1 = 1`), sql`not ${exists(sql`not (${allOf(unwanted)})`)}`);
  if (isGiven(match.isSet)) conditions.push(match.isSet ? exists(sql`1 = 1`) : sql`not ${exists(sql`1 = 1`)}`);
  return conditions;
}

// Written out and not passed as a value: only so can SQLite see that an index of the yeses alone will do.
export function flagConditions(column: Sql, match: BooleanMatch | null | undefined): readonly Sql[] {
  if (!match) return [];
  const conditions: Sql[] = [];
  if (isGiven(match.eq))
    conditions.push(match.eq ? sql`${column} is not null and ${column} = 1` : sql`${column} is not null and ${column} = 0`);
  if (isGiven(match.isSet)) conditions.push(match.isSet ? sql`${column} is not null` : sql`${column} is null`);
  return conditions;
}

/** `missing`: whether none is kept as null or as {@link NO_TIME}. */
export function timeConditions(column: Sql, match: TimeMatch | null | undefined, now: number, missing: 'null' | 'no-time'): readonly Sql[] {
  if (!match) return [];
  const isThere = missing === 'null' ? sql`${column} is not null` : sql`${column} > ${NO_TIME}`;
  const conditions: Sql[] = [];
  if (isGiven(match.gte)) conditions.push(sql`${isThere} and ${column} >= ${match.gte}`);
  if (isGiven(match.lt)) conditions.push(sql`${isThere} and ${column} < ${match.lt}`);
  if (isGiven(match.within)) conditions.push(sql`${isThere} and ${column} >= ${now - match.within}`);
  if (isGiven(match.isSet)) conditions.push(match.isSet ? isThere : sql`not (${isThere})`);
  return conditions;
}

/** A condition on a column that always holds one of a few words, or what stands for one. */
export function wordConditions<W extends string>(
  column: Sql,
  match: WordMatch<W> | null | undefined,
  valueOf: (word: W) => string | number,
): readonly Sql[] {
  if (!match) return [];
  const conditions: Sql[] = [];
  // One word as an equality lets an index give the list's order as well.
  if (match.in) conditions.push(match.in.length === 1 ? sql`${column} = ${valueOf(match.in[0]!)}` : inList(column, match.in.map(valueOf)));
  if (match.notIn) conditions.push(sql`not (${inList(column, match.notIn.map(valueOf))})`);
  return conditions;
}

function positive({ raw, key }: TextColumn, match: StringMatch): Sql[] {
  const conditions: Sql[] = [];
  // The key's part is what an index serves.
  if (isGiven(match.eq))
    conditions.push(sql`${raw} is not null and ${raw} = ${match.eq}${raw === key ? sql`` : sql` and ${key} = ${keyOf(match.eq)}`}`);
  if (match.in) conditions.push(sql`${raw} is not null and ${inList(raw, match.in)}`);
  if (isGiven(match.contains))
    conditions.push(sql`${raw} is not null and ${key} like ${`%${likeText(keyOf(match.contains))}%`} escape '!'`);
  if (isGiven(match.endsWith)) conditions.push(sql`${raw} is not null and ${key} like ${`%${likeText(keyOf(match.endsWith))}`} escape '!'`);
  if (isGiven(match.startsWith)) conditions.push(sql`${raw} is not null and ${startsWith(key, keyOf(match.startsWith))}`);
  return conditions;
}

function negative({ raw }: TextColumn, match: StringMatch): Sql[] {
  const conditions: Sql[] = [];
  if (isGiven(match.ne)) conditions.push(sql`${raw} <> ${match.ne}`);
  if (match.notIn) conditions.push(sql`not (${inList(raw, match.notIn)})`);
  return conditions;
}

// A range and no LIKE: an index serves it on both databases. No text sorts after the last code point.
function startsWith(key: Sql, prefix: string): Sql {
  return sql`${key} >= ${prefix} and ${key} < ${`${prefix}\u{10FFFF}`}`;
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}
