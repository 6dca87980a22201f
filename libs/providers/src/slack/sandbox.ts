import type { Json } from '#libs/kernel';

import type { SandboxAnswer, SandboxDefinition, SandboxRoute } from '../sdk/index.js';
import { familyOf } from './operations.js';
import { API_HOST, grantedScopes, isWorkspaceOnly, refuse, refuseAudit, refuseScim, type Call } from './sandbox-answers.js';
import { appRoutes } from './sandbox-apps.js';
import { recordedEntry } from './sandbox-log.js';
import { logRoutes } from './sandbox-logs.js';
import { seedState, tellStory } from './sandbox-seed.js';
import type { SlackState } from './sandbox-state.js';
import { teamRoutes } from './sandbox-teams.js';
import { userRoutes } from './sandbox-users.js';

const THROTTLED_FOR_S = 1;

/** A stand-in for an organization of Slack; with `unlicensed: ["enterprise"]` for a single workspace. */
const definition: SandboxDefinition<SlackState> = {
  hosts: ['https://slack.com', API_HOST],
  seed: seedState,
  load: loadEvents,
  tick: goOn,
  authorize,
  throttled: ({ route }) => {
    const headers = { 'retry-after': String(THROTTLED_FOR_S) };
    if (familyOf(route.operation) === 'scim') return { ...refuseScim(429, 'ratelimited'), headers };
    return { status: 429, headers, json: { ok: false, error: 'ratelimited' } };
  },
  notFound: ({ path }) => (path.startsWith('/api/') ? refuse('unknown_method') : refuseAudit(404, 'not_found')),
  credentials: ({ self }) => ({ settings: { appId: self.appId, environment: 'commercial' }, secrets: { userToken: self.token } }),
  switches: {
    cursorEpoch: 'A number; raising it makes every cursor given out before invalid.',
    webError: 'The name of an error of the Web API, such as fatal_error: all its methods but auth.test answer it with status 200.',
  },
  routes: [...teamRoutes, ...userRoutes, ...appRoutes, ...logRoutes].flatMap(byEitherMethod),
};

// Slack takes POST for every method of its Web API, and its own clients send nothing else.
function byEitherMethod(route: SandboxRoute<SlackState>): SandboxRoute<SlackState>[] {
  if (route.method !== 'GET' || familyOf(route.operation) !== 'web') return [route];
  return [route, { ...route, method: 'POST', operation: route.operation.replace(/^GET/, 'POST') }];
}

/** The same for whoever does not care what its state is made of. */
export const sandbox = definition as SandboxDefinition;

/** Refuses calls without the token, without the scope and beyond the plan, each API in its own words. */
function authorize(call: Call): SandboxAnswer | undefined {
  const { operation, scopes = [] } = call.route;
  const family = familyOf(operation);
  if (call.headers['authorization'] !== `Bearer ${call.state.self.token}`) return refusedToken(family, 'invalid_auth');
  if (call.switches.revoked) return refusedToken(family, 'token_revoked');
  const beyond = beyondPlan(call);
  if (beyond) return beyond;
  const granted = grantedScopes(call);
  const [needed] = scopes;
  if (needed !== undefined && !scopes.some((scope) => granted.includes(scope))) {
    const detail = { needed, provided: granted.join(',') };
    if (family === 'scim') return refuseScim(401, 'missing_scope');
    return family === 'audit' ? refuseAudit(403, 'missing_scope', detail) : refuse('missing_scope', detail);
  }
  const error = call.switches['webError'];
  if (family === 'web' && typeof error === 'string' && operation !== 'GET /api/auth.test') return refuse(error);
  return undefined;
}

function refusedToken(family: ReturnType<typeof familyOf>, error: string): SandboxAnswer {
  if (family === 'scim') return refuseScim(401, 'invalid_authentication');
  return family === 'audit' ? refuseAudit(401, error) : refuse(error);
}

function beyondPlan(call: Call): SandboxAnswer | undefined {
  const { operation } = call.route;
  const lacks = (part: string): boolean => call.switches.unlicensed.includes(part);
  if (operation.includes('/api/admin.') && isWorkspaceOnly(call)) return refuse('not_an_enterprise');
  if (operation === 'GET /audit/v1/logs' && (isWorkspaceOnly(call) || lacks('audit'))) return refuseAudit(403, 'feature_not_enabled');
  if (familyOf(operation) === 'scim' && lacks('scim')) return refuseScim(403, 'plan_upgrade_required');
  if (operation === 'GET /api/team.accessLogs' && lacks('access-logs')) return refuse('paid_only');
  return undefined;
}

function loadEvents(state: SlackState, events: readonly Json[]): void {
  state.log.addAll(events.map((event) => recordedEntry(event, state.seededAt.getTime())).filter((entry) => entry !== undefined));
}

function goOn(state: SlackState, now: Date): void {
  if (now <= state.tickedAt) return;
  for (const entry of tellStory(state, state.tickedAt, now)) state.log.add(entry);
  state.tickedAt = now;
}
