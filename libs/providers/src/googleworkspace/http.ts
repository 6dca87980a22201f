import type { AppAnswer, Classified, HttpRules } from '../sdk/index.js';
import { at, list, text } from '../sdk/index.js';
import { OPERATIONS } from './operations.js';
import { scopeOf } from './scopes.js';

/** How Google is reached: two hosts and a token host, and refusals in two dialects. */
export const http: HttpRules = {
  bases: () => ({
    main: 'https://admin.googleapis.com',
    identity: 'https://cloudidentity.googleapis.com',
    oauth: 'https://oauth2.googleapis.com',
  }),
  headers: { accept: 'application/json' },
  classify,
  retryAt,
};

/** What an error says, in either dialect. */
interface Said {
  readonly appCode: string | undefined;
  readonly message: string | undefined;
}

const THROTTLED: ReadonlySet<string> = new Set([
  'userRateLimitExceeded',
  'rateLimitExceeded',
  'quotaExceeded',
  'sharingRateLimitExceeded',
  'dailyLimitExceeded',
  'RESOURCE_EXHAUSTED',
]);
const NOT_ENABLED: ReadonlySet<string> = new Set(['accessNotConfigured', 'SERVICE_DISABLED']);
const SCOPE_TOO_SMALL: ReadonlySet<string> = new Set(['insufficientPermissions', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT']);

function classify(answer: AppAnswer): Classified | undefined {
  const { status } = answer;
  if (status < 400 || answer.request.operation === OPERATIONS.token) return undefined;
  const said = saidBy(answer);
  // A 403 is "slow down" only with these reasons; everywhere else it is a refusal.
  if (status === 429 || THROTTLED.has(said.appCode ?? '')) return { kind: 'throttled', ...said };
  if (status === 401) return { kind: 'auth-expired', ...said };
  if (status === 403) return forbidden(answer, said);
  if (status === 412) return { kind: 'conflict', ...said };
  if (said.appCode === undefined && said.message === undefined) return undefined;
  if (status >= 500) return { kind: 'down', ...said };
  const kind = KIND_OF_STATUS[status];
  return kind && { kind, ...said };
}

const KIND_OF_STATUS: Readonly<Record<number, Classified['kind']>> = { 400: 'rejected', 404: 'missing', 409: 'conflict', 410: 'missing' };

function forbidden(answer: AppAnswer, said: Said): Classified {
  const { operation } = answer.request;
  const code = said.appCode ?? '';
  if (NOT_ENABLED.has(code)) {
    const link = activationLink(answer.body);
    return {
      kind: 'misconfigured',
      ...said,
      problem: 'CONFIGURATION_INVALID',
      remedy: `Enable the API in the Google Cloud project of the service account${link ? `: ${link}` : '.'}`,
    };
  }
  if (SCOPE_TOO_SMALL.has(code)) {
    const scope = scopeOf(operation);
    return {
      kind: 'forbidden',
      ...said,
      problem: 'SCOPE_MISSING',
      ...(scope && { missingScopes: [scope] }),
      remedy: 'Add the scope at Security, API controls, Manage domain-wide delegation.',
    };
  }
  if (/licen[sc]e|edition|not entitled/i.test(said.message ?? '')) {
    return { kind: 'unlicensed', ...said, remedy: 'The edition of Google Workspace lacks this. What needs it stays unknown.' };
  }
  return {
    kind: 'forbidden',
    ...said,
    message: said.message ?? `Google does not allow ${operation}.`,
    problem: 'NOT_ADMINISTRATOR',
    remedy: PRIVILEGE_OF[operation] ?? 'Give the administrator that we act as a role that covers this, or enter a super administrator.',
  };
}

const SUPER = 'Enter a super administrator to act as: Google shows and changes this for super administrators only.';
const PRIVILEGE_OF: Readonly<Record<string, string>> = {
  [OPERATIONS.policies]: SUPER,
  [OPERATIONS.makeAdmin]: SUPER,
  [OPERATIONS.patchUser]: 'Changing an administrator needs a super administrator; changing others needs the privilege Users, Update.',
  [OPERATIONS.activities]: 'Give the administrator that we act as the privilege Reports.',
  [OPERATIONS.tokens]: 'Give the administrator that we act as the privilege User security management.',
};

function saidBy({ body }: AppAnswer): Said {
  const error = at(body, 'error');
  const old = list(at(error, 'errors'))?.[0];
  const details = list(at(error, 'details')) ?? [];
  const reason = details.map((detail) => text(at(detail, 'reason'))).find((found) => found !== null);
  const appCode = text(at(old, 'reason')) ?? reason ?? text(at(error, 'status')) ?? undefined;
  const message = text(at(error, 'message')) ?? text(at(old, 'message')) ?? undefined;
  return { appCode, message: message?.slice(0, 500) };
}

// Shown to an administrator, so only a link to Google's own console.
function activationLink(body: unknown): string | undefined {
  const said = [
    text(at(body, 'error', 'errors', 0, 'extendedHelp')),
    ...(list(at(body, 'error', 'details')) ?? []).map((detail) => text(at(detail, 'metadata', 'activationUrl'))),
    text(at(body, 'error', 'message')),
  ];
  const links = said.map((one) => /https:\/\/console\.(?:developers|cloud)\.google\.com\/[^\s"]{1,300}/.exec(one ?? '')?.[0]);
  return links.find((link) => link !== undefined);
}

const HOUR_MS = 3_600_000;
const PACIFIC_BEHIND_MS = 8 * HOUR_MS;

// Google sends no reset: backing off is the engine's. Only the daily limit has a known end, midnight in California (an hour late in summer).
function retryAt(answer: AppAnswer, now: Date): Date | undefined {
  if (saidBy(answer).appCode !== 'dailyLimitExceeded') return undefined;
  const pacificDay = Math.floor((now.getTime() - PACIFIC_BEHIND_MS) / (24 * HOUR_MS)) + 1;
  return new Date(pacificDay * 24 * HOUR_MS + PACIFIC_BEHIND_MS);
}
