import { allOf, anyOf, likeText, sql, type Sql } from '#libs/platform';

import type { ActivityFilter, AlertFilter, IpMatch } from '../domain/activity-filter.js';
import { readAddress, readNetwork } from '../domain/ip-address.js';
import { like, negated, textIs, timeIs, wordsAre, yesNoIs } from './matches.js';
import { idFloor } from './need-answers.js';

const TEXT_COLUMNS = [
  ...[sql`a.event_type`, sql`a.actor_name`, sql`a.actor_email`, sql`a.target_words`, sql`a.ip`, sql`a.city`, sql`a.organization`],
  ...[sql`a.device`, sql`a.user_agent`, sql`a.outcome_detail`],
];

/** The SQL of a filter over `activity a`. */
export function activityConditions(tenant: string, filter: ActivityFilter, now: number): Sql {
  const nested = (one: ActivityFilter): Sql => activityConditions(tenant, one, now);
  return allOf([
    ...(filter.allOf ?? []).map(nested),
    ...(filter.anyOf ? [anyOf(filter.anyOf.map(nested))] : []),
    ...(filter.not ? [negated(nested(filter.not))] : []),
    ...textIs(sql`a.connector_id`, filter.connector),
    ...textIs(sql`a.app`, filter.app),
    // Ids begin with the time: comparing ids keeps to the index that the list walks along.
    ...timeIs(filter.occurredAt, now, sql`a.occurred_at`, (ms, sign) =>
      sign === '>=' ? sql`a.id >= ${idFloor(Math.ceil(ms))}` : sql`a.id < ${idFloor(Math.ceil(ms))}`,
    ),
    ...textIs(sql`a.event_type`, filter.eventType),
    ...textIs(sql`a.category`, filter.category),
    ...textIs(sql`a.outcome`, filter.outcome),
    ...textIs(sql`a.actor_key`, filter.account),
    ...personIs(tenant, filter),
    ...textIs(sql`a.actor_email`, filter.actorEmail),
    ...yesNoIs(sql`a.is_admin_activity`, filter.isAdminActivity),
    ...wordsAre(sql`a.target_words`, filter.target),
    ...ipIs(filter.ip),
    ...textIs(sql`a.country`, filter.country),
    ...textIs(sql`a.city`, filter.city),
    ...textIs(sql`cast(a.asn as char(20))`, filter.asn),
    ...textIs(sql`a.user_agent`, filter.userAgent),
    ...textIs(sql`a.device`, filter.device),
    ...alertIs(tenant, filter),
    ...(filter.text ? [anyOf(TEXT_COLUMNS.map((column) => like(column, `%${likeText(filter.text!.trim())}%`)))] : []),
  ]);
}

/** The SQL of a filter over `alert l`. */
export function alertConditions(tenant: string, filter: AlertFilter, now: number): Sql {
  const nested = (one: AlertFilter): Sql => alertConditions(tenant, one, now);
  return allOf([
    ...(filter.allOf ?? []).map(nested),
    ...(filter.anyOf ? [anyOf(filter.anyOf.map(nested))] : []),
    ...(filter.not ? [negated(nested(filter.not))] : []),
    ...textIs(sql`l.status`, filter.status),
    ...textIs(sql`l.severity`, filter.severity),
    ...textIs(sql`l.classification`, filter.classification),
    ...textIs(sql`l.policy_id`, filter.policy),
    ...textIs(sql`l.connector_id`, filter.connector),
    ...textIs(sql`l.assignee`, filter.assignee),
    ...textIs(sql`l.title`, filter.title),
    ...yesNoIs(sql`l.is_from_history`, filter.isFromHistory),
    ...timeIs(filter.openedAt, now, sql`l.opened_at`),
    ...timeIs(filter.lastActivityAt, now, sql`l.last_at`),
    ...aboutIs(tenant, filter),
  ]);
}

function personIs(tenant: string, { person }: ActivityFilter): Sql[] {
  if (!person) return [];
  const { isSet, ...rest } = person;
  const known = (conditions: readonly Sql[]): Sql =>
    sql`select r.id from account_ref r where r.tenant = ${tenant} and r.person_id is not null and ${allOf(conditions)}`;
  return [
    ...(hasAny(rest) ? [sql`a.actor_key in (${known(textIs(sql`r.person_id`, rest))})`] : []),
    ...(isSet === true ? [sql`a.actor_key in (${known([])})`] : []),
    ...(isSet === false ? [negated(sql`a.actor_key in (${known([])})`)] : []),
  ];
}

function ipIs(match: IpMatch | null | undefined): Sql[] {
  if (!match) return [];
  const keyOf = (ip: string): string => readAddress(ip)?.key ?? 'no address';
  return [
    ...textIs(sql`a.ip_key`, { eq: match.eq ? keyOf(match.eq) : null, in: match.in?.map(keyOf), isSet: match.isSet }),
    ...(match.cidr
      ? [anyOf(match.cidr.flatMap((cidr) => readNetwork(cidr) ?? []).map(({ from, to }) => sql`a.ip_key >= ${from} and a.ip_key <= ${to}`))]
      : []),
    ...wordsAre(sql`a.ip_tags`, match.tag),
  ];
}

/** What an alert's evidence must be of, read from the alerts: there are few of them. */
function alertIs(tenant: string, { alert, policy }: ActivityFilter): Sql[] {
  const evidence = (conditions: readonly Sql[]): Sql =>
    sql`select x.activity_id from alert_activity x join alert l on l.tenant = x.tenant and l.id = x.alert_id where x.tenant = ${tenant} and ${allOf(conditions)}`;
  return [
    { column: sql`l.id`, match: alert },
    { column: sql`l.policy_id`, match: policy },
  ].flatMap(({ column, match }) => {
    if (!match) return [];
    const { isSet, ...rest } = match;
    return [
      ...(hasAny(rest) ? [sql`a.id in (${evidence(textIs(column, rest))})`] : []),
      ...(isSet === true ? [sql`a.id in (${evidence([])})`] : []),
      ...(isSet === false ? [sql`a.id not in (${evidence([])})`] : []),
    ];
  });
}

function aboutIs(tenant: string, { account, person }: AlertFilter): Sql[] {
  const about = (conditions: readonly Sql[]): Sql =>
    sql`select x.alert_id from alert_account x where x.tenant = ${tenant} and ${allOf(conditions)}`;
  const people = (conditions: readonly Sql[]): Sql =>
    sql`select x.alert_id from alert_account x join account_ref r on r.tenant = x.tenant and r.id = x.account_id where x.tenant = ${tenant} and r.person_id is not null and ${allOf(conditions)}`;
  return [
    { match: account, column: sql`x.account_id`, among: about },
    { match: person, column: sql`r.person_id`, among: people },
  ].flatMap(({ match, column, among }) => {
    if (!match) return [];
    const { isSet, ...rest } = match;
    return [
      ...(hasAny(rest) ? [sql`l.id in (${among(textIs(column, rest))})`] : []),
      ...(isSet === true ? [sql`l.id in (${among([])})`] : []),
      ...(isSet === false ? [sql`l.id not in (${among([])})`] : []),
    ];
  });
}

function hasAny(match: object): boolean {
  return Object.values(match).some((value) => value !== null && value !== undefined);
}
