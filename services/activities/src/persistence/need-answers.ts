import { derivedTimedId } from '#libs/kernel';
import { inList, joinSql, name, sql, type Row, type Sql, type Tx } from '#libs/platform';

import type { Failure, Sighting } from '../domain/activity.js';
import { ENOUGH_PEOPLE, type CountryPeople, type Need } from '../domain/detection/detector.js';
import type { Profile } from '../domain/detection/profile.js';
import { ACTIVITY_COLUMNS, toActivity, toFailureOfRow } from './activity.row.js';

/** More than this of one subject or address within a window is cut off, the newest first: enough for any rule, and a bound for any flood. */
const MOST_ROWS = 5_000;
/** Of one subject after a row of failures. */
const MOST_SIGN_INS = 50;
const KEYS_PER_STATEMENT = 400;
/** Of one person. */
const MOST_ACCOUNTS = 100;

const SIGHTING = joinSql(
  ACTIVITY_COLUMNS.map((column) => name(column)),
  ', ',
);

type Of<K extends Need['kind']> = Extract<Need, { kind: K }>;

/** Reads what detections ask for. Needs of one kind are put together: most pages ask the same of hundreds of accounts. */
export async function answerNeeds(
  tx: Pick<Tx, 'query'>,
  tenant: string,
  needs: readonly Need[],
  profiles: (keys: readonly string[]) => Promise<ReadonlyMap<string, Profile>>,
): Promise<readonly unknown[]> {
  const answers = new Map<Need, unknown>();
  await answerFailures(
    tx,
    tenant,
    needs.filter((need) => need.kind === 'failures'),
    answers,
  );
  for (const need of needs) {
    if (need.kind === 'history') answers.set(need, await history(tx, tenant, need));
    if (need.kind === 'failuresFrom') answers.set(need, await failuresFrom(tx, tenant, need));
    if (need.kind === 'failureCounts') answers.set(need, await failureCounts(tx, tenant, need));
    if (need.kind === 'countryPeople') answers.set(need, await countryPeople(tx, tenant, need));
    if (need.kind === 'profiles') answers.set(need, await profiles(need.accountKeys));
  }
  return needs.map((need) => answers.get(need));
}

/** The id that an activity at this moment would not be below. */
export function idFloor(ms: number): string {
  return derivedTimedId('act', new Date(Math.max(0, Math.min(ms, 8.64e15)))).slice(0, 'act_'.length + 10);
}

async function answerFailures(
  tx: Pick<Tx, 'query'>,
  tenant: string,
  needs: readonly Of<'failures'>[],
  answers: Map<Need, unknown>,
): Promise<void> {
  for (let start = 0; start < needs.length; start += KEYS_PER_STATEMENT) {
    const some = needs.slice(start, start + KEYS_PER_STATEMENT);
    const keys = [...new Set(some.flatMap(({ accountKeys }) => accountKeys))];
    const from = Math.min(...some.map((need) => need.from));
    const to = Math.max(...some.map((need) => need.to));
    const rows = await failures(
      tx,
      sql`tenant = ${tenant} and ${inList(sql`actor_key`, keys)} and at >= ${from} and at <= ${to}`,
      MOST_ROWS * 4,
    );
    const byActor = new Map<string, Failure[]>();
    for (const failure of rows) {
      const own = byActor.get(failure.actorKey);
      if (own) own.push(failure);
      else byActor.set(failure.actorKey, [failure]);
    }
    for (const need of some) {
      const own = need.accountKeys.flatMap((key) => byActor.get(key) ?? []).filter(({ at }) => at >= need.from && at <= need.to);
      answers.set(
        need,
        own.sort((a, b) => a.at - b.at || (a.activityId < b.activityId ? -1 : 1)),
      );
    }
  }
}

async function failuresFrom(tx: Pick<Tx, 'query'>, tenant: string, { networkKey, from, to }: Of<'failuresFrom'>): Promise<Failure[]> {
  return failures(tx, sql`tenant = ${tenant} and network_key = ${networkKey} and at >= ${from} and at <= ${to}`, MOST_ROWS);
}

async function failures(tx: Pick<Tx, 'query'>, where: Sql, most: number): Promise<Failure[]> {
  const rows = await tx.query<Row>(sql`
    select activity_id, at, actor_key, actor_name, ip, network_key, country, asn, organization, network, reason, user_agent
    from sign_in_failure where ${where} order by at desc, activity_id desc limit ${most}`);
  return rows.reverse().map(toFailureOfRow);
}

async function failureCounts(
  tx: Pick<Tx, 'query'>,
  tenant: string,
  { accountKeys, from, to, slice }: Of<'failureCounts'>,
): Promise<number[]> {
  const rows = await tx.query<{ seen: number }>(sql`
    select count(*) as seen from sign_in_failure
    where tenant = ${tenant} and ${inList(sql`actor_key`, [...accountKeys])} and at >= ${from} and at <= ${to} and reason <> 'USER_DOES_NOT_EXIST'
    group by at - at % ${slice}`);
  return rows.map(({ seen }) => Number(seen));
}

// Both counts end early, so that neither grows with the organization.
async function countryPeople(tx: Pick<Tx, 'query'>, tenant: string, { country, before }: Of<'countryPeople'>): Promise<CountryPeople> {
  const count = async (more: Sql, most: number): Promise<number> => {
    const [row] = await tx.query<{ people: number }>(sql`
      select count(*) as people from (
        select distinct coalesce(account_ref.person_id, country_seen.actor_key) as person
        from country_seen left join account_ref on account_ref.tenant = country_seen.tenant and account_ref.id = country_seen.actor_key
        where country_seen.tenant = ${tenant} ${more} and country_seen.first_day < ${before}
        limit ${most}) as people_seen`);
    return Number(row?.people ?? 0);
  };
  const there = await count(sql`and country_seen.country = ${country}`, ENOUGH_PEOPLE);
  return { there, all: await count(sql``, ENOUGH_PEOPLE * 100) };
}

// Account by account: asked for several at once, SQLite would rather walk through everybody's activities of the time.
async function history(tx: Pick<Tx, 'query'>, tenant: string, { of, accountKeys, from, to }: Of<'history'>): Promise<Sighting[]> {
  const kind = of === 'signIns' ? sql`and category = 'SIGN_IN'` : sql``;
  const most = of === 'signIns' ? MOST_SIGN_INS : MOST_ROWS;
  const parts = accountKeys.slice(0, MOST_ACCOUNTS).map(
    (key) => sql`
      select * from (
        select ${SIGHTING} from activity
        where tenant = ${tenant} and actor_key = ${key} and id >= ${idFloor(from)} and id < ${idFloor(to + 1)} and outcome = 'SUCCESS' ${kind}
        order by id desc limit ${most}) as walk`,
  );
  if (parts.length === 0) return [];
  const rows = await tx.query<Row>(joinSql(parts, ' union all '));
  return rows.map(toActivity).sort((a, b) => (a.id < b.id ? -1 : 1));
}
