import { AppFailure, at, flag, requiredText, text, type AppClient, type Facts, type OwnIdentity } from '../sdk/index.js';

import { ask, everyRow, requestOf, rowsOf } from './calls.js';
import { readWorkspace, type SlackWorkspace } from './wire.js';

/** Where the token stands: over a whole organization, or in one workspace. */
export interface Standing {
  readonly mode: 'organization' | 'workspace';
  /** The organization's id (E…) or the workspace's (T…): where flags and grants of the whole belong. */
  readonly id: string;
  readonly name: string;
}

/** Read after sign-in and daily. */
export async function discover(app: AppClient): Promise<Facts> {
  const { mode, id, name } = await readStanding(app);
  return { mode, id, name };
}

/** What discovery found, or asked anew before the first discovery. */
export async function standingOf(app: AppClient): Promise<Standing> {
  const mode = text(at(app.facts, 'mode'));
  const id = text(at(app.facts, 'id'));
  if ((mode === 'organization' || mode === 'workspace') && id !== null) return { mode, id, name: text(at(app.facts, 'name')) ?? id };
  return readStanding(app);
}

async function readStanding(app: AppClient): Promise<Standing> {
  const { body, request } = await ask(app, 'GET /api/auth.test');
  const enterprise = text(at(body, 'enterprise_id'));
  const name = text(at(body, 'team')) ?? '';
  if (flag(at(body, 'is_enterprise_install')) === true && enterprise !== null) return { mode: 'organization', id: enterprise, name };
  return { mode: 'workspace', id: requiredText(at(body, 'team_id'), request.operation, 'the team_id'), name };
}

/** The person who installed the app: governance never touches them. */
export async function identify(app: AppClient): Promise<OwnIdentity> {
  const { body } = await ask(app, 'GET /api/auth.test');
  return { accountExternalId: text(at(body, 'user_id')), name: text(at(body, 'user')) };
}

/** The workspaces that the token sees: all of the organization, or its own. */
export async function workspacesOf(app: AppClient): Promise<SlackWorkspace[]> {
  const { mode, id, name } = await standingOf(app);
  if (mode === 'workspace') return [{ id, name }];
  return everyRow(rowsOf(app, requestOf('GET /api/admin.teams.list', { limit: 100 }), 'teams', readWorkspace));
}

/** The query that names a workspace: tokens of an organization have to, others need not. */
export async function inWorkspace(app: AppClient, workspace: string): Promise<Readonly<Record<string, string>>> {
  return (await standingOf(app)).mode === 'organization' ? { team_id: workspace } : {};
}

/** True when Slack says that our credential may not know, rather than that something went wrong. */
export function isRefusal(failure: unknown): boolean {
  return failure instanceof AppFailure && (failure.kind === 'forbidden' || failure.kind === 'unlicensed');
}
