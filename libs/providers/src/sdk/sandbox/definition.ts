import type { Json } from '#libs/kernel';

import type { Secrets, Settings } from '../entered.js';
import type { Company } from './company.js';

/**
 * A stand-in for an app, served on loopback: stateful, faithful to the dossier in paging, oddities and errors.
 * The definition is pure: routes are functions of the state; `sdk/sandbox/server.ts` does the I/O for all of them.
 */
export interface SandboxDefinition<State = unknown> {
  /** The app's hosts that it stands in for, as written in {@link HttpRules.bases}: `https://acme.okta.com`. All are served on one port. */
  readonly hosts: readonly string[];
  /** The state of the app for a made-up company; the same company and options give the same state. */
  readonly seed: (company: Company, options: SeedOptions) => State;
  /** Events of a recorded log, one raw event per item, added to the state (`npm run sandbox -- okta --events file.jsonl`). */
  readonly load?: (state: State, events: readonly Json[]) => void;
  readonly routes: readonly SandboxRoute<State>[];
  /** The app's own way to say "slow down". */
  readonly throttled: (context: SandboxContext<State>) => SandboxAnswer;
  /** The app's own way to refuse a token; asked before each route that is not `open`. `undefined` lets the request in. */
  readonly authorize: (context: SandboxContext<State>) => SandboxAnswer | undefined;
  /** What to enter in `connectApp` to reach this sandbox: working credentials of its administrator. */
  readonly credentials: (state: State) => { readonly settings: Settings; readonly secrets: Secrets };
  /** Switches of this app beside the common ones of {@link CommonSwitches}, each with what it does. */
  readonly switches?: Readonly<Record<string, string>>;
  /** What people do while the sandbox runs: called every second or so with the time, to add a few events (the demo's live traffic). */
  readonly tick?: (state: State, now: Date) => void;
  /** The app's own way to say that there is no such path; a plain 404 when absent. */
  readonly notFound?: (call: { readonly method: string; readonly path: string }) => SandboxAnswer;
}

export interface SeedOptions {
  /** Events end here; the story is laid out backwards from it. */
  readonly now: Date;
  readonly days: number;
  /** Only for volume tests: make this many users or events beside the company's, cheaply, without keeping each in memory. */
  readonly bulk?: { readonly accounts?: number; readonly activities?: number };
}

export interface SandboxRoute<State = unknown> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The operation's name as {@link AppRequest.operation} has it; the path template after the method is matched: `GET /api/v1/users/{id}`. */
  readonly operation: string;
  /** Which host serves it; the first of the definition's when absent. */
  readonly host?: string;
  /** Scopes of which the token needs one; checked through {@link SandboxDefinition.authorize} by the `missingScopes` switch. */
  readonly scopes?: readonly string[];
  /** Served without a token: the token endpoint itself. */
  readonly open?: boolean;
  readonly answer: (context: SandboxContext<State>) => SandboxAnswer;
}

export interface SandboxContext<State = unknown> {
  readonly state: State;
  readonly route: SandboxRoute<State>;
  readonly method: string;
  /**
   * Where the caller believes to be, to build links with: as written in {@link SandboxDefinition.hosts} without its path (`https://acme.okta.com`),
   * or the sandbox's own loopback address when it was called by that, as vendors' clients do.
   */
  readonly host: string;
  readonly path: string;
  /** Values of the template's braces, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Parsed JSON, the form's fields, or undefined. */
  readonly body: unknown;
  readonly now: Date;
  readonly switches: CommonSwitches & Readonly<Record<string, unknown>>;
  /** A stable random number from 0 to 1 for this request count, so that a run can be repeated. */
  readonly chance: () => number;
}

export interface SandboxAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly json?: unknown;
  readonly text?: string;
}

/** Faults of every sandbox, set by `POST /__sandbox/switches` with the fields to change. */
export interface CommonSwitches {
  /** Refuse this many of the next calls as throttled. */
  readonly throttleNext: number;
  /** Refuse every n-th call as throttled; 0 is never. */
  readonly throttleEvery: number;
  /** Accept and never answer calls whose operation contains this text. */
  readonly hang: string;
  /** Answer 200 with broken JSON for operations containing this text. */
  readonly malformed: string;
  /** Answer 500 for operations containing this text. */
  readonly serverError: string;
  /** Answer 200 with an HTML page for operations containing this text. */
  readonly htmlPage: string;
  /** Every second page of a feed comes empty though more follows. */
  readonly emptyPages: boolean;
  /** Repeat the last rows of a page at the start of the next one. */
  readonly duplicateRows: boolean;
  /** Scopes that the credential lacks. */
  readonly missingScopes: readonly string[];
  /** Parts of the plan that the organization has not bought, by the provider's names: `monitor`. */
  readonly unlicensed: readonly string[];
  /** Refuse every token and credential. */
  readonly revoked: boolean;
  /** Wait this long before each answer, in ms. */
  readonly delayMs: number;
  /** Writes show in reads only after this many ms. */
  readonly readLagMs: number;
  /** Take a write's effect, then cut the connection without answering, for operations containing this text. */
  readonly loseAnswer: string;
}
