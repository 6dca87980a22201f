import type { AppClient, Feed, Probe } from '../sdk/index.js';
import { ask, requestOf } from './calls.js';
import { accessLogs, auditLog, integrationLogs } from './feeds.js';
import { entityOf } from './listings.js';
import type { OperationName } from './operations.js';
import { inWorkspace, standingOf, workspacesOf, type Standing } from './standing.js';

export { listings } from './listings.js';
export { discover, identify } from './standing.js';

/** In an organization only the audit log speaks, in a workspace only the other two. */
export const feeds: Readonly<Record<string, Feed>> = {
  'audit-logs': auditLog,
  'access-logs': accessLogs,
  'integration-logs': integrationLogs,
};

const WITHOUT_ENTERPRISE = {
  note: 'This token is of one workspace: sign-ins are read from its access logs, and of administration only what is done with apps.',
};

/** One cheap call for each capability. */
export const probes: readonly Probe[] = [
  {
    capability: 'LIST_ACCOUNTS',
    run: (app) =>
      inMode(app, (org) => (org ? ['GET /api/admin.users.list', { limit: 1, is_active: true }] : ['GET /api/users.list', { limit: 1 }])),
  },
  { capability: 'LIST_GROUPS', run: probeGroups },
  {
    capability: 'LIST_PRIVILEGES',
    run: (app) =>
      inMode(app, (org) => (org ? ['GET /api/admin.roles.listAssignments', { limit: 1 }] : ['GET /api/users.list', { limit: 1 }])),
  },
  { capability: 'SIGN_IN_ACTIVITY', run: (app) => probeLog(app, 'GET /api/team.accessLogs') },
  { capability: 'USER_ACTIVITY', run: async (app) => void (await app.call(requestOf('GET /audit/v1/logs', { limit: 1 }))) },
  { capability: 'ADMIN_ACTIVITY', run: (app) => probeLog(app, 'GET /api/team.integrationLogs') },
  {
    capability: 'USER_GOVERNANCE',
    run: async (app) => void (await app.call(requestOf('GET /scim/v2/Groups', { startIndex: 1, count: 1 }))),
  },
  { capability: 'VIEW_APP_GRANTS', run: probeGrants },
  {
    capability: 'REVOKE_APP_GRANTS',
    run: async (app) => void (await ask(app, 'GET /api/admin.apps.restricted.list', { limit: 1, ...entityOf((await standingOf(app)).id) })),
  },
  { capability: 'POSTURE', run: async (app) => void (await ask(app, 'GET /api/team.info', await ownTeam(app))) },
];

type Call = readonly [OperationName, Readonly<Record<string, string | number | boolean>>];

async function inMode(app: AppClient, choose: (isOrganization: boolean, standing: Standing) => Call): Promise<void> {
  const standing = await standingOf(app);
  const [operation, query] = choose(standing.mode === 'organization', standing);
  await ask(app, operation, query);
}

async function probeGroups(app: AppClient): Promise<void> {
  const [first] = await workspacesOf(app);
  if (first) await ask(app, 'GET /api/usergroups.list', await inWorkspace(app, first.id));
}

async function probeLog(app: AppClient, otherwise: OperationName): Promise<void | { readonly note: string }> {
  if ((await standingOf(app)).mode === 'organization') return void (await app.call(requestOf('GET /audit/v1/logs', { limit: 1 })));
  await ask(app, otherwise, { count: 1, page: 1 });
  return WITHOUT_ENTERPRISE;
}

function probeGrants(app: AppClient): Promise<void> {
  return inMode(app, (org, { id }) =>
    org ? ['GET /api/admin.apps.approved.list', { limit: 1, ...entityOf(id) }] : ['GET /api/team.integrationLogs', { count: 1, page: 1 }],
  );
}

/** The query of `team.info`: a token of an organization has to say which workspace. */
export async function ownTeam(app: AppClient): Promise<Readonly<Record<string, string>>> {
  const [first] = await workspacesOf(app);
  return (await standingOf(app)).mode === 'organization' && first ? { team: first.id } : {};
}
