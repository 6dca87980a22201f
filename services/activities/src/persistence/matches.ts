import { anyOf, inList, likeText, sql, type Sql } from '#libs/platform';

import type { BooleanMatch, StringMatch, TimeMatch } from '../domain/activity-filter.js';

/** A condition that is never unknown: a missing value fails all of them but `isSet: false`. */
export function textIs(column: Sql, match: StringMatch | null | undefined): Sql[] {
  if (!match) return [];
  const all: Sql[] = [];
  if (isGiven(match.eq)) all.push(sql`${column} = ${match.eq}`);
  if (isGiven(match.ne)) all.push(sql`${column} <> ${match.ne}`);
  if (isGiven(match.in)) all.push(inList(column, match.in));
  if (isGiven(match.notIn)) all.push(sql`${column} is not null and not (${inList(column, match.notIn)})`);
  if (isGiven(match.contains)) all.push(like(column, `%${likeText(match.contains)}%`));
  if (isGiven(match.startsWith)) all.push(like(column, `${likeText(match.startsWith)}%`));
  if (isGiven(match.endsWith)) all.push(like(column, `%${likeText(match.endsWith)}`));
  if (isGiven(match.isSet)) all.push(match.isSet ? sql`${column} is not null` : sql`${column} is null`);
  return all;
}

/** As {@link textIs}, for a column that holds words between line ends: a condition holds when it holds for one of them, `ne` and `notIn` when for all. */
export function wordsAre(column: Sql, match: StringMatch | null | undefined): Sql[] {
  if (!match) return [];
  const holds = (word: string): Sql => sql`instr(${column}, ${`\n${word}\n`}) > 0`;
  const all: Sql[] = [];
  if (isGiven(match.eq)) all.push(holds(match.eq));
  if (isGiven(match.ne)) all.push(sql`${column} is not null and not (${holds(match.ne)})`);
  if (isGiven(match.in)) all.push(anyOf(match.in.map(holds)));
  if (isGiven(match.notIn)) all.push(sql`${column} is not null and not (${anyOf(match.notIn.map(holds))})`);
  if (isGiven(match.contains)) all.push(like(column, `%${likeText(match.contains)}%`));
  if (isGiven(match.startsWith)) all.push(like(column, `%\n${likeText(match.startsWith)}%`));
  if (isGiven(match.endsWith)) all.push(like(column, `%${likeText(match.endsWith)}\n%`));
  if (isGiven(match.isSet)) all.push(match.isSet ? sql`${column} is not null` : sql`${column} is null`);
  return all;
}

export function yesNoIs(column: Sql, match: BooleanMatch | null | undefined): Sql[] {
  if (!match) return [];
  return [
    ...(isGiven(match.eq) ? [sql`${column} = ${match.eq}`] : []),
    ...(isGiven(match.isSet) ? [match.isSet ? sql`${column} is not null` : sql`${column} is null`] : []),
  ];
}

/** `at` makes the comparison, so that a list can compare what its index holds. */
export function timeIs(
  match: TimeMatch | null | undefined,
  now: number,
  column: Sql,
  at = (ms: number, sign: '>=' | '<'): Sql => atTime(column, ms, sign),
): Sql[] {
  if (!match) return [];
  return [
    ...(isGiven(match.gte) ? [at(match.gte, '>=')] : []),
    ...(isGiven(match.lt) ? [at(match.lt, '<')] : []),
    ...(isGiven(match.within) ? [at(now - match.within, '>=')] : []),
    ...(isGiven(match.isSet) ? [match.isSet ? sql`${column} is not null` : sql`${column} is null`] : []),
  ];
}

/** The opposite: true also where the condition is unknown. */
export function negated(condition: Sql): Sql {
  return sql`coalesce((${condition}), 0) = 0`;
}

export function like(column: Sql, pattern: string): Sql {
  return sql`lower(${column}) like lower(${pattern}) escape '!'`;
}

function atTime(column: Sql, ms: number, sign: '>=' | '<'): Sql {
  return sign === '>=' ? sql`${column} >= ${ms}` : sql`${column} < ${ms}`;
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}
