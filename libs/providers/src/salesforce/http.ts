import { at, list, record, text, whole, type AppAnswer, type Classified, type HttpRules, type Settings } from '../sdk/index.js';

import { LOGIN_HOSTS } from './manifest.js';
import { PERMISSION_FOR } from './permissions.js';

/** How Salesforce is reached: the org's own host for everything but assertions. */
export const http: HttpRules = { bases, headers: { accept: 'application/json' }, classify, retryAt, quota };

function bases(settings: Settings): Readonly<Record<string, string>> {
  const login = settings['loginHost'];
  const known = LOGIN_HOSTS.find((host) => host === login) ?? LOGIN_HOSTS[0];
  return { main: `https://${String(settings['myDomain'] ?? '').toLowerCase()}`, login: `https://${known}` };
}

// ---------------------------------------------------------------- refusals

interface Said {
  readonly appCode: string | undefined;
  readonly message: string | undefined;
}

/** Data calls refuse with an array of errors, OAuth with one object. */
export function saidBy(body: unknown): Said {
  const first = record(list(body)?.[0]);
  if (first) return { appCode: text(first['errorCode']) ?? undefined, message: text(first['message']) ?? undefined };
  return { appCode: text(at(body, 'error')) ?? undefined, message: text(at(body, 'error_description')) ?? undefined };
}

const KIND_OF_CODE: Readonly<Record<string, Classified['kind']>> = {
  INVALID_SESSION_ID: 'auth-expired',
  REQUEST_LIMIT_EXCEEDED: 'throttled',
  SERVER_UNAVAILABLE: 'down',
  UNKNOWN_EXCEPTION: 'down',
  UNABLE_TO_LOCK_ROW: 'down',
  QUERY_TIMEOUT: 'down',
  NOT_FOUND: 'missing',
  ENTITY_IS_DELETED: 'missing',
  INVALID_CROSS_REFERENCE_KEY: 'missing',
  INVALID_QUERY_LOCATOR: 'conflict',
  DUPLICATE_VALUE: 'conflict',
  FIELD_INTEGRITY_EXCEPTION: 'conflict',
  MALFORMED_QUERY: 'rejected',
};

const FORBIDDEN = new Set([
  'INSUFFICIENT_ACCESS',
  'INSUFFICIENT_ACCESS_OR_READONLY',
  'INVALID_FIELD',
  'INVALID_TYPE',
  'FUNCTIONALITY_NOT_ENABLED',
]);

function classify(answer: AppAnswer): Classified | undefined {
  const { status } = answer;
  if (status < 400) return undefined;
  // The OAuth endpoints tell a dead session in plain text, and with another status.
  if (status === 403 && typeof answer.body === 'string' && /^(?:Bad|Missing)_OAuth_Token/.test(answer.body))
    return { kind: 'auth-expired' };
  const said = saidBy(answer.body);
  const code = said.appCode ?? '';
  if (code === 'API_DISABLED_FOR_ORG' || code === 'API_CURRENTLY_DISABLED') return withoutApi(said, code);
  if (FORBIDDEN.has(code) || (status === 403 && !(code in KIND_OF_CODE))) return forbidden(answer, said);
  if (code.startsWith('CANNOT_')) return { kind: 'conflict', ...said };
  const kind = KIND_OF_CODE[code];
  return kind && { kind, ...said };
}

function withoutApi(said: Said, code: string): Classified {
  if (code === 'API_DISABLED_FOR_ORG') {
    return {
      kind: 'unlicensed',
      ...said,
      remedy: 'The edition of the org has no API. Upgrade it, or buy the API add-on of Professional Edition.',
    };
  }
  return { kind: 'forbidden', ...said, missingScopes: ['API Enabled'], remedy: 'Give the integration user the permission "API Enabled".' };
}

// Objects and fields that a user may not see are told as if they did not exist.
function forbidden(answer: AppAnswer, said: Said): Classified {
  const object = objectOf(answer);
  const permission =
    PERMISSION_FOR[object ?? ''] ??
    (answer.request.method === undefined || answer.request.method === 'GET' ? 'View Setup and Configuration' : 'Manage Users');
  return {
    kind: 'forbidden',
    ...said,
    message: `The integration user lacks the permission "${permission}" for ${object ?? answer.request.operation}${said.message ? `: ${said.message}` : '.'}`,
    missingScopes: [permission],
    remedy: `Give the permission "${permission}" to the permission set of the integration user.`,
  };
}

/** The object that a call is about: of the query, or of the path. */
function objectOf({ request }: AppAnswer): string | undefined {
  const soql = request.query?.['q'];
  if (typeof soql === 'string') return /\sFROM\s+(\w+)/.exec(soql)?.[1];
  return /\/sobjects\/(\w+)/.exec(request.path)?.[1] ?? / \((\w+)\)$/.exec(request.operation)?.[1];
}

// ---------------------------------------------------------------- limits

const CONCURRENT_WAIT_MS = 30_000;
const DAILY_WAIT_MS = 15 * 60_000;

// The day's calls come back one by one over 24 hours: there is nothing to gain by asking sooner.
function retryAt(answer: AppAnswer, now: Date): Date | undefined {
  const { appCode, message } = saidBy(answer.body);
  if (appCode !== 'REQUEST_LIMIT_EXCEEDED') return undefined;
  return new Date(now.getTime() + (/concurrent/i.test(message ?? '') ? CONCURRENT_WAIT_MS : DAILY_WAIT_MS));
}

function quota(answer: AppAnswer): { limit: number; remaining: number } | undefined {
  const header = answer.headers['sforce-limit-info'];
  const [, used, limit] = /api-usage=(\d{1,12})\/(\d{1,12})/.exec(typeof header === 'string' ? header : '') ?? [];
  const [usedCalls, limitCalls] = [whole(used), whole(limit)];
  if (usedCalls === null || limitCalls === null) return undefined;
  return { limit: limitCalls, remaining: Math.max(0, limitCalls - usedCalls) };
}
