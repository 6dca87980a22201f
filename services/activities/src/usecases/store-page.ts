import { Injectable } from '@nestjs/common';
import type { BulkPage, SinkPosition, StoredPage } from '#libs/contracts';
import { crashPoint, Database, StreamPositions, type Tx } from '#libs/platform';

import { namedActorKey, type IncomingActivity } from '../domain/activity.js';
import { toFailure } from '../domain/detection/failed-sign-ins.js';
import { learnFrom } from '../domain/detection/learn-from.js';
import { firstDay } from '../domain/day-set.js';
import { firstDays, type Profile } from '../domain/detection/profile.js';
import { PageStore, type CountrySeen, type OpenPage, type PackedRaws } from '../domain/page-store.js';
import { RaiseAlerts } from './raise-alerts.js';
import type { ReadPage } from './read-records.js';
import { subjectsOf } from './subjects.js';

/** Stores a page: new activities, what they teach, the alerts they raise and the stream's position, in one transaction or not at all. */
@Injectable()
export class StorePage {
  constructor(
    private readonly database: Database,
    private readonly pages: PageStore<Tx>,
    private readonly alerts: RaiseAlerts,
    private readonly positions: StreamPositions,
  ) {}

  async run(page: BulkPage, read: ReadPage): Promise<StoredPage> {
    const newestAt = read.incoming.at(-1)?.activity.occurredAt ?? null;
    const { changed, end } = await this.store(read, page.isBackfill === true, (tx) =>
      this.positions.move(tx, page, newestAt, read.receivedAt),
    );
    return { position: end, changed, quarantined: read.setAside.length };
  }

  /** A few records outside of the stream: the position stays. */
  async touch(read: ReadPage): Promise<void> {
    await this.store(read, false, async () => undefined);
  }

  private async store<T extends SinkPosition | undefined>(
    read: ReadPage,
    isBackfill: boolean,
    finish: (tx: Tx) => Promise<T>,
  ): Promise<{ changed: number; end: T }> {
    const { tenant, connectorId } = read.key;
    const named = await this.withNamedAccounts(read);
    // Packing takes longer than storing, and happens beside the event loop: so before the transaction, and for what is likely to be new only.
    const probablyKnown = await this.pages.known(
      tenant,
      named.map(({ activity }) => activity.id),
    );
    const raws = await this.pages.pack(named.filter(({ activity }) => !probablyKnown.has(activity.id)));
    return this.database.transaction(async (tx) => {
      const page = this.pages.open(tenant, tx);
      const fresh = await this.insertNew(page, named, raws);
      await page.setAside(connectorId, read.setAside, read.receivedAt);
      if (fresh.length > 0) await this.learnAndJudge(tx, page, read, fresh, isBackfill);
      const end = await finish(tx);
      crashPoint('activities:page-stored');
      return { changed: fresh.length, end };
    });
  }

  private async insertNew(page: OpenPage, incoming: readonly IncomingActivity[], raws: PackedRaws): Promise<readonly IncomingActivity[]> {
    const known = await page.known(incoming.map(({ activity }) => activity.id));
    const fresh = known.size === 0 ? incoming : incoming.filter(({ activity }) => !known.has(activity.id));
    const failures = fresh.flatMap(({ activity }) => toFailure(activity) ?? []);
    await page.insert(fresh, failures, raws);
    await page.countUnmapped(fresh);
    return fresh;
  }

  private async learnAndJudge(
    tx: Tx,
    page: OpenPage,
    read: ReadPage,
    fresh: readonly IncomingActivity[],
    isBackfill: boolean,
  ): Promise<void> {
    const actorKeys = [...new Set(fresh.flatMap(({ activity }) => activity.actorKey ?? []))];
    const refs = await page.accounts(actorKeys);
    const profiles = new Map(await page.profiles([...new Set([...actorKeys, ...refs.map(({ id }) => id)])]));
    const before = new Map(profiles);
    const changed = teach(profiles, fresh);
    await page.saveProfiles(read.key.connectorId, changed);
    await page.saveCountries(read.key.connectorId, newCountries(before, changed));
    await page.linkAwaited(read.key.connectorId, fresh);
    await this.alerts.run(tx, page, {
      key: read.key,
      isBackfill,
      fresh: {
        activities: fresh.map(({ activity }) => activity),
        relatedEvents: new Map(
          fresh.flatMap(({ activity, relatedEvents }) => (relatedEvents.length === 0 ? [] : [[activity.id, relatedEvents] as const])),
        ),
        subjects: subjectsOf(actorKeys, refs, profiles),
      },
    });
  }

  // Some apps name the actor of a failed sign-in by address only; where the account is known by then, it is meant. Else the name alone is the actor.
  private async withNamedAccounts({ key, incoming }: ReadPage): Promise<readonly IncomingActivity[]> {
    const nameOf = ({ activity }: IncomingActivity): string | null =>
      activity.actorKey === null ? (activity.actorEmail ?? activity.actorName) : null;
    const names = incoming.flatMap((one) => nameOf(one) ?? []);
    if (names.length === 0) return incoming;
    const accounts = await this.pages.accountsByName(key.tenant, key.connectorId, names);
    return incoming.map((one) => {
      const name = nameOf(one)?.toLowerCase().slice(0, 190);
      if (name === undefined || name === '') return one;
      const actorKey = accounts.get(name) ?? namedActorKey(key.tenant, key.connectorId, name);
      return { ...one, activity: { ...one.activity, actorKey } };
    });
  }
}

/** Teaches the profiles in place, and returns those that changed. */
function teach(profiles: Map<string, Profile>, fresh: readonly IncomingActivity[]): ReadonlyMap<string, Profile> {
  const changed = new Map<string, Profile>();
  for (const { activity } of fresh) {
    if (activity.actorKey === null) continue;
    const before = profiles.get(activity.actorKey);
    const after = learnFrom(before, activity);
    if (after === undefined || after === before) continue;
    profiles.set(activity.actorKey, after);
    changed.set(activity.actorKey, after);
  }
  return changed;
}

/** The countries that accounts are new in, or known to have been in for longer than was thought. */
function newCountries(before: ReadonlyMap<string, Profile>, changed: ReadonlyMap<string, Profile>): CountrySeen[] {
  const all: CountrySeen[] = [];
  for (const [actorKey, profile] of changed) {
    const old = before.get(actorKey);
    if (old && !hasNewPast(old, profile)) continue;
    const known = firstDays(old);
    for (const [country, day] of firstDays(profile)) {
      if (day < (known.get(country) ?? Infinity)) all.push({ actorKey, country, day, isEarlier: known.has(country) });
    }
  }
  return all;
}

/** False where the profile has only got newer days of places that it had: nearly always. */
function hasNewPast(before: Profile, after: Profile): boolean {
  for (const [place, days] of after.places) {
    const old = before.places.get(place);
    if (!old || (old !== days && firstDay(days) < firstDay(old))) return true;
  }
  return false;
}
