import type {
  ActionKind,
  ActivityRecord,
  Capability,
  ConnectorProblem,
  ConnectorProblemCode,
  EvidenceRecord,
  InventoryRecord,
} from '#libs/contracts';
import type { Json } from '#libs/kernel';

import type { Control } from './control.js';
import type { Facts, Secrets, Settings } from './entered.js';
import type { SandboxDefinition } from './sandbox/definition.js';

export type { Facts, Secrets, Settings } from './entered.js';

/**
 * A provider is one value made of pure functions: it says what to ask an app, how to read the answer and what it cannot do.
 * It never fetches, sleeps, retries, keeps tokens or saves cursors: the engine in `libs/providers/src/sdk/engine` does, for all providers alike.
 * All its I/O goes through the {@link AppClient} it is handed, so that a test can hand it recorded answers.
 */
export interface Provider {
  readonly manifest: Manifest;
  readonly http: HttpRules;
  readonly auth: Auth;
  /** Read once after sign-in and again daily: what the other reads need to know, such as the accounts of an organization and their hosts. */
  readonly discover?: (app: AppClient) => Promise<Facts>;
  /** Which account our own credential acts as; governance never touches it. Null when the app cannot say. */
  readonly identify: (app: AppClient) => Promise<OwnIdentity>;
  /** One cheap call per capability, made by "test connection" and after every sign-in. */
  readonly probes: readonly Probe[];
  readonly listings: { readonly [S in ListingStreamName]?: Listing<InventoryRecord> };
  readonly feeds: { readonly [name: string]: Feed };
  /** What the posture controls judge. */
  readonly evidence?: Listing<EvidenceRecord>;
  readonly controls: readonly Control[];
  readonly actions: { readonly [K in ActionKind]?: ActionPlan };
  readonly sandbox: SandboxDefinition;
}

export type ListingStreamName = 'ACCOUNTS' | 'GROUPS' | 'PRIVILEGES' | 'APP_GRANTS';

// ---------------------------------------------------------------- what it can do, and with what

export interface Manifest {
  /** The slug: `docusign`. Never renamed. */
  readonly key: string;
  readonly name: string;
  readonly vendor: string;
  readonly category: string;
  /** Total on purpose: a new capability breaks the build until every provider has answered. */
  readonly capabilities: Readonly<Record<Capability, CapabilityClaim>>;
  readonly setup: Setup;
  /** What an administrator should know before relying on it. */
  readonly limitations: readonly string[];
  /** Calls per time window that the app allows, and the share of them that we take. */
  readonly budgets: readonly Budget[];
  /** Requests in flight at once. */
  readonly concurrency: number;
  /** How far back the app keeps activities, in days. */
  readonly retentionDays: number;
  /** How long a read may lag behind a write, in ms. Recovery of an action waits as long before it acts again. */
  readonly readLagMs: number;
  readonly docs: readonly string[];
}

export type CapabilityClaim =
  | {
      readonly support: 'SUPPORTED' | 'PARTIAL';
      readonly note?: string;
      readonly scopes?: readonly string[];
      readonly plan?: string;
      readonly role?: string;
    }
  | { readonly support: 'NOT_SUPPORTED_BY_APP' | 'NOT_APPLICABLE'; readonly note: string };

export interface Setup {
  readonly prerequisites: readonly string[];
  readonly fields: readonly SetupField[];
  readonly scopes: readonly ScopeNeed[];
  /** Where an administrator consents, built from the settings entered so far. */
  readonly consentUrl?: (settings: Settings) => string | undefined;
}

export interface SetupField {
  readonly name: string;
  readonly label: string;
  readonly help?: string;
  readonly required: boolean;
  /** Sealed at once; never shown, logged or returned. */
  readonly secret: boolean;
  readonly options?: readonly string[];
  /** A whole-text pattern the value must fit; linear, no look-around. */
  readonly pattern?: RegExp;
  readonly isList?: boolean;
  /** Needed only when another field has this value, such as a token for one auth kind. */
  readonly when?: { readonly field: string; readonly is: string };
  readonly default?: string;
}

