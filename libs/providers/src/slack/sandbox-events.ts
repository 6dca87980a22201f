import type { CompanyEvent, Device, Place, WireRecord } from '../sdk/index.js';
import type { BulkLog, LogEntry } from './sandbox-log.js';
import { bulkUserId, numberOf, slackId, uuidOf, type SandboxUser, type SlackState } from './sandbox-state.js';

type Wire = Readonly<Record<string, unknown>>;
/** What the stories need of the state, also while it is being made. */
export type Scene = Pick<SlackState, 'userOfEmployee' | 'workspaces' | 'enterprise'>;

/** One event in the words of the audit log, before it is laid out in full. */
interface Told {
  readonly action: string;
  readonly entity?: Wire;
  readonly details?: Wire;
}

const LATE_ONE_IN = 300;
const LATE_MS = 25_000;

/** What Slack's log has of something that a person did; work inside other apps is not among it. */
export function entriesOf(scene: Scene, event: CompanyEvent): LogEntry[] {
  const user = scene.userOfEmployee.get(event.who.number);
  if (!user) return [];
  return (TOLD[event.act]?.(scene, event, user) ?? []).map((told, index) => entryOf(scene, event, user, told, index));
}

function entryOf(scene: Scene, event: CompanyEvent, user: SandboxUser, told: Told, index: number): LogEntry {
  const atMs = event.at.getTime() + index * 1_000;
  const isLate = numberOf('late', event.id) % LATE_ONE_IN === 0;
  const tell = (): WireRecord =>
    entry(
      {
        id: uuidOf('entry', event.id, index),
        atMs,
        actor: actorOf(scene, user),
        place: event.place,
        device: event.device,
        session: sessionOf(user, atMs),
      },
      scene,
      told,
    );
  return { atMs, shownMs: isLate ? atMs + LATE_MS : atMs, action: told.action, actorId: user.id, tell };
}

type Teller = (scene: Scene, event: CompanyEvent, user: SandboxUser) => Told[];

const TOLD: Readonly<Partial<Record<CompanyEvent['act'], Teller>>> = {
  SIGN_IN: (scene, event, user) => [
    { action: 'user_login', entity: userEntity(scene, user) },
    ...(event.isAttack ? [anomaly(scene, event, user)] : []),
  ],
  SIGN_IN_FAILED: (scene, _event, user) => [
    { action: 'user_login_failed', entity: userEntity(scene, user), details: { reason: 'incorrect_password' } },
  ],
  SIGN_OUT: (scene, _event, user) => [{ action: 'user_logout', entity: userEntity(scene, user) }],
  PASSWORD_CHANGED: (scene, _event, user) => [{ action: 'user_password_reset_requested', entity: userEntity(scene, user) }],
  SEND_DOCUMENT: (_scene, event) => [file('file_shared', event)],
  SIGN_DOCUMENT: (_scene, event) => [file('file_uploaded', event)],
  DOWNLOAD_DOCUMENT: (_scene, event) => [file('file_downloaded', event)],
  DELETE_DOCUMENT: (_scene, event) => [file('file_deleted', event)],
  ADD_USER: (scene, event) => [{ action: 'user_created', entity: otherEntity(scene, event) }],
  GROUP_CHANGE: (scene, event) => [
    {
      action: 'user_added_to_usergroup',
      entity: otherEntity(scene, event),
      details: { usergroup: { id: slackId('S', scene.workspaces[0]!.id, event.about ?? ''), name: event.about ?? '' } },
    },
  ],
  ROLE_GRANT: (scene, event) => [{ action: 'role_change_to_admin', entity: otherEntity(scene, event) }],
  POLICY_CHANGE: (scene, event) => [
    {
      action: /session/i.test(event.about ?? '') ? 'pref.session_duration_changed' : 'pref.two_factor_auth_changed',
      entity: { type: 'enterprise', enterprise: scene.enterprise },
      details: { new_value: { type: 'text', value: event.about ?? '' } },
    },
  ],
  TOKEN_CREATE: (_scene, event, user) => {
    const scopes = ['channels:history', 'files:read', 'search:read'];
    const app = {
      id: slackId('A', event.id),
      name: event.about ?? 'Helper',
      is_distributed: false,
      is_directory_approved: false,
      is_workflow_app: false,
      scopes,
    };
    return [{ action: 'app_installed', entity: { type: 'app', app }, details: { app_owner_id: user.id, scopes } }];
  },
  MFA_RESET: (scene, event, user) => [
    { action: 'user_passkey_removed', entity: userEntity(scene, user) },
    ...(event.isAttack ? [{ action: 'user_passkey_created', entity: userEntity(scene, user) }] : []),
  ],
  UNKNOWN_NEW_EVENT: (scene, event, user) => [{ action: event.about ?? 'unknown', entity: userEntity(scene, user) }],
};

