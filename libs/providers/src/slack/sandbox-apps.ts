import type { SandboxAnswer, SandboxRoute } from '../sdk/index.js';
import { argument, listArgument, listed, ok, page, refuse, route, type Call } from './sandbox-answers.js';
import { apiEntry } from './sandbox-events.js';
import { isSensitive } from './sandbox-seed.js';
import type { Approval, SandboxApp, SlackState } from './sandbox-state.js';

/** Apps: approved, restricted, uninstalled. */
export const appRoutes: readonly SandboxRoute<SlackState>[] = [
  route('GET /api/admin.apps.approved.list', (call) => listApps(call, 'approved')),
  route('GET /api/admin.apps.restricted.list', (call) => listApps(call, 'restricted')),
  route('POST /api/admin.apps.approve', (call) => resolve(call, 'approved')),
  route('POST /api/admin.apps.restrict', (call) => resolve(call, 'restricted')),
  route('POST /api/admin.apps.uninstall', uninstall),
];

function placeOf(call: Call): string {
  return argument(call, 'enterprise_id') ?? argument(call, 'team_id') ?? call.state.enterprise.id;
}

function listApps(call: Call, state: Approval['state']): SandboxAnswer {
  const approvals = call.state.approvals.get(placeOf(call));
  if (!approvals) return refuse('team_not_found');
  const rows = approvals.seen(call.now, call.switches.readLagMs).filter((row) => row.state === state);
  return page(call, listed(rows), `${state}_apps`, (row) => showApproval(call, row), { usual: 100, most: 1_000 });
}

function showApproval({ state }: Call, { appId, updatedAtS, by }: Approval): unknown {
  const app = state.apps.find(({ id }) => id === appId)!;
  return {
    app: { id: app.id, name: app.name, description: '', is_app_directory_approved: app.isInDirectory, is_internal: app.isInternal },
    scopes: app.scopes.map((name) => ({ name, description: name, is_sensitive: isSensitive(name), token_type: 'bot' })),
    date_updated: updatedAtS,
    last_resolved_by: { actor_id: by, actor_type: 'user' },
  };
}

function resolve(call: Call, to: Approval['state']): SandboxAnswer {
  const { state, now } = call;
  const app = appOf(call);
  const approvals = state.approvals.get(placeOf(call));
  if (!app) return refuse('app_not_found');
  if (!approvals) return refuse('team_not_found');
  const row: Approval = { appId: app.id, state: to, updatedAtS: Math.floor(now.getTime() / 1_000), by: state.self.userId };
  approvals.set([...approvals.now.filter(({ appId }) => appId !== app.id), row], now);
  note(call, `app_${to}`, app);
  return ok();
}

function uninstall(call: Call): SandboxAnswer {
  const app = appOf(call);
  if (!app) return refuse('app_not_found');
  const organization = argument(call, 'enterprise_id');
  const places = organization === null ? listArgument(call, 'team_ids') : [organization];
  if (places.length === 0) return refuse('missing_argument');
  const removed = places.filter((place) => call.state.installs.get(place)?.delete(app.id));
  if (removed.length === 0) return refuse('app_not_installed');
  note(call, organization === null ? 'app_uninstalled' : 'org_app_uninstalled', app);
  return ok();
}

function appOf(call: Call): SandboxApp | undefined {
  return call.state.apps.find(({ id }) => id === argument(call, 'app_id'));
}

function note({ state, now }: Call, action: string, app: SandboxApp): void {
  const entity = {
    type: 'app',
    app: {
      id: app.id,
      name: app.name,
      is_distributed: true,
      is_directory_approved: app.isInDirectory,
      is_workflow_app: false,
      scopes: app.scopes,
    },
  };
  state.log.add(apiEntry(state, now, { action, entity }));
}
