import type { Json } from '#libs/kernel';

import type { SandboxAnswer, SandboxDefinition, SandboxRoute } from '../sdk/index.js';
import { manifest } from './manifest.js';
import type { Operation } from './operations.js';
import { authorize, tokenRoute, unlicensed } from './sandbox-auth.js';
import type { Call } from './sandbox-answers.js';
import { listed, ok, page, refuse } from './sandbox-answers.js';
import { directoryRoutes, showApp } from './sandbox-directory.js';
import { recordedEntry, type LogEntry } from './sandbox-log.js';
import { readLog } from './sandbox-log-route.js';
import { limitOf, quotaHeaders, route } from './sandbox-route.js';
import { seedState, tellStory } from './sandbox-seed.js';
import { appsOfPolicy, DOCUMENTS, PLAN_OF, POLICIES, rulesOf } from './sandbox-settings.js';
import type { OktaState } from './sandbox-state.js';
import { userRoutes } from './sandbox-users.js';

const LOG_KEPT_MS = manifest.retentionDays * 86_400_000;
const THROTTLED_FOR_MS = 1_000;
const POLICY_PAGE = { usual: 200, most: 200 };

/** A stand-in for an Okta organization, acme.okta.com. */
const definition: SandboxDefinition<OktaState> = {
  hosts: ['https://acme.okta.com'],
  seed: seedState,
  load: loadEvents,
  tick: goOn,
  authorize,
  throttled: (call) => refuse(call, 'E0000047', [], quotaHeaders(call.now, limitOf(call.route.operation), 0, THROTTLED_FOR_MS)),
  notFound: () => ({
    status: 404,
    json: {
      errorCode: 'E0000022',
      errorSummary: 'The endpoint does not support the provided HTTP method',
      errorLink: 'E0000022',
      errorId: 'oaesandbox',
      errorCauses: [],
    },
  }),
  credentials: (state) => sandboxCredentials(state, 'service-app'),
  switches: {
    requireDpop: 'true: tokens are given only with DPoP proofs, as for new API Services apps.',
    tokenEpoch: 'A number; raising it makes every access token given out before expire at once.',
    cursorEpoch: 'A number; raising it makes every link into the System Log given out before invalid.',
    readOnlyRole: 'true: the credential has the Read-Only Administrator role: no writes, no Admin Console settings, no apps but its own.',
    withoutRole: 'true: the credential has its scopes but no administrator role.',
  },
  routes: [
    tokenRoute,
    ...userRoutes,
    ...directoryRoutes,
    route('GET /api/v1/logs', readLog),
    route('GET /api/v1/policies', listPolicies),
    route('GET /api/v1/policies/{policyId}/rules', (call) => orMissing(call, 'policyId', rulesOf(call.params['policyId']!), ok)),
    route('GET /api/v1/policies/{policyId}/app', (call) =>
      orMissing(call, 'policyId', appsOfPolicy(call.state, call.params['policyId']!), (apps) => ok(apps.map((app) => showApp(call, app)))),
    ),
    ...Object.keys(DOCUMENTS).map(settingRoute),
  ],
};

/** The same for whoever does not care what its state is made of. */
export const sandbox = definition as SandboxDefinition;

/** Working credentials of a sandbox, of either kind. */
export function sandboxCredentials(
  { orgHost, self }: OktaState,
  authKind: 'service-app' | 'api-token',
): ReturnType<SandboxDefinition['credentials']> {
  if (authKind === 'api-token') return { settings: { orgHost, authKind }, secrets: { apiToken: self.apiToken } };
  return {
    settings: { orgHost, authKind, clientId: self.appId, keyId: self.keyId },
    secrets: { privateKey: JSON.stringify(self.privateJwk) },
  };
}

function loadEvents(state: OktaState, events: readonly Json[]): void {
  const entries = events.map((event) => recordedEntry(event, state.seededAt.getTime(), LOG_KEPT_MS));
  state.log.addAll(entries.filter((entry): entry is LogEntry => entry !== undefined));
}

function goOn(state: OktaState, now: Date): void {
  if (now <= state.tickedAt) return;
  for (const entry of tellStory(state, state.company, state.tickedAt, now)) state.log.add(entry);
  state.tickedAt = now;
}

function listPolicies(call: Call): SandboxAnswer {
  const type = call.query.get('type');
  const found = type === null ? undefined : POLICIES[type];
  if (!found) return refuse(call, 'E0000001', ['type: The policy type is not valid.']);
  return unlicensed(call, PLAN_OF_POLICIES[type!] ?? 'policies') ?? page(call, listed(found), (policy) => policy, POLICY_PAGE);
}

const PLAN_OF_POLICIES: Readonly<Record<string, string>> = { ACCESS_POLICY: 'access-policies', USER_LIFECYCLE: 'automations' };

function orMissing<T>(call: Call, param: string, found: T | undefined, then: (found: T) => SandboxAnswer): SandboxAnswer {
  return found === undefined ? refuse(call, 'E0000007', [`${call.params[param]} (Policy)`]) : then(found);
}

function settingRoute(operation: string): SandboxRoute<OktaState> {
  return route(operation as Operation, (call) => {
    if (call.params['appName'] !== undefined && call.params['appName'] !== 'admin-console')
      return refuse(call, 'E0000007', [`${call.params['appName']} (AppInstance)`]);
    return unlicensed(call, PLAN_OF[operation] ?? operation) ?? ok(DOCUMENTS[operation]);
  });
}
