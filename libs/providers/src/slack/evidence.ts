import type { Json } from '#libs/kernel';

import type { AppClient, WireRecord } from '../sdk/index.js';
import {
  at,
  list,
  malformed,
  record,
  requiredFlag,
  requiredList,
  requiredRecord,
  requiredText,
  requiredWhole,
  text,
  whole,
} from '../sdk/index.js';
import { ask, requestOf, rowsOf, send } from './calls.js';
import { approvedApps } from './listings.js';
import { isRefusal, standingOf, workspacesOf } from './standing.js';
import { readOrgUser, texts } from './wire.js';

/** A place that a document is about: the organization or a workspace; empty for the only one there is. */
export interface Place {
  readonly scope: string;
  readonly scopeName: string | null;
}

export interface Places {
  readonly whole: Place;
  readonly workspaces: readonly Place[];
}

interface Evidence {
  readonly read: (app: AppClient, scope: string) => Promise<Json>;
  readonly where: (places: Places) => readonly Place[];
}

const ONLY: Place = { scope: '', scopeName: null };
const once = (): readonly Place[] => [ONLY];

/**
 * How each document is read that a control names as its `operation`. Cut down to what controls read and people need to recognize; an answer without a field
 * that a control reads is malformed, so that a changed API makes a control unknown instead of passed.
 */
export const EVIDENCE: Readonly<Record<string, Evidence>> = {
  'POST admin.users.list': { read: people, where: once },
  'POST team.info': { read: team, where: ({ workspaces }) => workspaces },
  'POST team.preferences.list': { read: preferences, where: once },
  'POST admin.users.session.getSettings': { read: sessionSettings, where: once },
  'POST admin.apps.approved.list': {
    read: approved,
    where: ({ whole: all, workspaces }) => [all, ...workspaces.filter(({ scope }) => scope !== all.scope)],
  },
  'GET /audit/v1/logs?limit=1': { read: auditAnswers, where: once },
};

/** The organization or workspace, and the workspaces in it. Where these may not be listed, the first is all that is known. */
export async function scopesOf(app: AppClient): Promise<Places> {
  const { id, name } = await standingOf(app);
  const all = { scope: id, scopeName: name };
  try {
    return { whole: all, workspaces: (await workspacesOf(app)).map((one) => ({ scope: one.id, scopeName: one.name })) };
  } catch (failure) {
    if (!isRefusal(failure)) throw failure;
    return { whole: all, workspaces: [all] };
  }
}

const USERS = 'GET /api/admin.users.list';

// All controls on people ask for those who are active and no bots; the others would only make the document large.
async function people(app: AppClient): Promise<Json> {
  const users: Json[] = [];
  const request = requestOf(USERS, { limit: 100, is_active: true });
  for await (const page of rowsOf(app, request, 'users', person)) users.push(...page.filter((one) => one !== null));
  return { users };
}

const FLAGS = ['is_active', 'is_bot', 'is_admin', 'is_owner', 'is_restricted', 'is_ultra_restricted', 'has_2fa', 'has_sso'] as const;

function person(row: WireRecord, operation: string): Json | null {
  const id = requiredText(row['id'], operation, 'the id of a user');
  const flags = Object.fromEntries(FLAGS.map((name) => [name, requiredFlag(row[name], operation, `"${name}"`)]));
  if (flags['is_bot'] === true || flags['is_active'] !== true) return null;
  const lastActive = whole(row['last_active_ts']);
  return {
    id,
    name: text(row['full_name']) ?? text(row['username']) ?? id,
    ...flags,
    expiration_ts: requiredWhole(row['expiration_ts'] ?? 0, operation, '"expiration_ts"'),
    // Whoever was never active has no time of it.
    ...(lastActive !== null && { last_active_ts: lastActive }),
  };
}

async function team(app: AppClient, scope: string): Promise<Json> {
  const operation = 'GET /api/team.info';
  const isOrganization = (await standingOf(app)).mode === 'organization';
  const { body } = await ask(app, operation, isOrganization ? { team: scope } : {});
  const found = requiredRecord(at(body, 'team'), operation, 'the team');
  const sso = record(found['sso_provider']);
  return {
    team: {
      id: requiredText(found['id'], operation, 'the id of the team'),
      name: text(found['name']),
      ...('discoverable' in found && { discoverable: text(found['discoverable']) }),
      ...(sso && text(sso['type']) !== null && { sso_provider: { type: text(sso['type']) } }),
    },
  };
}

async function preferences(app: AppClient): Promise<Json> {
  const operation = 'GET /api/team.preferences.list';
  const { body } = await ask(app, operation);
  return {
    allow_message_deletion: requiredFlag(at(body, 'allow_message_deletion'), operation, '"allow_message_deletion"'),
    who_can_post_general: requiredText(at(body, 'who_can_post_general'), operation, '"who_can_post_general"'),
  };
}

/** Of so many people the settings of all are asked for; of more, those of owners and administrators only. */
const MOST_ASKED = 5_000;
const AT_ONCE = 100;

async function sessionSettings(app: AppClient): Promise<Json> {
  const operation = 'POST /api/admin.users.session.getSettings';
  const ids = await idsToAsk(app);
  const settings: Json[] = [];
  let without = 0;
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const { body } = await send(app, operation, { user_ids: JSON.stringify(ids.slice(from, from + AT_ONCE)) });
    for (const row of requiredList(at(body, 'session_settings'), operation, 'the list "session_settings"'))
      settings.push(setting(row, operation));
    without += texts(at(body, 'no_settings_applied')).length;
  }
  return { session_settings: settings, without_settings: without };
}

async function idsToAsk(app: AppClient): Promise<string[]> {
  const all: string[] = [];
  const powerful: string[] = [];
  for await (const page of rowsOf(app, requestOf(USERS, { limit: 100, is_active: true }), 'users', readOrgUser)) {
    for (const user of page.filter(({ isBot }) => !isBot)) {
      if (all.length <= MOST_ASKED) all.push(user.id);
      if (user.isAdmin === true || user.isOwner === true || user.isPrimaryOwner === true) powerful.push(user.id);
    }
  }
  return all.length <= MOST_ASKED ? all : powerful.slice(0, MOST_ASKED);
}

function setting(row: unknown, operation: string): Json {
  return {
    user_id: requiredText(at(row, 'user_id'), operation, 'the user_id of a setting'),
    duration: requiredWhole(at(row, 'duration'), operation, '"duration"'),
    desktop_app_browser_quit: requiredFlag(at(row, 'desktop_app_browser_quit'), operation, '"desktop_app_browser_quit"'),
  };
}

async function approved(app: AppClient, scope: string): Promise<Json> {
  const apps: Json[] = [];
  for await (const page of approvedApps(app, scope)) {
    for (const { id, name, scopes, updatedAtS, isInDirectory, isInternal } of page) {
      apps.push({
        id,
        name,
        scopes: scopes.map((one) => ({ name: one.name, is_sensitive: one.isSensitive })),
        ...(isInDirectory !== null && { is_app_directory_approved: isInDirectory }),
        ...(isInternal !== null && { is_internal: isInternal }),
        ...(updatedAtS !== null && { date_updated: updatedAtS }),
      });
    }
  }
  return { approved_apps: apps };
}

async function auditAnswers(app: AppClient): Promise<Json> {
  const operation = 'GET /audit/v1/logs';
  const { body } = await app.call(requestOf(operation, { limit: 1 }));
  const entries = list(at(body, 'entries'));
  if (!entries) throw malformed(operation, 'the list "entries"');
  return { entries: entries.map((entry) => ({ action: text(at(entry, 'action')) })) };
}
