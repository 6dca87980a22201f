import {
  AppFailure,
  at,
  epochSeconds,
  text,
  whole,
  type AppAnswer,
  type Classified,
  type Facts,
  type HttpRules,
  type Settings,
} from '../sdk/index.js';

import { baseOf, readFacts } from './facts.js';
import { environmentOf, OAUTH_HOST, type Environment } from './manifest.js';

const BASES: Readonly<Record<Environment, Readonly<Record<'admin' | 'monitor' | 'lens', string>>>> = {
  production: { admin: 'https://api.docusign.net', monitor: 'https://api.docusign.com', lens: 'https://lens.docusign.net' },
  demo: { admin: 'https://api-d.docusign.net', monitor: 'https://api-d.docusign.com', lens: 'https://lens-d.docusign.net' },
};

/** How Docusign is reached: one token for four kinds of host, and refusals in three dialects. */
export const http: HttpRules = { bases, headers: { accept: 'application/json' }, classify, retryAt, quota };

function bases(settings: Settings, facts: Facts | undefined): Readonly<Record<string, string>> {
  const environment = environmentOf(settings);
  const fixed = BASES[environment];
  const found: Record<string, string> = { main: fixed.admin, oauth: `https://${OAUTH_HOST[environment]}`, ...fixed };
  for (const account of readFacts(facts)?.accounts ?? []) found[baseOf(account)] = accountBase(account.baseUri);
  return found;
}

const SITE = /^https:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)*\.docusign\.(?:net|com)$/;

/** The host of an account as Docusign names it. Our token is sent there, so it has to be one of Docusign's. */
export function accountBase(baseUri: string): string {
  const base = baseUri.trim().toLowerCase().replace(/\/+$/, '');
  if (SITE.test(base)) return base;
  const message = 'The address of an account is no host of Docusign.';
  throw new AppFailure({ kind: 'misconfigured', message, remedy: 'Report this: no data was sent there.' }, 'discover', undefined);
}

// ---------------------------------------------------------------- refusals

interface Said {
  readonly appCode: string | undefined;
  readonly message: string | undefined;
}

function classify(answer: AppAnswer): Classified | undefined {
  const { status } = answer;
  const isAccount = answer.request.operation.includes('/restapi/');
  if (isAccount && status >= 300 && status < 400) return moved(answer, { appCode: undefined, message: undefined });
  if (status < 400) return undefined;
  const said = saidBy(answer);
  const code = (said.appCode ?? '').toUpperCase();
  if (status === 429 || code.endsWith('LIMIT_EXCEEDED')) return { kind: 'throttled', ...said };
  if (isMonitor(answer)) return monitorRefusal(answer, said, code);
  const known = byCode(answer, said, code);
  if (known) return known;
  if (status === 403) return forbidden(answer, said);
  // No organization behind this user: the plan has no Docusign Admin. Below the organization a 404 is a user or a thing that is gone.
  if (status === 404 && answer.request.operation.includes('/management/') && !answer.request.operation.includes('{userId}')) {
    return {
      kind: 'unlicensed',
      ...said,
      remedy: 'The plan needs Docusign Admin, and the user must be Organization Administrator of the organization.',
    };
  }
  const kind = KIND_OF_STATUS[status];
  return kind && (said.appCode || said.message) ? { kind, ...said } : undefined;
}

const KIND_OF_STATUS: Readonly<Record<number, Classified['kind']>> = {
  400: 'rejected',
  401: 'auth-expired',
  404: 'missing',
  409: 'conflict',
  500: 'down',
  503: 'down',
};
const GONE = new Set([
  'USER_DOES_NOT_EXIST_IN_SYSTEM',
  'INVALID_USERID',
  'USER_NOT_FOUND',
  'USER_DOES_NOT_EXIST',
  'GROUP_NOT_FOUND',
  'INVALID_GROUP_ID',
]);

function byCode(answer: AppAnswer, said: Said, code: string): Classified | undefined {
  if (code === 'USER_LACKS_PERMISSIONS') return notAdministrator(answer, said);
  if (code === 'ACCOUNT_LACKS_PERMISSIONS')
    return {
      kind: 'unlicensed',
      ...said,
      remedy: 'The plan of the account lacks this feature. Ask Docusign for it, or leave what needs it unknown.',
    };
  if (GONE.has(code)) return { kind: 'missing', ...said };
  if (code.startsWith('ACCOUNT_DOES_NOT_EXIST') || code === 'INVALID_ACCOUNT_ID') return moved(answer, said);
  return undefined;
}

