import { toProblem, type Connection, type Coverage, type Problem } from '#libs/platform';

import type { Action } from '../domain/action.js';
import type { Protection } from '../domain/governed-account.js';
import type { Refusal } from '../domain/refusals.js';

/** An entity of another service, by its key. */
export function reference(typename: 'Account' | 'Connector', id: string): { readonly __typename: string; readonly id: string } {
  return { __typename: typename, id };
}

export function referenceOrNull(typename: 'Account' | 'Connector', id: string | null) {
  return id === null ? null : reference(typename, id);
}

/** A list of our own records: complete by nature. `totalCount` is counted when it is selected. */
export function ownList<T>(list: Connection<T> & { count(): Promise<number> }) {
  const coverage: Coverage = { state: 'COMPLETE', asOf: null, reasons: [] };
  return { nodes: list.nodes, pageInfo: list.pageInfo, totalCount: () => list.count(), coverage };
}

/** A payload of mutations that act on one action. */
export function actionsPayload(actions: readonly (Action | undefined)[], refusals: readonly Refusal[]) {
  return { actions: actions.filter((action) => action !== undefined), problems: refusals.map(toProblem), previews: [] };
}

export function protectedAccount(protection: Protection) {
  return { ...protection, account: reference('Account', protection.accountId) };
}

/** A failure as the graph's `Problem`. */
export function problemOf(problem: { readonly code: string; readonly message: string; readonly remedy: string } | null): Problem | null {
  return problem && { code: problem.code, message: problem.message, remedy: problem.remedy, path: null };
}
