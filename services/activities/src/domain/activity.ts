import { derivedId } from '#libs/kernel';

import type { ActorType, Category, NetworkType, Outcome, Severity } from './vocabulary.js';

/** To whom or what it was done. */
export interface Target {
  /** The app's own word: User, AppInstance, Envelope. */
  readonly type: string;
  readonly externalId: string | null;
  readonly name: string | null;
}

/** Where an activity came from, as far as the address and the app tell. */
export interface Origin {
  readonly ip: string | null;
  /** See `Address.key`. */
  readonly ipKey: string | null;
  readonly country: string | null;
  readonly region: string | null;
  readonly city: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** How far off the position may be: a place is a disc, not a point. */
  readonly radiusKm: number | null;
  readonly asn: number | null;
  readonly organization: string | null;
  readonly network: NetworkType;
  /** Words for the address: corporate, vpn, tor, hosting, and the operator's own. */
  readonly ipTags: readonly string[];
}

/** One event of an app's audit log, enriched. Times are milliseconds since 1970 UTC. */
export interface Activity extends Origin {
  readonly id: string;
  readonly connectorId: string;
  readonly app: string;
  readonly externalId: string;
  readonly occurredAt: number;
  readonly receivedAt: number;
  readonly eventType: string;
  readonly category: Category;
  /** OCSF class and activity. */
  readonly classUid: number;
  readonly activityUid: number;
  /** Who decided the category: the app's table, the rules for unknown names, or nobody. */
  readonly mapping: 'exact' | 'rule' | 'none';
  readonly outcome: Outcome;
  readonly outcomeWord: string | null;
  readonly outcomeDetail: string | null;
  /** Why a sign-in failed, in one vocabulary over all apps. */
  readonly failure: string | null;
  /** One key per actor and connector: the account's id where the app names an id, else made from the name. Null: nobody named. */
  readonly actorKey: string | null;
  readonly actorName: string | null;
  readonly actorEmail: string | null;
  readonly actorType: ActorType;
  readonly isAdminActivity: boolean;
  readonly isImpersonated: boolean | null;
  /** False for a machine's or a token's sign-in; null where the app does not say. */
  readonly isInteractive: boolean | null;
  readonly targets: readonly Target[];
  readonly userAgent: string | null;
  /** For people: `Chrome 141 on Windows 10`. */
  readonly device: string | null;
  /** What two visits with one device share, whatever its version. */
  readonly deviceKey: string | null;
  readonly sessionId: string | null;
  readonly correlationId: string | null;
  readonly viaApp: string | null;
  /** The app's own security severity; null for ordinary events. */
  readonly severity: Severity | null;
}

/** An activity on its way in, with what is stored beside it. */
export interface IncomingActivity {
  readonly activity: Activity;
  /** The event as received, as JSON text. */
  readonly raw: string;
  /** Events that the app's own alert points to, by the app's event ids. */
  readonly relatedEvents: readonly string[];
}

/** What detections read of an activity: the rest is for people. */
export type Sighting = Pick<
  Activity,
  | 'id'
  | 'connectorId'
  | 'app'
  | 'occurredAt'
  | 'eventType'
  | 'category'
  | 'outcome'
  | 'failure'
  | 'actorKey'
  | 'actorName'
  | 'actorEmail'
  | 'actorType'
  | 'isInteractive'
  | 'ip'
  | 'ipKey'
  | 'country'
  | 'city'
  | 'latitude'
  | 'longitude'
  | 'radiusKm'
  | 'asn'
  | 'organization'
  | 'network'
  | 'ipTags'
  | 'userAgent'
  | 'device'
  | 'deviceKey'
>;

/** A sign-in failure that counts as an attempt to guess. Kept apart from the log, so that looking back costs what failures cost. */
export interface Failure {
  readonly activityId: string;
  readonly at: number;
  readonly actorKey: string;
  readonly actorName: string | null;
  readonly ip: string | null;
  /** The address's neighbourhood; null when the app named no address. */
  readonly networkKey: string | null;
  readonly country: string | null;
  readonly asn: number | null;
  readonly organization: string | null;
  readonly network: NetworkType;
  readonly reason: string;
  readonly userAgent: string | null;
}

/** An event name that neither the app's table nor the rules know. */
export interface UnmappedEventType {
  readonly connectorId: string;
  readonly eventType: string;
  readonly count: number;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
}

const NAMED = 'nam_';

/** The key of an actor of whom the app gives a name or an address but no id. Never the id of an account. */
export function namedActorKey(tenant: string, connectorId: string, name: string): string {
  return `${NAMED}${derivedId('acc', tenant, connectorId, 'named', name).slice('acc_'.length)}`;
}

/** True for keys that are an account's id. */
export function isAccountId(actorKey: string): boolean {
  return !actorKey.startsWith(NAMED);
}
