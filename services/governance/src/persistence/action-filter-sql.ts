import { allOf, anyOf, inList, likeText, sql, type Sql, type SqlValue } from '#libs/platform';

import type { ActionFilter, MomentMatch, TextMatch } from '../domain/action-store.js';

/** The condition of a filter on the columns of `action`. A missing value matches nothing but `isSet: false`. */
export function filterSql(filter: ActionFilter | null | undefined, now: number): Sql {
  if (!filter) return sql`1 = 1`;
  const conditions: Sql[] = [];
  if (filter.allOf) conditions.push(allOf(filter.allOf.map((one) => filterSql(one, now))));
  if (filter.anyOf) conditions.push(anyOf(filter.anyOf.map((one) => filterSql(one, now))));
  if (filter.not) conditions.push(sql`not (${filterSql(filter.not, now)})`);
  conditions.push(...choice(sql`kind`, filter.kind), ...choice(sql`status`, filter.status));
  conditions.push(...text(sql`account_id`, filter.account), ...text(sql`connector_id`, filter.connector), ...text(sql`app`, filter.app));
  conditions.push(
    ...text(sql`requested_by`, filter.requestedBy),
    ...text(sql`reason`, filter.reason),
    ...text(sql`problem_code`, filter.problemCode),
  );
  conditions.push(
    ...moment(sql`requested_at`, filter.requestedAt, now),
    ...moment(sql`settled_at`, filter.settledAt, now),
    ...moment(sql`until_at`, filter.until, now),
  );
  if (typeof filter.isRevert === 'boolean') conditions.push(filter.isRevert ? sql`revert_of is not null` : sql`revert_of is null`);
  return allOf(conditions);
}

function choice(
  column: Sql,
  match: { readonly in?: readonly SqlValue[] | null; readonly notIn?: readonly SqlValue[] | null } | null | undefined,
): Sql[] {
  const conditions: Sql[] = [];
  if (match?.in) conditions.push(inList(column, match.in));
  if (match?.notIn) conditions.push(sql`not ${inList(column, match.notIn)}`);
  return conditions;
}

function text(column: Sql, match: TextMatch | null | undefined): Sql[] {
  if (!match) return [];
  const conditions: Sql[] = [];
  const like = (pattern: string): Sql => sql`lower(${column}) like lower(${pattern}) escape '!'`;
  if (typeof match.eq === 'string') conditions.push(sql`${column} = ${match.eq}`);
  if (typeof match.ne === 'string') conditions.push(sql`${column} <> ${match.ne}`);
  if (match.in) conditions.push(inList(column, match.in));
  if (match.notIn) conditions.push(match.notIn.length === 0 ? sql`${column} is not null` : sql`not ${inList(column, match.notIn)}`);
  if (typeof match.contains === 'string') conditions.push(like(`%${likeText(match.contains)}%`));
  if (typeof match.startsWith === 'string') conditions.push(like(`${likeText(match.startsWith)}%`));
  if (typeof match.endsWith === 'string') conditions.push(like(`%${likeText(match.endsWith)}`));
  conditions.push(...presence(column, match.isSet));
  return conditions;
}

function moment(column: Sql, match: MomentMatch | null | undefined, now: number): Sql[] {
  if (!match) return [];
  const conditions: Sql[] = [];
  if (typeof match.gte === 'number') conditions.push(sql`${column} >= ${match.gte}`);
  if (typeof match.lt === 'number') conditions.push(sql`${column} < ${match.lt}`);
  if (typeof match.within === 'number') conditions.push(sql`${column} >= ${now - match.within} and ${column} <= ${now}`);
  conditions.push(...presence(column, match.isSet));
  return conditions;
}

function presence(column: Sql, isSet: boolean | null | undefined): Sql[] {
  if (typeof isSet !== 'boolean') return [];
  return [isSet ? sql`${column} is not null` : sql`${column} is null`];
}