export interface ScopeNeed {
  readonly scope: string;
  readonly capabilities: readonly Capability[];
  readonly reason: string;
  /** Asked for only by governance; reading works without it. */
  readonly forWriting: boolean;
}

export interface Budget {
  readonly name: string;
  readonly calls: number;
  readonly perSeconds: number;
  /** The part that we take, 0 to 1; the rest is the customer's. Default 0.5. */
  readonly share?: number;
  /** Which operations count; all when absent. Tested against {@link AppRequest.operation}. */
  readonly match?: RegExp;
}

// ---------------------------------------------------------------- reaching the app

export interface HttpRules {
  /** The named hosts of the app as https URLs without a trailing slash; `main` is the default. Requests and next links to others are refused. */
  readonly bases: (settings: Settings, facts: Facts | undefined) => Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Names the failure where the app's dialect differs from the default table by status; `undefined` leaves it to the table, `ok` accepts. */
  readonly classify?: (answer: AppAnswer) => Classified | 'ok' | undefined;
  /** When to come back after throttling; default: Retry-After, then the reset headers named here. */
  readonly retryAt?: (answer: AppAnswer, now: Date) => Date | undefined;
  /** Headers that tell how much of the app's limit is left, to stay under our share. */
  readonly quota?: (answer: AppAnswer) => { readonly limit?: number; readonly remaining?: number; readonly resetAt?: Date } | undefined;
}

/**
 * Every way a call can end badly, each with one thing to do:
 * - `auth-expired` sign in again, once; `auth-revoked` the credential is dead; `consent` an administrator must consent;
 * - `forbidden` a scope or role is missing; `unlicensed` the plan lacks it; `missing` the thing is gone;
 * - `throttled` wait; `conflict` the state forbids it; `rejected` the app refused our input; `down` try later;
 * - `malformed` the answer cannot be read; `unreachable` no connection to the host; `misconfigured` the settings are wrong.
 */
export type FailureKind =
  | 'auth-expired'
  | 'auth-revoked'
  | 'consent'
  | 'forbidden'
  | 'unlicensed'
  | 'missing'
  | 'throttled'
  | 'conflict'
  | 'rejected'
  | 'down'
  | 'malformed'
  | 'unreachable'
  | 'misconfigured';

export interface Classified {
  readonly kind: FailureKind;
  /** In the app's words, made safe to show. */
  readonly message?: string;
  /** The app's own code: E0000006, consent_required. */
  readonly appCode?: string;
  readonly missingScopes?: readonly string[];
  /** Overrides the problem code that the kind implies, where the app tells more. */
  readonly problem?: ConnectorProblemCode;
  readonly remedy?: string;
}

export interface AppRequest {
  /** The operation's name for budgets, metrics and contract tests: method and path template, `GET /api/v1/users`. */
  readonly operation: string;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Which of {@link HttpRules.bases}; default `main`. */
  readonly at?: string;
  /** Below the base, or an absolute link the app gave us; another host than the bases is refused. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  readonly json?: Json;
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly as?: 'json' | 'text';
  readonly timeoutMs?: number;
  /** Statuses to hand back instead of throwing, such as 404 where absence is an answer. */
  readonly accept?: readonly number[];
}

export interface AppAnswer {
  readonly status: number;
  /** Lower-case names; several values of one header are an array. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Parsed JSON or text as asked; `undefined` for an empty body. Shape unknown: read it with the guards of `sdk/wire.ts`. */
  readonly body: unknown;
  readonly request: AppRequest;
}

/** The provider's only way to the app. Throws {@link AppFailure}; retries, waits and budgets are behind it. */
export interface AppClient {
  readonly settings: Settings;
  readonly facts: Facts | undefined;
  readonly now: () => Date;
  call(request: AppRequest): Promise<AppAnswer>;
  /** Runs `work` over `items`, at most `limit` at once, keeping their order. */
  each<T, R>(items: readonly T[], work: (item: T) => Promise<R>, limit?: number): Promise<R[]>;
}

