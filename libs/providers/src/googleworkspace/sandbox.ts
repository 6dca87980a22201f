import type { Json } from '#libs/kernel';

import type { SandboxDefinition, WireRecord } from '../sdk/index.js';
import { at, list, record, text, timeMs } from '../sdk/index.js';
import { notFound } from './sandbox-answers.js';
import { authorize, authRoutes, SERVICE_ACCOUNT, throttled } from './sandbox-auth.js';
import { groupRoutes } from './sandbox-groups.js';
import { sandboxKey } from '../sdk/sandbox/sandbox-key.js';
import type { LogEntry } from './sandbox-events.js';
import { reportRoutes } from './sandbox-reports.js';
import { roleRoutes } from './sandbox-roles.js';
import { seed } from './sandbox-seed.js';
import { settingRoutes } from './sandbox-settings.js';
import type { WorkspaceState } from './sandbox-state.js';
import { userRoutes } from './sandbox-users.js';

/** A stand-in for one Google Workspace: its token endpoint, directory, audit logs and settings. */
export const sandbox: SandboxDefinition = {
  hosts: ['https://admin.googleapis.com', 'https://cloudidentity.googleapis.com', 'https://oauth2.googleapis.com'],
  seed,
  load,
  routes: [...authRoutes, ...userRoutes, ...groupRoutes, ...roleRoutes, ...settingRoutes, ...reportRoutes],
  throttled,
  authorize,
  credentials: ({ users }: WorkspaceState) => ({
    settings: { adminEmail: users.people[0]!.email, customerId: 'my_customer' },
    secrets: { serviceAccountKey: keyFile() },
  }),
  switches: {
    forgetPages: 'Refuse every page token, as if it were too old.',
    isPlainAdmin: 'The administrator that we act as is no super administrator.',
    apiDisabled: 'Refuse operations containing this text: the API is not enabled in the project.',
  },
  notFound: ({ path }) => notFound(path),
} as SandboxDefinition<WorkspaceState> as SandboxDefinition;

/** The service account's key file, as Google gives it. */
function keyFile(): string {
  return JSON.stringify({
    type: 'service_account',
    project_id: 'lindenworks-security',
    private_key_id: SERVICE_ACCOUNT.keyId,
    private_key: sandboxKey('googleworkspace', 'pkcs8').pem,
    client_email: SERVICE_ACCOUNT.email,
    client_id: SERVICE_ACCOUNT.clientId,
    token_uri: 'https://oauth2.googleapis.com/token',
  });
}

// Activities as the Reports API gives them, one per item; whole answers are taken apart.
function load(state: WorkspaceState, events: readonly Json[]): void {
  const activities = events.flatMap((event) => list(record(event)?.['items']) ?? [event]);
  state.log.add(activities.flatMap((one): LogEntry[] => entryOf(record(one))));
}

function entryOf(wire: WireRecord | undefined): LogEntry[] {
  const time = timeMs(at(wire, 'id', 'time'));
  const application = text(at(wire, 'id', 'applicationName'));
  if (!wire || time === null || application === null) return [];
  const names = (list(wire['events']) ?? []).map((event) => text(at(event, 'name')) ?? '');
  return [{ application, at: time, shownAt: time, names, tell: () => wire }];
}
