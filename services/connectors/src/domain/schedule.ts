import type { ConnectorProblem, StreamStatus } from '#libs/contracts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** When a stream that ended well runs next; a tenth earlier or later, so that the connectors of an hour do not all start together. */
export function nextRun(now: number, everySeconds: number, factor: number, chance: number): number {
  return Math.round(now + everySeconds * 1_000 * factor * (0.9 + 0.2 * chance));
}

/** What a failure makes of its stream, and when to try again. */
export function afterFailure(
  problem: ConnectorProblem,
  failures: number,
  now: number,
  retryAt: number | undefined,
  chance: number,
): { readonly status: StreamStatus; readonly nextRunAt: number } {
  switch (problem.code) {
    case 'SCOPE_MISSING':
    case 'LICENCE_MISSING':
    case 'NOT_ADMINISTRATOR':
      return { status: 'NOT_AVAILABLE', nextRunAt: now + 6 * HOUR_MS };
    case 'RATE_LIMITED':
      return { status: 'RETRYING', nextRunAt: Math.max(retryAt ?? 0, now + MINUTE_MS) + Math.round(chance * 5_000) };
    case 'APP_UNAVAILABLE':
    case 'ENDPOINT_UNREACHABLE':
      return { status: 'RETRYING', nextRunAt: now + pause(failures, chance) };
    case 'CREDENTIAL_INVALID':
    case 'CREDENTIAL_EXPIRED':
    case 'CONSENT_REQUIRED':
    case 'CONFIGURATION_INVALID':
    case 'APP_RESPONSE_UNREADABLE':
      return { status: 'FAILED', nextRunAt: now + 15 * MINUTE_MS };
  }
}

// 5 s, 10 s, 20 s … 30 min, with a quarter of chance in it.
function pause(failures: number, chance: number): number {
  return Math.round(Math.min(30 * MINUTE_MS, 5_000 * 2 ** Math.min(failures, 12)) * (0.875 + 0.25 * chance));
}
