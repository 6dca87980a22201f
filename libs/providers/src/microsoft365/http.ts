import type { AppAnswer, Classified, HttpRules, Settings } from '../sdk/index.js';
import { at, text, whole } from '../sdk/index.js';
import { cloudOf } from './clouds.js';
import { isActivityFeed, needsPremium, scopeOf } from './operations.js';

/** How Microsoft's three APIs are reached, and how their answers name what went wrong. */
export const http: HttpRules = {
  bases: (settings) => {
    const { graph, login, manage } = cloudOf(settings);
    return { main: `${graph}/v1.0`, login, manage: `${manage}/api/v1.0/${tenantOf(settings)}/activity/feed` };
  },
  headers: { accept: 'application/json' },
  classify: (answer) =>
    answer.status < 400 ? undefined : isActivityFeed(answer.request.operation) ? ofActivityFeed(answer) : ofGraph(answer),
};

/** The tenant's id, lower case as it stands in addresses. */
export function tenantOf(settings: Settings): string {
  return encodeURIComponent(String(settings['tenantId'] ?? '').toLowerCase());
}

interface Said {
  readonly appCode: string | undefined;
  readonly message: string | undefined;
}

function saidBy(body: unknown): Said {
  return {
    appCode: text(at(body, 'error', 'code')) ?? undefined,
    message: text(at(body, 'error', 'message'))?.slice(0, 500) ?? undefined,
  };
}

const PREMIUM = /NonPremiumTenant|PremiumLicense|RequiresPremium|MissingLicense/i;
const DEAD_PAGE = /ExpiredPageToken|InvalidPageToken|syncStateNotFound|resyncRequired/i;

/** The app code under which a page or delta link that lost its meaning is told. */
export const LINK_DIED = 'link-died';

function ofGraph(answer: AppAnswer): Classified | undefined {
  const { status, request } = answer;
  const said = saidBy(answer.body);
  const code = said.appCode ?? '';
  if (status === 429) return { kind: 'throttled', ...said };
  if (DEAD_PAGE.test(code)) return { kind: 'rejected', message: said.message, appCode: LINK_DIED };
  if (status === 403 || (status === 400 && PREMIUM.test(code))) return refused(request.operation, said);
  if (status === 401) return { kind: 'auth-expired', ...said };
  if (status === 404 && code) return { kind: 'missing', ...said };
  if (status === 400 && code) {
    const isState = /already exist|does not exist|cannot be updated|on-premises|mastered/i.test(said.message ?? '');
    return { kind: isState ? 'conflict' : 'rejected', ...said };
  }
  return undefined;
}

function refused(operation: string, said: Said): Classified {
  if (PREMIUM.test(said.appCode ?? '')) {
    const plan = operation.includes('roleEligibility') ? 'P2' : 'P1';
    return {
      kind: 'unlicensed',
      ...said,
      message: said.message ?? `The tenant lacks Microsoft Entra ID ${plan}.`,
      remedy: `${operation} needs Microsoft Entra ID ${plan}. Without it, what it tells stays unknown.`,
    };
  }
  const missing = scopeOf(operation);
  return {
    kind: 'forbidden',
    ...said,
    message: `The app lacks ${missing ? `the permission ${missing}` : 'a permission'} for ${operation}${roleHint(operation)}.`,
    problem: 'SCOPE_MISSING',
    ...(missing && { missingScopes: [missing] }),
    remedy: `Add ${missing ?? 'the permission'} to the app registration and grant admin consent; ${
      needsPremium(operation) ? 'the tenant also needs Microsoft Entra ID P1 or P2.' : 'it takes effect with the next token.'
    }`,
  };
}

// Graph says the same words when the permission is there but the target is an administrator.
function roleHint(operation: string): string {
  return /^(?:PATCH|POST|DELETE) \/(?:users|groups)/.test(operation)
    ? ', or the target is an administrator and the app itself holds no directory role that is high enough'
    : '';
}

/** The feed has not started for this kind of content, or was stopped. */
export const NO_SUBSCRIPTION: ReadonlySet<string> = new Set(['AF20022', 'AF20023']);
const BLOB_GONE: ReadonlySet<string> = new Set(['AF20050', 'AF20051']);
const AUDIT_OFF: ReadonlySet<string> = new Set(['AF20011', 'AF20012']);

function ofActivityFeed(answer: AppAnswer): Classified | undefined {
  const said = saidBy(answer.body);
  const code = said.appCode ?? '';
  // Told as 403 as often as 429.
  if (code === 'AF429' || answer.status === 429) return { kind: 'throttled', ...said };
  if (BLOB_GONE.has(code)) return { kind: 'missing', ...said };
  if (NO_SUBSCRIPTION.has(code)) return { kind: 'conflict', ...said };
  if (code === 'AF20010') {
    return { kind: 'misconfigured', ...said, remedy: 'The token is of another tenant: check the tenant ID and the cloud.' };
  }
  if (AUDIT_OFF.has(code) || /tenant .* does not exist/i.test(said.message ?? '')) {
    return {
      kind: 'unlicensed',
      ...said,
      problem: 'CONFIGURATION_INVALID',
      message: said.message ?? 'The unified audit log is switched off.',
      remedy: 'Switch on auditing in Microsoft Purview (Audit, "Start recording") and wait up to 60 minutes.',
    };
  }
  if (code === 'AF10001' || answer.status === 403) {
    return {
      kind: 'forbidden',
      ...said,
      message: 'The app lacks the permission ActivityFeed.Read of the Office 365 Management APIs.',
      problem: 'SCOPE_MISSING',
      missingScopes: ['ActivityFeed.Read'],
      remedy: 'Add ActivityFeed.Read (Office 365 Management APIs, application permission) and grant admin consent.',
    };
  }
  if (answer.status === 401) return { kind: 'auth-expired', ...said };
  return code ? { kind: answer.status >= 500 ? 'down' : 'rejected', ...said } : undefined;
}

/** The seconds that a token answer says it lasts; an hour when it does not say. */
export function lifetimeS(body: unknown): number {
  return whole(at(body, 'expires_in')) ?? 3_600;
}
