import type { AppAnswer, Classified, HttpRules, Settings } from '../sdk/index.js';
import { AppFailure, at, epochSeconds, list, record, text, whole } from '../sdk/index.js';
import { SLUG } from './manifest.js';
import { ENTERPRISE_CLOUD_ONLY, GRAPHQL, needOf } from './operations.js';

/** How GitHub is reached, and how its answers name what went wrong. */
export const http: HttpRules = {
  bases: (settings) => ({ main: apiHost(settings) }),
  // Requests without a User-Agent are refused; the version pins the form of answers.
  headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28', 'user-agent': 'castellan' },
  classify,
  retryAt,
  quota,
};

/** The API's address: GitHub's own, or that of an enterprise with data residency. */
export function apiHost(settings: Settings): string {
  const residency = text(settings['dataResidency'])?.toLowerCase();
  if (!residency) return 'https://api.github.com';
  if (/^[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?$/.test(residency)) return `https://api.${residency}.ghe.com`;
  throw misconfigured(`"${residency}" is no subdomain.`, 'Enter acme for acme.ghe.com, or leave it empty for github.com.');
}

/** The organization's login. */
export function organizationOf(settings: Settings): string {
  return slugOf(settings, 'organization') ?? fail('There is no organization.', 'Enter the login of the organization, such as acme.');
}

/** The enterprise's slug, when one was entered. */
export function enterpriseOf(settings: Settings): string | undefined {
  return slugOf(settings, 'enterprise');
}

function slugOf(settings: Settings, name: string): string | undefined {
  const slug = text(settings[name])?.trim();
  if (!slug) return undefined;
  return SLUG.test(slug) ? slug : fail(`"${slug}" is no name on GitHub.`, 'Enter the name as in the address on github.com.');
}

function fail(message: string, remedy: string): never {
  throw misconfigured(message, remedy);
}

/** The settings cannot work. */
export function misconfigured(message: string, remedy: string): AppFailure {
  return new AppFailure({ kind: 'misconfigured', message, remedy }, 'settings', undefined);
}

function classify(answer: AppAnswer): Classified | undefined {
  if (answer.status < 400) return answer.request.operation === GRAPHQL ? graphqlFailure(answer) : undefined;
  const message = messageOf(answer.body);
  if (isThrottled(answer, message)) return { kind: 'throttled', message };
  if (answer.status === 401) return { kind: 'auth-expired', message };
  if (answer.status === 403) return forbidden(answer, message);
  if (answer.status === 404 && ENTERPRISE_CLOUD_ONLY.has(answer.request.operation)) {
    return {
      kind: 'unlicensed',
      message: `GitHub has no ${answer.request.operation} for this organization, or hides it from this credential.`,
      remedy: 'It is a part of GitHub Enterprise Cloud. On that plan, check the permissions of the app and that an owner approved them.',
    };
  }
  // The lists of members by their second factor answer so to whoever is no owner.
  if (answer.status === 422 && text(answer.request.query?.['filter'])?.startsWith('2fa_')) {
    return {
      kind: 'forbidden',
      message,
      problem: 'NOT_ADMINISTRATOR',
      remedy: 'Only an owner’s credential may ask who has a second factor.',
    };
  }
  if (answer.status === 410 || answer.status === 451) return { kind: 'missing', message };
  const kind = KIND_OF_STATUS[answer.status];
  return kind && message !== undefined ? { kind, message } : undefined;
}

const KIND_OF_STATUS: Readonly<Record<number, Classified['kind']>> = { 400: 'rejected', 404: 'missing', 409: 'conflict', 422: 'rejected' };

// 403 and 429 both mean "slow down"; a 403 that says nothing of limits is about permissions and is never repeated.
function isThrottled({ status, headers }: AppAnswer, message = ''): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0' || /\brate limit\b/i.test(message);
}

function forbidden(answer: AppAnswer, message: string | undefined): Classified {
  const said = message ?? `GitHub does not allow ${answer.request.operation}.`;
  const sso = ssoAddress(answer);
  if (sso !== undefined || /organization SAML enforcement/i.test(said)) {
    const where = sso ? ` at ${sso}` : ' on the page of your tokens';
    return { kind: 'consent', message: said, remedy: `Authorize the token for the organization’s single sign-on${where}.` };
  }
  if (/IP allow list/i.test(said)) {
    const remedy = 'Add the addresses that Castellan calls from to the organization’s IP allow list.';
    return { kind: 'forbidden', message: said, problem: 'CONFIGURATION_INVALID', remedy };
  }
  if (/installation has been suspended/i.test(said)) {
    return { kind: 'auth-revoked', message: said, remedy: 'Unsuspend the installation of the GitHub App in the organization’s settings.' };
  }
  if (/synchroni[sz]ed|managed by (?:an )?(?:external|identity|enterprise)|externally managed|identity provider/i.test(said))
    return { kind: 'conflict', message: said, remedy: 'The membership is kept by the identity provider: change it there.' };
  return lacking(answer, said);
}

function lacking(answer: AppAnswer, said: string): Classified {
  const missing = missingNeeds(answer);
  return {
    kind: 'forbidden',
    problem: missing.length > 0 ? 'SCOPE_MISSING' : 'NOT_ADMINISTRATOR',
    message: missing.length > 0 ? `${said} (${answer.request.operation} needs ${missing.join(', ')}.)` : said,
    ...(missing.length > 0 && { missingScopes: missing }),
    remedy:
      missing.length > 0
        ? 'Add the permission to the GitHub App and let an owner approve it, or make a token with the scope.'
        : 'Use the credential of an organization owner.',
  };
}

