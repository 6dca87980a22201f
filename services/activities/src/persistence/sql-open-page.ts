import { derivedId } from '#libs/kernel';
import { inList, sql, type SqlValue, type Tx } from '#libs/platform';

import type { Failure, IncomingActivity } from '../domain/activity.js';
import type { Alert } from '../domain/alert.js';
import type { Need } from '../domain/detection/detector.js';
import { packProfile, unpackProfile, type Profile } from '../domain/detection/profile.js';
import type { AccountRef, AlertEvidence, CountrySeen, OpenPage, PackedRaws, SetAside } from '../domain/page-store.js';
import { activityInsert, failureInsert, toRow } from './activity.row.js';
import { answerNeeds, idFloor } from './need-answers.js';
import { lockAlerts, saveAlertEvidence } from './alert.rows.js';

const KEYS_PER_STATEMENT = 500;
const MOST_AWAITED = 10_000;
/** How far from its alert an event that the alert names is looked for. */
const RELATED_WITHIN_MS = 24 * 3_600_000;
const PROFILE_KEY = ['tenant', 'actor_key'];

export class SqlOpenPage implements OpenPage {
  constructor(
    private readonly tenant: string,
    private readonly tx: Tx,
  ) {}

  async known(ids: readonly string[]): Promise<ReadonlySet<string>> {
    return knownIds(this.tx, this.tenant, ids);
  }

  async insert(incoming: readonly IncomingActivity[], failures: readonly Failure[], raws: PackedRaws): Promise<void> {
    const { tenant, tx } = this;
    const rows = incoming.map((one) => toRow(tenant, one, raws.positions.get(one.activity.id)));
    await activityInsert.run(tx, rows);
    const connectorId = incoming[0]?.activity.connectorId ?? '';
    await failureInsert.run(
      tx,
      failures.map((failure) => ({ ...failure, tenant, connectorId })),
    );
    const used = new Set(rows.map(({ rawBlock }) => rawBlock));
    const blocks = raws.blocks.filter(({ id }) => used.has(id));
    await tx.insert(
      'raw_block',
      blocks.map(({ id, bytes }) => ({ tenant, id, connector_id: connectorId, content: bytes })),
      { key: ['tenant', 'id'], update: 'keep' },
    );
  }

  async countUnmapped(incoming: readonly IncomingActivity[]): Promise<void> {
    const { tenant, tx } = this;
    const counts = new Map<string, { connectorId: string; eventType: string; seen: number; first: number; last: number }>();
    for (const { activity } of incoming) {
      if (activity.mapping !== 'none') continue;
      const { connectorId, eventType, occurredAt: at } = activity;
      const count = counts.get(eventType) ?? { connectorId, eventType, seen: 0, first: at, last: at };
      counts.set(eventType, { ...count, seen: count.seen + 1, first: Math.min(count.first, at), last: Math.max(count.last, at) });
    }
    for (const { connectorId, eventType, seen, first, last } of counts.values()) {
      const matched = await tx.execute(sql`
        update unmapped_event_type set seen = seen + ${seen},
          first_seen_at = case when first_seen_at < ${first} then first_seen_at else ${first} end,
          last_seen_at = case when last_seen_at > ${last} then last_seen_at else ${last} end
        where tenant = ${tenant} and connector_id = ${connectorId} and event_type = ${eventType}`);
      if (matched > 0) continue;
      await tx.insert('unmapped_event_type', [
        { tenant, connector_id: connectorId, event_type: eventType, seen, first_seen_at: first, last_seen_at: last },
      ]);
    }
  }

  async setAside(connectorId: string, records: readonly SetAside[], now: number): Promise<void> {
    const { tenant } = this;
    const rows = records.map(({ reason, record }) => ({
      id: derivedId('exc', tenant, connectorId, record),
      tenant,
      connector_id: connectorId,
      stream: 'ACTIVITIES',
      reason: reason.slice(0, 500),
      record,
      set_aside_at: now,
    }));
    await this.tx.insert('quarantine', rows, { key: ['id'], update: 'keep' });
  }

  async accounts(ids: readonly string[]): Promise<readonly AccountRef[]> {
    const own = await this.refs('id', ids);
    const people = [...new Set(own.flatMap(({ personId }) => personId ?? []))];
    const known = new Set(own.map(({ id }) => id));
    const others = await this.refs('person_id', people);
    return [...own, ...others.filter(({ id }) => !known.has(id))];
  }

  async profiles(accountKeys: readonly string[]): Promise<ReadonlyMap<string, Profile>> {
    const profiles = new Map<string, Profile>();
    for (const keys of chunks([...accountKeys].sort())) {
      const rows = await this.tx.query<{ actor_key: string; state: string }>(
        sql`select actor_key, state from profile where tenant = ${this.tenant} and ${inList(sql`actor_key`, keys)}${this.tx.dialect.forUpdate}`,
      );
      for (const { actor_key: key, state } of rows) profiles.set(key, unpackProfile(state));
    }
    return profiles;
  }

  async saveProfiles(connectorId: string, profiles: ReadonlyMap<string, Profile>): Promise<void> {
    const rows = [...profiles].map(([key, profile]) => ({
      tenant: this.tenant,
      actor_key: key,
      connector_id: connectorId,
      state: packProfile(profile),
    }));
    await this.tx.insert('profile', rows, { key: PROFILE_KEY, update: ['state'] });
  }

