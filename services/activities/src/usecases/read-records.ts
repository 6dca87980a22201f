import { Inject, Injectable } from '@nestjs/common';
import type { ActivityRecord, StreamKey } from '#libs/contracts';
import { accountId, activityId } from '#libs/kernel';

import type { Activity, IncomingActivity, Origin } from '../domain/activity.js';
import { AddressBook } from '../domain/enrichment/address-book.js';
import type { Atlas } from '../domain/enrichment/atlas.js';
import { DeviceReader } from '../domain/enrichment/device.js';
import { enrich, type Sources, type StatedOrigin } from '../domain/enrichment/enrich.js';
import { IpRangeStore } from '../domain/ip-range-store.js';
import type { SetAside } from '../domain/page-store.js';
import { ATLAS } from './atlas-token.js';

/** Records of one stream, ready to be stored. */
export interface ReadPage {
  readonly key: StreamKey;
  /** In the order of time; each of the app's events once. */
  readonly incoming: readonly IncomingActivity[];
  readonly setAside: readonly SetAside[];
  /** When the app gave them. */
  readonly receivedAt: number;
}

/** Makes activities of an app's records: who, when, where from, with what. Touches no activity that is stored. */
@Injectable()
export class ReadRecords {
  constructor(
    private readonly ranges: IpRangeStore,
    private readonly book: AddressBook,
    private readonly devices: DeviceReader,
    @Inject(ATLAS) private readonly atlas: Atlas,
  ) {}

  async run(key: StreamKey, records: readonly ActivityRecord[], receivedAt: number): Promise<ReadPage> {
    await this.book.ready();
    const known = new KnownOfPage(key, { ranges: await this.ranges.table(key.tenant), book: this.book, atlas: this.atlas });
    const incoming = new Map<string, IncomingActivity>();
    const setAside: SetAside[] = [];
    for (const record of records) {
      const reason = faultOf(record, receivedAt);
      if (reason !== undefined) setAside.push({ reason, record: JSON.stringify(record) });
      else if (!incoming.has(record.externalId)) {
        const activity = this.toActivity(key, record, receivedAt, known);
        incoming.set(record.externalId, { activity, raw: record.raw, relatedEvents: record.relatedEvents ?? [] });
      }
    }
    const ordered = [...incoming.values()].sort((a, b) => (a.activity.id < b.activity.id ? -1 : 1));
    return { key, incoming: ordered, setAside, receivedAt };
  }

  private toActivity(key: StreamKey, record: ActivityRecord, receivedAt: number, known: KnownOfPage): Activity {
    const { tenant, connectorId, app } = key;
    const origin = known.origin(record);
    const device = record.userAgent === null ? null : this.devices.read(record.userAgent);
    const { actor } = record;
    // Written out field by field: a spread makes an object of so many fields ten times slower, and this runs for every event.
    return {
      ip: cut(origin.ip, 190),
      ipKey: origin.ipKey,
      country: origin.country,
      region: cut(origin.region, 500),
      city: cut(origin.city, 500),
      latitude: origin.latitude,
      longitude: origin.longitude,
      radiusKm: origin.radiusKm,
      asn: origin.asn,
      organization: cut(origin.organization, 500),
      network: origin.network,
      ipTags: origin.ipTags,
      id: activityId(tenant, connectorId, record.externalId, new Date(record.occurredAt)),
      connectorId,
      app,
      externalId: record.externalId,
      occurredAt: record.occurredAt,
      receivedAt,
      eventType: cut(record.eventType, 190),
      category: record.category,
      classUid: record.classUid,
      activityUid: record.activityId,
      mapping: record.mapping,
      outcome: record.outcome,
      outcomeWord: cut(record.outcomeWord ?? null, 500),
      outcomeDetail: cut(record.outcomeDetail ?? null, 500),
      failure: record.failure ?? null,
      actorKey: actor.externalId === null ? null : known.accountId(actor.externalId),
      actorName: cut(actor.name, 500),
      actorEmail: cut(actor.email, 500),
      actorType: actor.type,
      isAdminActivity: record.isAdminActivity,
      isImpersonated: record.isImpersonated ?? null,
      isInteractive: record.isInteractive ?? null,
      targets: record.targets,
      userAgent: cut(record.userAgent, 1_000),
      device: cut(deviceText(record.device ?? null, device?.text ?? null), 500),
      // An app's word for a device may be as wide as "Computer": what the user agent tells comes first.
      deviceKey: cut(device?.key ?? record.device ?? null, 190),
      sessionId: cut(record.sessionId ?? null, 500),
      correlationId: cut(record.correlationId ?? null, 500),
      viaApp: cut(record.viaApp ?? null, 500),
      severity: record.severity ?? null,
    };
  }
}

/** Worked out once per page: most events of a page come from few people and places. */
class KnownOfPage {
  private readonly origins = new Map<string, Origin>();
  private readonly accountIds = new Map<string, string>();

  constructor(
    private readonly key: StreamKey,
    private readonly sources: Sources,
  ) {}

  origin(stated: StatedOrigin): Origin {
    const { ip, place, asn, organization, ipTags } = stated;
    const what = `${ip}|${place?.country}|${place?.region}|${place?.city}|${place?.latitude}|${place?.longitude}|${asn}|${organization}|${ipTags?.join()}`;
    let origin = this.origins.get(what);
    if (!origin) {
      origin = enrich(stated, this.sources);
      this.origins.set(what, origin);
    }
    return origin;
  }

  accountId(externalId: string): string {
    let id = this.accountIds.get(externalId);
    if (id === undefined) {
      id = accountId(this.key.tenant, this.key.connectorId, externalId);
      this.accountIds.set(externalId, id);
    }
    return id;
  }
}

const EARLIEST = Date.UTC(1990, 0, 1);
const MOST_AHEAD_MS = 24 * 3_600_000;
const LONGEST_ID = 190;
const LARGEST_RAW = 4_000_000;

/** Why a record can't be stored; undefined for nearly all. It is set aside then, and the others go on. */
function faultOf(record: ActivityRecord, now: number): string | undefined {
  if (typeof record.externalId !== 'string' || record.externalId === '' || record.externalId.length > LONGEST_ID) {
    return `The app's event id is empty or longer than ${LONGEST_ID} characters.`;
  }
  if (!Number.isInteger(record.occurredAt) || record.occurredAt < EARLIEST) return 'The time of the event is missing or before 1990.';
  if (record.occurredAt > now + MOST_AHEAD_MS) return 'The event lies more than a day in the future.';
  if (typeof record.raw !== 'string' || record.raw.length > LARGEST_RAW) return 'The raw event is missing or larger than 4 MB.';
  if (typeof record.eventType !== 'string' || record.eventType === '') return 'The event has no name.';
  return undefined;
}

function deviceText(stated: string | null, read: string | null): string | null {
  return stated === null || read === null ? (stated ?? read) : `${stated} (${read})`;
}

function cut<T extends string | null>(text: T, length: number): T {
  return (text === null || text.length <= length ? text : text.slice(0, length)) as T;
}
