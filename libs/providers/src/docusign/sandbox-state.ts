import type { Company } from '../sdk/index.js';

import type { SandboxLog } from './sandbox-log.js';
import type { Directory } from './sandbox-people.js';
import type { SandboxAccount, SandboxDomain } from './sandbox-records.js';

/** All that the sandbox knows. */
export interface DocusignSandbox {
  readonly company: Company;
  readonly organization: { readonly id: string; readonly name: string; readonly createdAt: number };
  readonly accounts: readonly SandboxAccount[];
  readonly people: Directory;
  readonly log: SandboxLog;
  readonly domains: readonly SandboxDomain[];
  readonly providers: readonly { readonly id: string; readonly name: string }[];
  /** Access tokens that are valid, with what they may do. */
  readonly tokens: Map<string, SandboxToken>;
  /** Effects of writes that do not show yet (the switch `readLagMs`). */
  readonly pending: { readonly at: number; readonly apply: () => void }[];
  /** Calls in the present clock hour, for the limit that the headers tell of. */
  readonly hour: { start: number; calls: number };
  serial: number;
}

export interface SandboxToken {
  readonly scopes: readonly string[];
  readonly expiresAt: number;
}