/** A call to the app ended badly. Providers catch it only to say something truer. */
export class AppFailure extends Error {
  readonly kind: FailureKind;

  constructor(
    readonly classified: Classified,
    readonly operation: string,
    readonly httpStatus: number | undefined,
    /** For `throttled`: when to come back. */
    readonly retryAt?: Date,
    options?: ErrorOptions,
  ) {
    super(classified.message ?? `${operation} failed: ${classified.kind}`, options);
    this.name = 'AppFailure';
    this.kind = classified.kind;
  }
}

// ---------------------------------------------------------------- signing in

/** How secrets become signed calls. The engine keeps one session per connector, renews it once at a time, and hands it to nobody. */
export interface Auth {
  readonly signIn: (context: AuthContext) => Promise<AuthSession>;
}

export interface AuthContext {
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly now: Date;
  /** Sends an unauthenticated request to one of the bases (a token endpoint) and returns any answer that is not a network failure. */
  send(request: AppRequest): Promise<AppAnswer>;
  /** Signs a JWT with a PEM or JWK private key: RS256, ES256 or EdDSA. */
  signJwt(
    claims: Readonly<Record<string, unknown>>,
    key: string,
    header: { readonly alg: string; readonly kid?: string; readonly typ?: string },
  ): Promise<string>;
  /** SHA-256 of a text, and HMAC-SHA256 with a key of bytes or text, as bytes: for request signatures. */
  sha256(text: string): Uint8Array;
  hmacSha256(key: string | Uint8Array, text: string): Uint8Array;
  /** DPoP: a fresh proof key and a maker of proofs for one session. */
  makeProofKey(): Promise<ProofKey>;
}

export interface ProofKey {
  proof(call: { readonly method: string; readonly url: string; readonly nonce?: string; readonly accessToken?: string }): Promise<string>;
}

export interface AuthSession {
  /** When to sign in again; the engine does so some minutes before. Absent: it lasts until refused. */
  readonly expiresAt?: Date;
  /** Scopes that the app says it granted, when it says. */
  readonly grantedScopes?: readonly string[];
  /** When the credential itself dies, when the app says. */
  readonly credentialExpiresAt?: Date;
  /** Headers for one call; called for each, so that a proof can be per request. */
  readonly headers: (call: {
    readonly method: string;
    readonly url: string;
    readonly nonce?: string;
    /** The body's text as it is sent, for signatures over it. */
    readonly body?: string;
    /** The request's own headers, for signatures that have to cover some of them. */
    readonly headers?: Readonly<Record<string, string>>;
    /** When it is sent, for signatures that hold the time. */
    readonly now?: Date;
  }) => Promise<Readonly<Record<string, string>>>;
}

export interface OwnIdentity {
  readonly accountExternalId: string | null;
  readonly name: string | null;
}

export interface Probe {
  readonly capability: Capability;
  /** Resolves when the capability works; throws {@link AppFailure} when not. May return a note for the administrator. */
  readonly run: (app: AppClient) => Promise<void | { readonly note: string }>;
}

// ---------------------------------------------------------------- reading

/** A full listing: pages until done; begun anew after a crash. */
export interface Listing<R> {
  readonly everySeconds: number;
  /** Kinds of record that a completed run shows completely. */
  readonly complete: readonly InventoryRecord['kind'][] | readonly ['evidence'];
  readonly pages: (app: AppClient) => AsyncIterable<ListingPage<R>>;
}

export interface ListingPage<R> {
  readonly records: readonly R[];
  /** How many there will be in all, when the app tells. */
  readonly total?: number;
}

