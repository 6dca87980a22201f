import type { ControlOutcome } from '#libs/contracts';
import { allOf, anyOf, inList, likeText, sql, type Sql } from '#libs/platform';

import type { FindingStatus } from '../domain/decision.js';
import { STALE_AFTER_MS } from '../domain/evidence.js';
import type { FindingFilter, StringMatch, WordMatch } from '../domain/filter.js';

/** The condition of a filter. Every leaf is true or false and never null, so that `not` is what it says. */
export function filterCondition(filter: FindingFilter | null, now: number): Sql {
  if (!filter) return sql`1 = 1`;
  const conditions = [
    ...textConditions(sql`app`, filter.app),
    ...textConditions(sql`connector_id`, filter.connector),
    ...textConditions(sql`control_id`, filter.control),
    ...wordConditions(sql`severity`, filter.severity),
    ...wordConditions(outcomeNow(now), filter.outcome),
    ...wordConditions(statusNow(now), filter.status),
    ...(filter.allOf ?? []).map((inner) => filterCondition(inner, now)),
    ...(filter.anyOf ? [anyOf(filter.anyOf.map((inner) => filterCondition(inner, now)))] : []),
    ...(filter.not ? [sql`not (${filterCondition(filter.not, now)})`] : []),
  ];
  return allOf(conditions);
}

const STALE = (now: number): Sql => sql`(evidence_at is not null and evidence_at < ${now - STALE_AFTER_MS})`;

/** The outcome as `asOf` and `outcomeOf` of the domain tell it. */
function outcomeNow(now: number): Sql {
  const [unknown, pass, notApplicable, fail]: readonly ControlOutcome[] = ['UNKNOWN', 'PASS', 'NOT_APPLICABLE', 'FAIL'];
  return sql`case when ${STALE(now)} or result = 'unknown' then ${unknown!} when result = 'pass' then ${pass!}
    when result = 'not_applicable' then ${notApplicable!} else ${fail!} end`;
}

/** The status as `statusOf` of the domain tells it. */
function statusNow(now: number): Sql {
  const [completed, open]: readonly FindingStatus[] = ['COMPLETED', 'TO_ADDRESS'];
  return sql`case when result = 'pass' and not ${STALE(now)} then ${completed!}
    when decided_status is not null and (decision_expires_at is null or decision_expires_at > ${now}) then decided_status else ${open!} end`;
}

// All of these columns are always there and lower case or opaque: no value is missing, and LIKE needs no folding but of what was asked.
function textConditions(column: Sql, match: StringMatch | null | undefined): readonly Sql[] {
  if (!match) return [];
  const like = (pattern: string): Sql => sql`lower(${column}) like ${pattern} escape '!'`;
  const conditions: Sql[] = [];
  if (isGiven(match.eq)) conditions.push(sql`${column} = ${match.eq}`);
  if (isGiven(match.ne)) conditions.push(sql`${column} <> ${match.ne}`);
  if (isGiven(match.in)) conditions.push(inList(column, match.in));
  if (isGiven(match.notIn)) conditions.push(sql`not (${inList(column, match.notIn)})`);
  if (isGiven(match.contains)) conditions.push(like(`%${likeText(match.contains.toLowerCase())}%`));
  if (isGiven(match.startsWith)) conditions.push(like(`${likeText(match.startsWith.toLowerCase())}%`));
  if (isGiven(match.endsWith)) conditions.push(like(`%${likeText(match.endsWith.toLowerCase())}`));
  if (match.isSet === false) conditions.push(sql`1 = 0`);
  return conditions;
}

function wordConditions<W extends string>(column: Sql, match: WordMatch<W> | null | undefined): readonly Sql[] {
  if (!match) return [];
  const conditions: Sql[] = [];
  if (isGiven(match.in)) conditions.push(inList(column, match.in));
  if (isGiven(match.notIn)) conditions.push(sql`not (${inList(column, match.notIn)})`);
  return conditions;
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}