  async saveCountries(connectorId: string, seen: readonly CountrySeen[]): Promise<void> {
    const { tenant, tx } = this;
    const rows = seen.map(({ actorKey, country, day }) => ({
      ...{ tenant, country: country.slice(0, 8), actor_key: actorKey },
      ...{ connector_id: connectorId, first_day: day },
    }));
    await tx.insert('country_seen', rows, { key: ['tenant', 'country', 'actor_key'], update: 'keep' });
    for (const { actorKey, country, day } of seen.filter(({ isEarlier }) => isEarlier)) {
      await tx.execute(sql`
        update country_seen set first_day = ${day}
        where tenant = ${tenant} and country = ${country} and actor_key = ${actorKey} and first_day > ${day}`);
    }
  }

  async answer(needs: readonly Need[]): Promise<readonly unknown[]> {
    return answerNeeds(this.tx, this.tenant, needs, (keys) => this.profiles(keys));
  }

  async alerts(ids: readonly string[]): Promise<ReadonlyMap<string, Alert>> {
    return lockAlerts(this.tx, this.tenant, ids);
  }

  async saveAlerts(evidence: readonly AlertEvidence[]): Promise<void> {
    await saveAlertEvidence(this.tx, this.tenant, evidence);
    await this.awaitEvents(evidence);
  }

  async linkAwaited(connectorId: string, incoming: readonly IncomingActivity[]): Promise<number> {
    const { tenant, tx } = this;
    const rows = await tx.query<{ external_id: string; alert_id: string }>(
      sql`select external_id, alert_id from awaited_event where tenant = ${tenant} and connector_id = ${connectorId} limit ${MOST_AWAITED}`,
    );
    if (rows.length === 0) return 0;
    const ids = new Map(incoming.map(({ activity }) => [activity.externalId, activity.id]));
    const come = rows.flatMap((row) => (ids.has(row.external_id) ? [{ ...row, activityId: ids.get(row.external_id)! }] : []));
    if (come.length === 0) return 0;
    await tx.insert(
      'alert_activity',
      come.map(({ alert_id, activityId }) => ({ tenant, alert_id, activity_id: activityId })),
      { key: ['tenant', 'alert_id', 'activity_id'], update: 'keep' },
    );
    for (const { external_id: externalId } of come) {
      await tx.execute(
        sql`delete from awaited_event where tenant = ${tenant} and connector_id = ${connectorId} and external_id = ${externalId}`,
      );
    }
    for (const id of new Set(come.map(({ alert_id }) => alert_id))) {
      await tx.execute(sql`
        update alert set activity_count = (select count(*) from alert_activity where tenant = ${tenant} and alert_id = ${id}) where tenant = ${tenant} and id = ${id}`);
    }
    return come.length;
  }

  // Events of the app's alert that are stored already are linked at once, the others when they come.
  private async awaitEvents(evidence: readonly AlertEvidence[]): Promise<void> {
    const { tenant, tx } = this;
    for (const { alert, relatedEvents } of evidence) {
      if (relatedEvents.length === 0 || alert.connectorId === null) continue;
      const { connectorId } = alert;
      const stored: { id: string; external_id: string }[] = [];
      for (const keys of chunks(relatedEvents)) {
        stored.push(
          ...(await tx.query<{ id: string; external_id: string }>(sql`
            select id, external_id from activity where tenant = ${tenant} and connector_id = ${connectorId}
              and id >= ${idFloor(alert.firstAt - RELATED_WITHIN_MS)} and id < ${idFloor(alert.lastAt + RELATED_WITHIN_MS)} and ${inList(sql`external_id`, keys)}`)),
        );
      }
      const there = new Set(stored.map(({ external_id }) => external_id));
      await tx.insert(
        'awaited_event',
        [...new Set(relatedEvents)]
          .filter((externalId) => !there.has(externalId))
          .map((externalId) => ({ tenant, connector_id: connectorId, external_id: externalId, alert_id: alert.id })),
        { key: ['tenant', 'connector_id', 'external_id', 'alert_id'], update: 'keep' },
      );
      if (stored.length > 0) {
        await saveAlertEvidence(tx, tenant, [
          { alert, accountIds: [], activityIds: stored.map(({ id }) => id), distrusts: [], relatedEvents: [] },
        ]);
      }
    }
  }

  private async refs(column: 'id' | 'person_id', keys: readonly string[]): Promise<AccountRef[]> {
    const refs: AccountRef[] = [];
    const where = column === 'id' ? sql`id` : sql`person_id`;
    for (const some of chunks([...keys].sort())) {
      const rows = await this.tx.query<{ id: string; person_id: string | null; name: string | null; type: string }>(
        sql`select id, person_id, name, type from account_ref where tenant = ${this.tenant} and ${inList(where, some)} order by id${this.tx.dialect.forUpdate}`,
      );
      refs.push(
        ...rows.map(({ id, person_id, name, type }) => ({
          id,
          personId: person_id,
          name,
          isMachine: type === 'service' || type === 'bot',
        })),
      );
    }
    return refs;
  }
}

/** Which of the ids are stored already. */
export async function knownIds(database: Pick<Tx, 'query'>, tenant: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  for (const some of chunks(ids)) {
    const rows = await database.query<{ id: string }>(sql`select id from activity where tenant = ${tenant} and ${inList(sql`id`, some)}`);
    for (const { id } of rows) known.add(id);
  }
  return known;
}

export function chunks<T extends SqlValue>(values: readonly T[], size = KEYS_PER_STATEMENT): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < values.length; start += size) parts.push(values.slice(start, start + size));
  return parts;
}