/** A log of events with a cursor that lasts. */
export interface Feed {
  /** The catalogue's name of the log, for people and OCSF's `metadata.log_name`: `System Log`. */
  readonly logName: string;
  readonly everySeconds: number;
  /** How late an event may appear, in ms; older ones are stored but raise nothing. */
  readonly latenessMs: number;
  /** The cursor that starts reading at `since`. */
  readonly start: (app: AppClient, since: Date) => string;
  /**
   * Pages from `cursor` on until the log is caught up. Each page carries the cursor after it. An empty page is not the end: `isCaughtUp` is.
   */
  readonly pages: (app: AppClient, cursor: string) => AsyncIterable<FeedPage>;
  /** True when this failure means that the app no longer knows the cursor; the engine goes on from the newest stored event. */
  readonly isCursorDead?: (failure: AppFailure) => boolean;
  /** How far to step back from the newest stored event when the cursor died, in ms. */
  readonly overlapMs: number;
}

export interface FeedPage {
  readonly events: readonly ActivityRecord[];
  readonly next: string;
  readonly isCaughtUp: boolean;
}

// ---------------------------------------------------------------- acting

/** One act on one target. Every plan sets a state that can be read back; what cannot be read back is not offered. */
export interface ActionPlan {
  readonly kind: ActionKind;
  /** The app's own word for it: "Close membership". */
  readonly title: string;
  /** The exact effect, in one sentence for the person who presses the button. */
  readonly effect: string;
  readonly target: 'account' | 'group-member' | 'app-grant';
  readonly scopes: readonly string[];
  /** Reads what is there before, all that {@link run} changes. Kept as the undo state. Throws `missing` when the target is gone. */
  readonly observe: (app: AppClient, target: PlanTarget) => Promise<Json>;
  /** True when `observed` is the wanted state. */
  readonly isDone: (observed: Json, target: PlanTarget) => boolean;
  readonly run: (app: AppClient, target: PlanTarget, before: Json) => Promise<void>;
  /** A reason why this target in this state can't be acted on, such as "only an active user can be suspended". */
  readonly refuse?: (
    observed: Json,
    target: PlanTarget,
  ) => { readonly code: string; readonly message: string; readonly remedy: string } | undefined;
  readonly revert:
    | {
        readonly by: (app: AppClient, target: PlanTarget, before: Json) => Promise<void>;
        readonly isDone: (observed: Json, before: Json) => boolean;
        readonly note?: string;
      }
    | { readonly impossible: string };
  /** Administrators that would be left if this target lost its rights; the last one is never touched. Null: the app does not say. */
  readonly administratorsLeft?: (app: AppClient, target: PlanTarget) => Promise<number | null>;
  /** The target's account as it is now, for the inventory to follow. */
  readonly refresh: (app: AppClient, target: PlanTarget) => Promise<readonly InventoryRecord[]>;
}

export interface PlanTarget {
  readonly accountExternalId: string | null;
  readonly groupExternalId: string | null;
  readonly grantExternalId: string | null;
}

/** Checks nothing at run time; gives the literal its type, and a place to hang the documentation. */
export function defineProvider(provider: Provider): Provider {
  return provider;
}

/** The connector problem that a failure means, when the provider does not say otherwise. */
export const PROBLEM_OF_FAILURE: Readonly<Record<FailureKind, ConnectorProblemCode>> = {
  'auth-expired': 'CREDENTIAL_EXPIRED',
  'auth-revoked': 'CREDENTIAL_INVALID',
  consent: 'CONSENT_REQUIRED',
  forbidden: 'SCOPE_MISSING',
  unlicensed: 'LICENCE_MISSING',
  missing: 'CONFIGURATION_INVALID',
  throttled: 'RATE_LIMITED',
  conflict: 'APP_UNAVAILABLE',
  rejected: 'APP_RESPONSE_UNREADABLE',
  down: 'APP_UNAVAILABLE',
  malformed: 'APP_RESPONSE_UNREADABLE',
  unreachable: 'ENDPOINT_UNREACHABLE',
  misconfigured: 'CONFIGURATION_INVALID',
};

export type { ConnectorProblem };