// The headers say what would have been accepted: "members=write; …" for apps (alternatives after a semicolon), a list of scopes for classic tokens.
function missingNeeds(answer: AppAnswer): string[] {
  const accepted = textHeader(answer, 'x-accepted-github-permissions');
  const known = needOf(answer.request.operation);
  if (accepted) {
    const pairs = accepted.split(';', 1)[0]!.split(',');
    return pairs.map((pair) => pair.trim().replace('=', ':')).filter((pair) => /^[a-z_]+:[a-z]+$/.test(pair));
  }
  const scopes = (textHeader(answer, 'x-accepted-oauth-scopes') ?? '').split(',').map((scope) => scope.trim());
  const held = textHeader(answer, 'x-oauth-scopes');
  const least = scopes.find((scope) => scope === known.scope) ?? scopes.find((scope) => scope !== '');
  if (least) return [least];
  const need = held === null ? known.permission : known.scope;
  return need === undefined ? [] : [need];
}

function ssoAddress(answer: AppAnswer): string | undefined {
  const found = /\burl=(https:\/\/[^\s;,]{1,300})/.exec(textHeader(answer, 'x-github-sso') ?? '')?.[1];
  return found && /^https:\/\/(?:github\.com|[a-z0-9-]+\.ghe\.com)\//.test(found) ? found : undefined;
}

// GraphQL says everything with status 200.
function graphqlFailure(answer: AppAnswer): Classified | undefined {
  const errors = list(at(answer.body, 'errors'));
  if (!errors || errors.length === 0) return undefined;
  const type = errors.map((error) => text(at(error, 'type'))).find((one) => one !== null) ?? undefined;
  const message = errors
    .map((error) => text(at(error, 'message')))
    .filter((one) => one !== null)
    .join(' ')
    .slice(0, 500);
  const said = { ...(type && { appCode: type }), message: message || 'GraphQL answered with an error.' };
  if (type === 'RATE_LIMITED' || /\brate limit\b/i.test(message)) return { kind: 'throttled', ...said };
  if (type === 'INSUFFICIENT_SCOPES') {
    const scopes = /\[([^\]]{1,200})\]/.exec(message)?.[1] ?? '';
    const missing = [...scopes.matchAll(/'([a-z_:]+)'/g)].map((found) => found[1]!);
    return { kind: 'forbidden', ...said, problem: 'SCOPE_MISSING', ...(missing.length > 0 && { missingScopes: missing.slice(0, 1) }) };
  }
  if (type === 'FORBIDDEN' || /not accessible by/i.test(message)) {
    return { kind: 'forbidden', ...said, problem: 'SCOPE_MISSING', missingScopes: [graphqlNeed(answer)] };
  }
  if (type === 'NOT_FOUND') return { kind: 'missing', ...said };
  // "Something went wrong while executing your query": a time limit inside GitHub.
  return /something went wrong|timeout/i.test(message) ? { kind: 'down', ...said } : { kind: 'rejected', ...said };
}

// GraphQL names no permission; the query that was refused tells which one it takes.
function graphqlNeed({ request }: AppAnswer): string {
  const name = /^query (\w+)\(/.exec(text(at(request.json, 'query')) ?? '')?.[1];
  if (name === 'EnterpriseIdentities') return 'admin:enterprise';
  return name === 'Members' ? 'members:read' : 'organization_administration:read';
}

const SECONDARY_WAIT_MS = 60_000;

function retryAt(answer: AppAnswer, now: Date): Date | undefined {
  const seconds = whole(textHeader(answer, 'retry-after'));
  if (seconds !== null) return new Date(now.getTime() + seconds * 1_000);
  const resetMs = epochSeconds(textHeader(answer, 'x-ratelimit-reset'));
  if (textHeader(answer, 'x-ratelimit-remaining') === '0' && resetMs !== null) return new Date(Math.max(resetMs, now.getTime() + 1_000));
  return new Date(now.getTime() + SECONDARY_WAIT_MS);
}

function quota(answer: AppAnswer): { limit?: number; remaining?: number; resetAt?: Date } | undefined {
  const limit = whole(textHeader(answer, 'x-ratelimit-limit'));
  const remaining = whole(textHeader(answer, 'x-ratelimit-remaining'));
  const resetMs = epochSeconds(textHeader(answer, 'x-ratelimit-reset'));
  if (limit === null) return undefined;
  return { limit, ...(remaining !== null && { remaining }), ...(resetMs !== null && { resetAt: new Date(resetMs) }) };
}

/** What GitHub says went wrong, with the details of a validation. */
export function messageOf(body: unknown): string | undefined {
  const said = text(at(body, 'message')) ?? text(at(body, 'detail'));
  const details = (list(at(body, 'errors')) ?? [])
    .map((error) => text(error) ?? text(record(error)?.['message']))
    .filter((one) => one !== null);
  const all = [said, ...details].filter((part) => part !== null);
  return all.length === 0 ? undefined : all.join(' ').slice(0, 500);
}

function textHeader({ headers }: Pick<AppAnswer, 'headers'>, name: string): string | null {
  const header = headers[name];
  return header === undefined ? null : typeof header === 'string' ? header : (header[0] ?? null);
}
