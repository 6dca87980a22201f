import type { AppAnswer, Classified, HttpRules } from '../sdk/index.js';
import { at, flag, text, whole } from '../sdk/index.js';

import { familyOf, scopeOf } from './operations.js';

/** How Slack's three APIs are reached, and how their answers name what went wrong. */
export const http: HttpRules = {
  bases: ({ environment }) => {
    const domain = environment === 'govslack' ? 'slack-gov.com' : 'slack.com';
    return { main: `https://${domain}`, api: `https://api.${domain}` };
  },
  headers: { accept: 'application/json' },
  classify,
};

/** The Web API answers 200 whatever happened: `ok` tells. The other two use statuses, with error words of the same kind. */
function classify(answer: AppAnswer): Classified | 'ok' | undefined {
  if (answer.status === 429) return { kind: 'throttled', appCode: 'ratelimited', message: 'Slack asks to slow down.' };
  const family = familyOf(answer.request.operation);
  if (family === 'scim') return classifyScim(answer);
  const error = text(at(answer.body, 'error'));
  if (error !== null && (flag(at(answer.body, 'ok')) === false || answer.status >= 400)) return named(error, answer);
  if (answer.status >= 400) return undefined;
  if (family === 'web' && flag(at(answer.body, 'ok')) !== true && typeof answer.body === 'object')
    return { kind: 'malformed', message: `Slack's answer to ${answer.request.operation} does not say whether it went well.` };
  return undefined;
}

const REINSTALL = 'Install the app again with an account that stays, and enter its new user token.';
const ASK_OWNER = 'Install the app as an Org Owner on the whole organization, and enter that token.';

const DEAD: ReadonlySet<string> = new Set(['invalid_auth', 'token_revoked', 'account_inactive', 'not_authed', 'invalid_authentication']);
const UNLICENSED: ReadonlySet<string> = new Set([
  'not_an_enterprise',
  'feature_not_enabled',
  'paid_only',
  'paid_teams_only',
  'plan_upgrade_required',
  'team_not_eligible',
  'invalid_workspace',
]);
const ROLE: ReadonlySet<string> = new Set([
  'not_allowed_token_type',
  'not_an_admin',
  'no_permission',
  'invalid_actor',
  'not_allowed',
  'user_is_bot',
  'user_is_restricted',
  'access_denied',
]);
const WORKSPACE: ReadonlySet<string> = new Set(['team_not_authorized', 'team_access_not_granted', 'org_login_required']);
const DOWN: ReadonlySet<string> = new Set(['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout', 'team_added_to_org']);
const POLICY: ReadonlySet<string> = new Set(['accesslimited', 'ekm_access_denied', 'restricted_action']);

/** What an error word of the Web API and the Audit Logs API means. */
export function named(error: string, answer: AppAnswer): Classified {
  const { operation } = answer.request;
  const said = { appCode: error, message: `Slack refused ${operation}: ${error}.` };
  if (error === 'missing_scope') return missingScope(said, answer);
  if (error === 'ratelimited' || error === 'rate_limited') return { kind: 'throttled', ...said };
  if (error === 'token_expired') return { kind: 'auth-expired', ...said };
  if (DEAD.has(error)) return { kind: 'auth-revoked', ...said, message: `The token is no longer accepted: ${error}.`, remedy: REINSTALL };
  if (UNLICENSED.has(error))
    return { kind: 'unlicensed', ...said, remedy: 'This needs a higher plan of Slack, or a token of the whole organization.' };
  if (ROLE.has(error)) return { kind: 'forbidden', ...said, problem: 'NOT_ADMINISTRATOR', remedy: ASK_OWNER };
  if (WORKSPACE.has(error)) {
    const remedy = 'Install the app on the whole organization, so that it is let into every workspace.';
    return { kind: 'forbidden', ...said, problem: 'CONSENT_REQUIRED', remedy };
  }
  if (DOWN.has(error)) return { kind: 'down', ...said };
  if (/_not_found$/.test(error) || error === 'app_not_installed') return { kind: 'missing', ...said };
  if (POLICY.has(error) || /^cannot_|^already_|^failed_for_/.test(error)) {
    return {
      kind: 'conflict',
      ...said,
      remedy: 'A rule of Slack or of the organization forbids this. Do it in the administration of Slack.',
    };
  }
  return { ...byStatus(answer.status), ...said };
}

/** A word that we do not know: the Audit Logs API tells the kind by its status as well. */
function byStatus(status: number): Pick<Classified, 'kind' | 'problem' | 'remedy'> {
  if (status === 401) return { kind: 'auth-expired' };
  if (status === 403) return { kind: 'forbidden', problem: 'NOT_ADMINISTRATOR', remedy: ASK_OWNER };
  if (status === 404) return { kind: 'missing' };
  return { kind: status >= 500 ? 'down' : 'rejected' };
}

function missingScope(said: { readonly appCode: string; readonly message: string }, answer: AppAnswer): Classified {
  const needed =
    text(at(answer.body, 'needed'))
      ?.split(/[\s,]+/)
      .filter(Boolean) ?? [];
  const own = scopeOf(answer.request.operation);
  const missingScopes = needed.length > 0 ? needed : own ? [own] : [];
  return {
    kind: 'forbidden',
    ...said,
    message: `The token lacks ${missingScopes.join(', ') || 'a scope'} for ${answer.request.operation}.`,
    problem: 'SCOPE_MISSING',
    missingScopes,
    remedy: 'Add it to the user token scopes of the app (OAuth & Permissions), and install the app again.',
  };
}

function classifyScim(answer: AppAnswer): Classified | undefined {
  const code = whole(at(answer.body, 'Errors', 'code')) ?? (answer.status >= 400 ? answer.status : null);
  if (code === null) return undefined;
  const description = text(at(answer.body, 'Errors', 'description')) ?? '';
  const word = description.trim().toLowerCase();
  const said = {
    appCode: description || String(code),
    message: `Slack refused ${answer.request.operation}: ${description || `status ${code}`}.`,
  };
  if (DEAD.has(word)) return { kind: 'auth-revoked', ...said, remedy: REINSTALL };
  if (UNLICENSED.has(word) || /\bplan\b|upgrade|not enabled|paid/.test(word))
    return { kind: 'unlicensed', ...said, remedy: 'SCIM needs Slack Business+ or Enterprise.' };
  // Where SCIM says 401 of a token that signs in elsewhere, it lacks the scope.
  if (code === 401 || (code === 403 && /scope|auth/.test(word))) return missingScope({ ...said, appCode: 'missing_scope' }, answer);
  if (code === 403) return { kind: 'forbidden', ...said, problem: 'NOT_ADMINISTRATOR', remedy: ASK_OWNER };
  if (code === 404) return { kind: 'missing', ...said };
  if (code === 409) return { kind: 'conflict', ...said };
  if (code === 429) return { kind: 'throttled', ...said };
  return { kind: code >= 500 ? 'down' : 'rejected', ...said };
}
