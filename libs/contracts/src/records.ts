import type { Json } from '#libs/kernel';

import type { AccountStatus, ActivityCategory, Outcome, Severity, SignInFailure } from './vocabulary.js';

/**
 * What a provider makes of an app's answers: the records of the bulk plane.
 * In all of them `undefined` means "this read does not tell, keep what is known" and `null` means "the app was asked and did not say".
 * Times are milliseconds since 1970 UTC. External ids are the app's own, kept as text to the letter.
 */
export interface AccountRecord {
  readonly kind: 'account';
  readonly externalId: string;
  readonly username: string | null;
  readonly email: string | null;
  readonly displayName: string | null;
  readonly status: AccountStatus;
  /** A person, or a machine identity as what it is. */
  readonly type: 'person' | 'service' | 'bot' | 'unknown';
  readonly isAdmin?: boolean | null;
  readonly hasSecondFactor?: boolean | null;
  readonly lastSignInAt?: number | null;
  readonly createdAt?: number | null;
  /** What the app says and we have no field for, such as its own status word. Small; never a secret. */
  readonly attributes?: { readonly [name: string]: Json | undefined };
}

/** More about an account that a listing already showed, from a read of its own. Never makes an account. */
export interface AccountFactsRecord {
  readonly kind: 'accountFacts';
  readonly externalId: string;
  readonly isAdmin?: boolean | null;
  readonly hasSecondFactor?: boolean | null;
  readonly lastSignInAt?: number | null;
  readonly attributes?: { readonly [name: string]: Json | undefined };
}

export interface GroupRecord {
  readonly kind: 'group';
  readonly externalId: string;
  readonly name: string;
  readonly description?: string | null;
  /** The app's own word: OKTA_GROUP, adminGroup. */
  readonly type?: string | null;
  readonly attributes?: { readonly [name: string]: Json | undefined };
}

/** One member of a group: an account or, where the app nests, a group. */
export interface MemberRecord {
  readonly kind: 'member';
  readonly groupExternalId: string;
  readonly account?: string;
  readonly group?: string;
}

/** A role, admin flag or permission profile held by an account. */
export interface PrivilegeRecord {
  readonly kind: 'privilege';
  /** Unique within the account: the role assignment's id, or the profile's. */
  readonly externalId: string;
  readonly account: string;
  readonly name: string;
  /** True where holding it makes the account an administrator; null where the app does not say. */
  readonly isAdmin: boolean | null;
  /** Where it applies, such as one DocuSign account of several. */
  readonly scope?: string | null;
  /** The group that gives it, when it is not held directly. */
  readonly viaGroup?: string | null;
}

export type PermissionLevel = 'LOW' | 'MEDIUM' | 'HIGH' | 'UNKNOWN';

/** A third party's permission in an app: OAuth consent, API token, webhook, installation. */
export interface AppGrantRecord {
  readonly kind: 'appGrant';
  readonly externalId: string;
  readonly type: 'OAUTH_CONSENT' | 'API_TOKEN' | 'ACCESS_KEY' | 'INSTALLATION' | 'WEBHOOK' | 'DELEGATION';
  /** The app that holds the permission, by the id the connected app knows it by. */
  readonly appExternalId: string;
  readonly appName: string;
  /** The account that granted it; null when an administrator granted it for all, or the app does not say. */
  readonly account: string | null;
  readonly scopes: readonly string[];
  readonly level: PermissionLevel;
  readonly grantedAt?: number | null;
  readonly lastUsedAt?: number | null;
  readonly expiresAt?: number | null;
  readonly attributes?: { readonly [name: string]: Json | undefined };
}

export type InventoryRecord = AccountRecord | AccountFactsRecord | GroupRecord | MemberRecord | PrivilegeRecord | AppGrantRecord;

export interface ActivityActor {
  /** The app's id of the actor; null when it names none. */
  readonly externalId: string | null;
  readonly name: string | null;
  readonly email: string | null;
  readonly type: 'person' | 'service' | 'system' | 'anonymous' | 'unknown';
}

export interface ActivityTarget {
  /** The app's own word for what it is: User, AppInstance, Envelope. */
  readonly type: string;
  readonly externalId: string | null;
  readonly name: string | null;
}

/** Where the app itself says that the act came from. Our own databases are asked first where they know better. */
export interface StatedPlace {
  readonly country: string | null;
  readonly region?: string | null;
  readonly city?: string | null;
  readonly latitude?: number | null;
  readonly longitude?: number | null;
}

/** One event of an app's audit log. Category and classes are defined in docs/activities.md. */
export interface ActivityRecord {
  readonly kind: 'activity';
  readonly externalId: string;
  /** True where the app gives its events no id and ours is a hash of the event. */
  readonly isIdDerived?: boolean;
  readonly occurredAt: number;
  /** The app's own name of the event, untouched. */
  readonly eventType: string;
  readonly category: ActivityCategory;
  readonly classUid: number;
  readonly activityId: number;
  /** Who decided the category: the app's table, the rules for unknown names, or nobody. */
  readonly mapping: 'exact' | 'rule' | 'none';
  readonly outcome: Outcome;
  /** The app's own word where the outcome is neither success nor failure: CHALLENGE. */
  readonly outcomeWord?: string | null;
  readonly failure?: SignInFailure | null;
  /** The app's own code and message of a failure. */
  readonly outcomeDetail?: string | null;
  readonly actor: ActivityActor;
  readonly targets: readonly ActivityTarget[];
  readonly ip: string | null;
  readonly place?: StatedPlace | null;
  readonly asn?: number | null;
  readonly organization?: string | null;
  /** What the app says of the address: proxy, tor, vpn. */
  readonly ipTags?: readonly string[];
  readonly userAgent: string | null;
  readonly device?: string | null;
  readonly sessionId?: string | null;
  readonly correlationId?: string | null;
  /** The third-party app that acted for the actor, by the app's own id. */
  readonly viaApp?: string | null;
  readonly isAdminActivity: boolean;
  readonly isImpersonated?: boolean;
  /** False for a machine's or a token's sign-in; null where the app does not say. */
  readonly isInteractive?: boolean | null;
  /** The app's own security severity (an alert of its own); absent for ordinary events. */
  readonly severity?: Severity;
  /** Events that the app's own alert points to, by the app's event ids. */
  readonly relatedEvents?: readonly string[];
  /** The event as received, as JSON text, without secrets. */
  readonly raw: string;
}

/** What one operation of an app answered, for the controls to judge. */
export interface EvidenceRecord {
  readonly kind: 'evidence';
  /** The catalogue's name of the operation: `GET /api/v1/zones`. */
  readonly operation: string;
  /** Which of several such documents: an account, a region; empty when there is one. */
  readonly scope: string;
  /** A name for people of that scope: the account's name. */
  readonly scopeName?: string | null;
  readonly outcome:
    | { readonly is: 'read'; readonly document: Json }
    | { readonly is: 'refused'; readonly missing: readonly string[]; readonly message: string }
    | { readonly is: 'unlicensed'; readonly message: string }
    | { readonly is: 'failed'; readonly message: string };
  readonly readAt: number;
}

export type BulkRecord = InventoryRecord | ActivityRecord | EvidenceRecord;
