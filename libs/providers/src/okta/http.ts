import type { AppAnswer, Classified, HttpRules, Settings } from '../sdk/index.js';
import { AppFailure, at, epochSeconds, list, text, timeMs, whole } from '../sdk/index.js';
import { ORG_HOST } from './manifest.js';
import { scopeOf } from './operations.js';

const OKTA_DOMAINS = ['.okta.com', '.oktapreview.com', '.okta-emea.com', '.okta-gov.com'];

/** How Okta is reached, and how its answers name what went wrong. */
export const http: HttpRules = {
  bases: (settings) => ({ main: `https://${orgHost(settings)}` }),
  headers: { accept: 'application/json' },
  classify,
  retryAt,
  quota,
};

/**
 * The organization's host, lower case. Refused unless it is one of Okta's own or was declared as a custom domain: whatever stands here receives
 * the credential.
 */
export function orgHost(settings: Settings): string {
  const host = String(settings['orgHost'] ?? '')
    .trim()
    .toLowerCase();
  if (!ORG_HOST.test(host)) {
    throw misconfigured(
      `"${host}" is not a host name.`,
      'Enter the Okta domain without https:// and without a path, such as acme.okta.com.',
    );
  }
  const isOktas = OKTA_DOMAINS.some((domain) => host.endsWith(domain));
  if (isOktas && host.split('.')[0]?.endsWith('-admin')) {
    throw misconfigured(`${host} is the Admin Console, not the API.`, `Enter ${host.replace('-admin.', '.')} instead.`);
  }
  if (!isOktas && settings['customDomain'] !== 'true') {
    throw misconfigured(
      `${host} is not a domain of Okta.`,
      'Enter the okta.com, oktapreview.com, okta-emea.com or okta-gov.com domain, or set customDomain to true if this is your own.',
    );
  }
  return host;
}

function misconfigured(message: string, remedy: string): AppFailure {
  return new AppFailure({ kind: 'misconfigured', message, remedy }, 'settings', undefined);
}

function classify(answer: AppAnswer): Classified | undefined {
  if (answer.status < 400) return undefined;
  const appCode = text(at(answer.body, 'errorCode')) ?? text(at(answer.body, 'error')) ?? undefined;
  const message = messageOf(answer.body);
  if (answer.status === 401) return unauthorized(answer, { appCode, message });
  if (answer.status === 403) return forbidden(answer, { appCode, message });
  if (answer.status === 400 && appCode === 'E0000001' && isAboutState(answer)) return { kind: 'conflict', appCode, message };
  if (answer.status === 429) return { kind: 'throttled', appCode, message };
  const kind = KIND_OF_STATUS[answer.status];
  return kind && (appCode || message) ? { kind, appCode, message } : undefined;
}

const KIND_OF_STATUS: Readonly<Record<number, Classified['kind']>> = {
  400: 'rejected',
  404: 'missing',
  409: 'conflict',
  500: 'down',
  503: 'down',
};

interface Said {
  readonly appCode: string | undefined;
  readonly message: string | undefined;
}

// A refused API token stays refused; an access token of OAuth says "invalid_token" in a header and can be renewed.
function unauthorized(answer: AppAnswer, said: Said): Classified {
  const challenge = challengeOf(answer);
  if (challenge.includes('error=') || /\b(?:bearer|dpop)\b/i.test(challenge)) return { kind: 'auth-expired', ...said };
  return {
    kind: 'auth-revoked',
    ...said,
    message: said.message ?? 'Okta refused the credential.',
    remedy: 'Create a new API token, with an administrator who stays, and enter it.',
  };
}

function forbidden(answer: AppAnswer, said: Said): Classified {
  const challenge = challengeOf(answer);
  const isScope = challenge.includes('insufficient_scope') || said.appCode === 'insufficient_scope';
  if (isScope) {
    const missing = scopeOf(answer.request.operation);
    return {
      kind: 'forbidden',
      ...said,
      message: `The service app lacks ${missing ? `the scope ${missing}` : 'a scope'} for ${answer.request.operation}.`,
      problem: 'SCOPE_MISSING',
      ...(missing && { missingScopes: [missing] }),
      remedy: 'Grant the scope on the "Okta API Scopes" tab of the app in the Admin Console.',
    };
  }
  if (said.appCode === 'E0000015') {
    return {
      kind: 'unlicensed',
      ...said,
      remedy: 'The feature is not enabled in this Okta organization. Ask Okta for it, or leave what needs it unknown.',
    };
  }
  return {
    kind: 'forbidden',
    ...said,
    message: said.message ?? `Okta does not allow ${answer.request.operation}.`,
    problem: 'NOT_ADMINISTRATOR',
    remedy: 'Assign an administrator role that covers this to the service app (Admin roles tab), or to the owner of the API token.',
  };
}

// "Api validation failed" of a lifecycle call means that the account is in the wrong state; elsewhere our input is at fault.
function isAboutState(answer: AppAnswer): boolean {
  return answer.request.operation.includes('/lifecycle/') || /^(?:PUT|DELETE) \/api\/v1\/groups/.test(answer.request.operation);
}

function challengeOf(answer: AppAnswer): string {
  const header = answer.headers['www-authenticate'];
  return header === undefined ? '' : typeof header === 'string' ? header : header.join(', ');
}

function messageOf(body: unknown): string | undefined {
  const summary = text(at(body, 'errorSummary')) ?? text(at(body, 'error_description'));
  const causes = (list(at(body, 'errorCauses')) ?? []).map((cause) => text(at(cause, 'errorSummary'))).filter((cause) => cause !== null);
  const said = [summary, ...causes.filter((cause) => cause !== summary)].filter((part) => part !== null);
  return said.length === 0 ? undefined : said.join(' ').slice(0, 500);
}

const CONCURRENCY_WAIT_MS = 2_000;

// No Retry-After: the window's end is given in epoch seconds of Okta's clock, so its own Date header takes our clock's error out.
function retryAt(answer: AppAnswer, now: Date): Date | undefined {
  if (whole(answer.headers['x-rate-limit-limit']) === 0) return new Date(now.getTime() + CONCURRENCY_WAIT_MS);
  const resetMs = epochSeconds(answer.headers['x-rate-limit-reset']);
  if (resetMs === null) return undefined;
  const theirNowMs = timeOfHeader(answer.headers['date']) ?? now.getTime();
  return new Date(now.getTime() + Math.max(1_000, resetMs - theirNowMs));
}

function quota(answer: AppAnswer): { limit?: number; remaining?: number; resetAt?: Date } | undefined {
  const limit = whole(answer.headers['x-rate-limit-limit']);
  const remaining = whole(answer.headers['x-rate-limit-remaining']);
  const resetMs = epochSeconds(answer.headers['x-rate-limit-reset']);
  // A limit of 0 speaks of calls in flight, not of the minute's bucket.
  if (limit === null || limit === 0) return undefined;
  return { limit, ...(remaining !== null && { remaining }), ...(resetMs !== null && { resetAt: new Date(resetMs) }) };
}

function timeOfHeader(header: string | readonly string[] | undefined): number | null {
  if (typeof header !== 'string') return null;
  const ms = timeMs(header) ?? Date.parse(header);
  return Number.isFinite(ms) ? ms : null;
}
