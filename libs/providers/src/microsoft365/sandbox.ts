import type { SandboxDefinition, SandboxRoute } from '../sdk/index.js';
import { isActivityFeed } from './operations.js';
import type { Call } from './sandbox-answers.js';
import { listed, ok, page, refuse, route, unlicensed } from './sandbox-answers.js';
import { authorize, tokenRoute } from './sandbox-auth.js';
import { directoryRoutes } from './sandbox-directory.js';
import { loadEvents, logRoutes } from './sandbox-logs.js';
import { seedState, tellStory } from './sandbox-seed.js';
import { DOCUMENTS, domainsOf, POLICIES } from './sandbox-settings.js';
import type { Microsoft365State } from './sandbox-state.js';
import { HOSTS, sandboxCertificate, TENANT_ID } from './sandbox-state.js';

const SETTINGS_PAGE = { usual: 100, most: 999 };

/** A stand-in for Microsoft Graph, the Management Activity API and the token service of one tenant. */
const definition: SandboxDefinition<Microsoft365State> = {
  hosts: [HOSTS.graph, HOSTS.manage, HOSTS.login],
  seed: seedState,
  load: loadEvents,
  tick: goOn,
  authorize,
  throttled,
  notFound: ({ path }) => ({
    status: 404,
    json: { error: { code: 'UnknownError', message: `Resource not found for the segment '${path}'.` } },
  }),
  credentials: (state) => sandboxCredentials(state, 'client-secret'),
  switches: {
    secretExpired: 'true: the token service says that the client secret has expired.',
    withoutFeedApi: 'true: the tenant has no service principal of the Office 365 Management APIs: no token for the activity feed.',
    withoutRole: 'true: the app holds no directory role, so that writes on administrators are refused.',
    auditingOff: 'true: the unified audit log is switched off.',
    blobsExpired: 'true: content of the activity feed expires before it is fetched.',
    tokenEpoch: 'A number; raising it makes every access token given out before expire at once.',
    linkEpoch: 'A number; raising it makes every next link given out before invalid.',
  },
  routes: [
    tokenRoute,
    ...directoryRoutes,
    ...logRoutes,
    route(
      'GET /identity/conditionalAccess/policies',
      (call) => unlicensed(call, 'p1') ?? page(call, listed(POLICIES), (one) => one, SETTINGS_PAGE),
    ),
    route('GET /domains', (call) => page(call, listed(domainsOf(call.state.company.domain)), (one) => one, SETTINGS_PAGE)),
    ...(Object.keys(DOCUMENTS) as (keyof typeof DOCUMENTS)[]).map(settingRoute),
  ],
};

/** The same for whoever does not care what its state is made of. */
export const sandbox = definition as SandboxDefinition;

/** Working credentials of a sandbox, of either kind. */
export function sandboxCredentials(
  { clientId, clientSecret }: Microsoft365State,
  authKind: 'client-secret' | 'certificate',
): ReturnType<SandboxDefinition['credentials']> {
  const settings = { tenantId: TENANT_ID, clientId, authKind, cloud: 'worldwide' };
  if (authKind === 'client-secret') return { settings, secrets: { clientSecret } };
  const { thumbprint, privateKey } = sandboxCertificate();
  return { settings: { ...settings, certificate: thumbprint }, secrets: { privateKey } };
}

// Graph says 429; the activity feed says 403 with a code of its own. Conditional access does not say how long to wait.
function throttled(call: Call): ReturnType<SandboxRoute['answer']> {
  const { operation } = call.route;
  if (isActivityFeed(operation)) return { status: 403, json: { error: { code: 'AF429', message: 'Too many requests.' } } };
  const headers: Readonly<Record<string, string>> = operation.includes('/identity/') ? {} : { 'retry-after': '1' };
  return refuse(call, 429, 'TooManyRequests', 'Too many requests. Please try again later.', headers);
}

function goOn(state: Microsoft365State, now: Date): void {
  if (now <= state.tickedAt) return;
  tellStory(state, state.tickedAt, now);
  state.tickedAt = now;
}

function settingRoute(operation: keyof typeof DOCUMENTS): SandboxRoute<Microsoft365State> {
  const isSharePoint = operation === 'GET /admin/sharepoint/settings';
  return route(operation, (call) => (isSharePoint ? unlicensed(call, 'sharepoint') : undefined) ?? ok(DOCUMENTS[operation]));
}