function forbidden(answer: AppAnswer, said: Said): Classified {
  const challenge = text(answer.headers['www-authenticate']) ?? '';
  const isScope =
    said.appCode === 'insufficient_scope' || challenge.includes('insufficient_scope') || /\bscopes?\b/i.test(said.message ?? '');
  if (!isScope) return notAdministrator(answer, said);
  const scope = scopeOf(answer.request.operation);
  return {
    kind: 'forbidden',
    ...said,
    message: `The consent lacks the scope ${scope} for ${answer.request.operation}.`,
    problem: 'SCOPE_MISSING',
    missingScopes: [scope],
    remedy: 'Open the consent page of this connector as the organization administrator and agree to the scopes it lists.',
  };
}

function notAdministrator(answer: AppAnswer, said: Said): Classified {
  return {
    kind: 'forbidden',
    ...said,
    message: said.message ?? `Docusign does not allow ${answer.request.operation}.`,
    problem: 'NOT_ADMINISTRATOR',
    remedy: 'Make the user that the app acts as Organization Administrator, and administrator of each account.',
  };
}

function moved(answer: AppAnswer, said: Said): Classified {
  return {
    kind: 'misconfigured',
    ...said,
    message: `The account is not at this address (any more): ${answer.request.operation}.`,
    problem: 'ENDPOINT_UNREACHABLE',
    remedy: 'Test the connection: it asks Docusign where the account is now.',
  };
}

// Docusign answers 401, 403 or 404 when the organization has no Monitor. A 401 that does not speak of the token must not end the whole connection.
function monitorRefusal({ status }: AppAnswer, said: Said, code: string): Classified | undefined {
  const isToken = status === 401 && /TOKEN|AUTHENTICATION/.test(code);
  if (isToken) return { kind: 'auth-expired', ...said };
  if (status !== 401 && status !== 403 && status !== 404) return KIND_OF_STATUS[status] && { kind: KIND_OF_STATUS[status], ...said };
  return {
    kind: 'unlicensed',
    ...said,
    message: `Docusign Monitor is not available to this organization${said.message ? `: ${said.message}` : '.'}`,
    remedy:
      'Enable Docusign Monitor for the organization, and make the user Organization Administrator or Security Reports Administrator. All else works without it.',
  };
}

/** The scope that an operation needs, as Docusign documents it. */
export function scopeOf(operation: string): string {
  if (!operation.includes('/management/')) return 'signature';
  if (operation.endsWith('/identity_providers')) return 'identity_provider_read';
  if (operation.endsWith('/reserved_domains')) return 'domain_read';
  if (!operation.includes('{organizationId}')) return 'organization_read';
  return operation.startsWith('GET ') ? 'user_read' : 'user_write';
}

/** True for the calls that read the Monitor log, at its old or its new address. */
export function isMonitor({ request }: Pick<AppAnswer, 'request'>): boolean {
  return request.operation.endsWith('/stream');
}

function saidBy({ body }: AppAnswer): Said {
  const appCode = text(at(body, 'errorCode')) ?? text(at(body, 'error')) ?? undefined;
  const message = text(at(body, 'message')) ?? text(at(body, 'error_description')) ?? undefined;
  return { appCode, message: message?.slice(0, 500) };
}

// ---------------------------------------------------------------- limits

const HOUR_MS = 3_600_000;
const BURST_WAIT_MS = 30_000;

// The hour is that of the clock, not a sliding one. Retry-After, where sent, is left to the engine.
function retryAt(answer: AppAnswer, now: Date): Date | undefined {
  if (answer.headers['retry-after'] !== undefined) return undefined;
  const code = (saidBy(answer).appCode ?? '').toUpperCase();
  if (code.startsWith('BURST')) return new Date(now.getTime() + BURST_WAIT_MS);
  const resetMs = epochSeconds(answer.headers['x-ratelimit-reset']);
  if (resetMs !== null) return new Date(now.getTime() + Math.max(1_000, resetMs - theirNow(answer, now)));
  if (code.startsWith('HOURLY')) return new Date((Math.floor(now.getTime() / HOUR_MS) + 1) * HOUR_MS);
  return undefined;
}

// The reset is a time of their clock; their Date header takes the difference to ours out.
function theirNow(answer: AppAnswer, now: Date): number {
  const date = answer.headers['date'];
  const ms = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  return Number.isFinite(ms) ? ms : now.getTime();
}

function quota(answer: AppAnswer): { limit?: number; remaining?: number; resetAt?: Date } | undefined {
  const limit = whole(answer.headers['x-ratelimit-limit']);
  const remaining = whole(answer.headers['x-ratelimit-remaining']);
  const resetMs = epochSeconds(answer.headers['x-ratelimit-reset']);
  if (limit === null || limit <= 0) return undefined;
  return { limit, ...(remaining !== null && { remaining }), ...(resetMs !== null && { resetAt: new Date(resetMs) }) };
}
