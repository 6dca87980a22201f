import type { SandboxAnswer, SandboxRoute } from '../sdk/index.js';
import { manifest } from './manifest.js';
import type { Operation } from './operations.js';
import { SCOPE_OF_OPERATION } from './operations.js';
import type { Call } from './sandbox-answers.js';
import type { OktaState } from './sandbox-state.js';

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const;

/** A route of an operation that we use, opened by its scope or by the managing scope of the same name. */
export function route(operation: Operation, answer: (call: Call) => SandboxAnswer): SandboxRoute<OktaState> {
  const method = METHODS.find((one) => operation.startsWith(`${one} `))!;
  const scope = SCOPE_OF_OPERATION[operation];
  return { method, operation, scopes: [scope, scope.replace(/\.read$/, '.manage')], answer: (call) => withQuota(call, answer(call)) };
}

const WINDOW_MS = 60_000;
const LEAST_LIMIT = 600;

// Volume tests ask for no limits, so there Okta's headers are left out.
function withQuota({ state, now, route: { operation } }: Call, answer: SandboxAnswer): SandboxAnswer {
  if (state.isVolume) return answer;
  const limit = limitOf(operation);
  return { ...answer, headers: { ...quotaHeaders(now, limit, limit - 1), ...answer.headers } };
}

/** What Okta allows of an operation in a minute. */
export function limitOf(operation: string): number {
  return manifest.budgets.find((budget) => budget.match?.test(operation))?.calls ?? LEAST_LIMIT;
}

/** Okta's headers about its limits; they count in the window's own time. */
export function quotaHeaders(now: Date, limit: number, remaining: number, resetInMs = WINDOW_MS): Readonly<Record<string, string>> {
  const resetS = Math.ceil((now.getTime() + resetInMs) / 1_000);
  return { 'x-rate-limit-limit': String(limit), 'x-rate-limit-remaining': String(remaining), 'x-rate-limit-reset': String(resetS) };
}
