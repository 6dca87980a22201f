import type { Json } from '#libs/kernel';

import type { SandboxAnswer, SandboxDefinition } from '../sdk/index.js';
import { manifest } from './manifest.js';
import { accessRoutes } from './sandbox-access.js';
import { NOT_FOUND, quotaHeaders, refuse, route, type Call } from './sandbox-answers.js';
import { appRoutes, authorize } from './sandbox-auth.js';
import { graphRoute } from './sandbox-graph.js';
import { recordedEntry, type LogEntry } from './sandbox-log.js';
import { readLog } from './sandbox-log-route.js';
import { peopleRoutes } from './sandbox-people.js';
import { seedState, tellStory } from './sandbox-seed.js';
import { settingRoutes } from './sandbox-settings.js';
import type { GithubState } from './sandbox-state.js';
import { teamRoutes } from './sandbox-teams.js';

const LOG_KEPT_MS = manifest.retentionDays * 86_400_000;

/** A stand-in for GitHub with one organization, lindenworks, of one enterprise. It offers more at once than any one plan does, so that all can be tried. */
const definition: SandboxDefinition<GithubState> = {
  hosts: ['https://api.github.com'],
  seed: seedState,
  load: loadEvents,
  tick: goOn,
  authorize,
  throttled,
  notFound: () => NOT_FOUND,
  credentials: (state) => sandboxCredentials(state, 'github-app'),
  switches: {
    tokenEpoch: 'A number; raising it makes every installation token given out before expire at once.',
    uninstalled: 'true: the app is not installed on the organization any more.',
    suspendedInstallation: 'true: the installation is suspended.',
    ssoRequired: 'true: the personal access token is not authorized for single sign-on.',
    ipAllowList: 'true: our address is not on the organization’s IP allow list.',
    notOwner: 'true: the credential is no owner’s: second factors are not shown.',
    secondaryLimit: 'true: throttled calls are refused with 403 and a message about the secondary limit, without any header.',
    graphqlThrottled: 'true: GraphQL answers RATE_LIMITED with status 200.',
    heavyQueries: 'true: questions to the audit log about more than two days end in 502.',
  },
  routes: [
    ...appRoutes,
    ...peopleRoutes,
    ...teamRoutes,
    ...accessRoutes,
    ...settingRoutes,
    route('GET /orgs/{org}/audit-log', readLog),
    graphRoute,
  ],
};

/** The same for whoever does not care what its state is made of. */
export const sandbox = definition as SandboxDefinition;

/** Working credentials of a sandbox, of either kind. */
export function sandboxCredentials(
  { org, enterprise, self }: GithubState,
  authKind: 'github-app' | 'token',
): ReturnType<SandboxDefinition['credentials']> {
  const settings = { organization: org.login, enterprise, authKind };
  if (authKind === 'token') return { settings, secrets: { token: self.token } };
  return { settings: { ...settings, appId: self.clientId }, secrets: { privateKey: self.key.pem, enterpriseToken: self.enterpriseToken } };
}

function throttled(call: Call): SandboxAnswer {
  if (call.switches['secondaryLimit'] === true)
    return refuse(403, 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.');
  return refuse(403, 'API rate limit exceeded for installation ID 660000.', quotaHeaders(call, Number.MAX_SAFE_INTEGER, 2));
}

function loadEvents(state: GithubState, events: readonly Json[]): void {
  const entries = events.map((event, number) => recordedEntry(event, state.seededAt.getTime(), LOG_KEPT_MS, number));
  state.log.addAll(entries.filter((entry): entry is LogEntry => entry !== undefined));
}

function goOn(state: GithubState, now: Date): void {
  if (now <= state.tickedAt) return;
  for (const entry of tellStory(state, state.company, state.tickedAt, now)) state.log.add(entry);
  state.tickedAt = now;
}