function anomaly(scene: Scene, event: CompanyEvent, user: SandboxUser): Told {
  const details = {
    reason: ['asn', 'session_fingerprint'],
    previous_ip_address: event.who.office.ip,
    previous_ua: event.who.device.userAgent,
  };
  return { action: 'anomaly', entity: userEntity(scene, user), details };
}

function file(action: string, { about, id }: CompanyEvent): Told {
  const name = about ?? 'Document';
  return {
    action,
    entity: { type: 'file', file: { id: slackId('F', name, id), name: `${name}.pdf`, filetype: 'application/pdf', title: name } },
  };
}

function otherEntity(scene: Scene, { to, who }: CompanyEvent): Wire | undefined {
  const user = scene.userOfEmployee.get((to ?? who).number);
  return user && userEntity(scene, user);
}

/** A user as the entity of an entry. */
export function userEntity({ workspaces }: Pick<Scene, 'workspaces'>, user: SandboxUser): Wire {
  return {
    type: 'user',
    user: {
      id: user.id,
      name: user.name,
      ...(user.email !== null && { email: user.email }),
      team: user.workspaces[0] ?? workspaces[0]!.id,
    },
  };
}

function actorOf(scene: Pick<Scene, 'workspaces'>, user: SandboxUser): Wire {
  return userEntity(scene, user);
}

function sessionOf(user: SandboxUser, atMs: number): number {
  return numberOf('session', user.id, Math.floor(atMs / 43_200_000));
}

interface About {
  readonly id: string;
  readonly atMs: number;
  readonly actor: Wire;
  readonly place: Pick<Place, 'ip'>;
  readonly device: Pick<Device, 'userAgent'>;
  readonly session: number;
}

function entry({ id, atMs, actor, place, device, session }: About, { workspaces }: Pick<Scene, 'workspaces'>, told: Told): WireRecord {
  const { id: workspace, name, domain } = workspaces[0]!;
  return {
    id,
    date_create: Math.floor(atMs / 1_000),
    action: told.action,
    actor,
    ...(told.entity && { entity: told.entity }),
    context: {
      location: { type: 'workspace', id: workspace, name, domain },
      ua: device.userAgent,
      ip_address: place.ip,
      session_id: String(session),
    },
    ...(told.details && { details: told.details }),
  };
}

/** The log's own record of a call that changed something; it is there at once. */
export function apiEntry(state: SlackState, now: Date, told: Told): LogEntry {
  const self = state.users.get(state.self.userId)!;
  const atMs = now.getTime();
  const id = uuidOf('api', state.log.size, atMs);
  const about = { id, atMs, actor: actorOf(state, self), place: { ip: '192.0.2.10' }, device: { userAgent: 'castellan' }, session: 0 };
  return { atMs, shownMs: atMs, action: told.action, actorId: self.id, tell: () => entry(about, state, told) };
}

/** Sign-ins and downloads of many people, each made from its number when it is read. */
export function bulkLog(scene: Scene, company: SlackState['company'], people: number, count: number, from: number, until: number): BulkLog {
  return {
    count,
    from,
    until,
    tell: (index, atMs) => {
      const { office, device } = company.people[index % company.people.length]!;
      const person = index % Math.max(1, people);
      const user = {
        id: bulkUserId(person),
        name: `Person ${person}`,
        email: `person${person}@${company.domain}`,
        team: scene.workspaces[0]!.id,
      };
      const actor = { type: 'user', user };
      // A hash for each of a million entries would cost more than all the rest.
      const about = {
        id: `00000000-0000-4000-a000-${index.toString(16).padStart(12, '0')}`,
        atMs,
        actor,
        place: office,
        device,
        session: person,
      };
      if (index % 2 === 0) return entry(about, scene, { action: 'user_login', entity: actor });
      return entry(about, scene, { action: 'file_downloaded', entity: { type: 'file', file: { id: `F${index}`, name: 'notes.pdf' } } });
    },
  };
}
