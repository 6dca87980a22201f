import type { CompanyEvent, Device, Place } from '../sdk/index.js';
import type { BulkLog, LogEntry } from './sandbox-log.js';
import { lettersOf, numberOf, type GithubState, type SandboxUser } from './sandbox-state.js';

type Wire = Readonly<Record<string, unknown>>;
type State = Pick<GithubState, 'userOfEmployee' | 'repos' | 'teams' | 'org' | 'enterprise'>;

/** One event in the audit log's words: the action and what it is about. */
interface Told {
  readonly action: string;
  readonly fields?: Wire;
}

const LATE_ONE_IN = 300;
const LATE_MS = 9 * 60_000;
const WRITES_CODE: ReadonlySet<string> = new Set(['Engineering', 'IT']);

/** What GitHub's log has of something that a person did; work in other apps is not among it. */
export function entriesOf(state: State, event: CompanyEvent): LogEntry[] {
  const user = state.userOfEmployee.get(event.who.number);
  if (!user) return [];
  return (TOLD[event.act]?.(state, event, user) ?? []).map((told, index) => {
    const at = event.at.getTime() + index * 120;
    const delayMs = numberOf('late', event.id) % LATE_ONE_IN === 0 ? LATE_MS : 1_000;
    return entry({ state, at, delayMs, user, client: event, told, id: `${event.id}-${index}` });
  });
}

type Teller = (state: State, event: CompanyEvent, user: SandboxUser) => Told[];

const TOLD: Readonly<Partial<Record<CompanyEvent['act'], Teller>>> = {
  SIGN_IN: () => [{ action: 'user.login' }],
  SIGN_IN_FAILED: () => [{ action: 'user.failed_login', fields: { reason: 'incorrect password' } }],
  SIGN_OUT: () => [{ action: 'user.logout' }],
  MFA_PASSED: () => [{ action: 'user.two_factor_challenge_success' }],
  OPEN_APP: (state, event) =>
    event.about === 'GitHub'
      ? [
          { action: 'org.sso_response', fields: { issuer: 'https://idp.lindenworks.example' } },
          git(state, event, 'git.fetch'),
          ...(numberOf('push', event.id) % 2 === 0 ? [git(state, event, 'git.push')] : []),
        ]
      : [],
  PASSWORD_CHANGED: (_state, _event, user) => [{ action: 'user.change_password', fields: subject(user) }],
  MFA_RESET: (_state, _event, user) => [{ action: 'two_factor_authentication.recovery_codes_regenerated', fields: subject(user) }],
  SEND_DOCUMENT: (state, event) => (WRITES_CODE.has(event.who.department) ? [git(state, event, 'git.push')] : []),
  SIGN_DOCUMENT: (state, event) => (WRITES_CODE.has(event.who.department) ? [git(state, event, 'git.fetch')] : []),
  DOWNLOAD_DOCUMENT: (state, event) => {
    if (event.isAttack) return [{ action: 'repo.download_zip', fields: repoOf(state, event) }];
    return WRITES_CODE.has(event.who.department) ? [git(state, event, 'git.clone')] : [];
  },
  ADD_USER: (state, event) =>
    others(state, event).map((user) => ({
      action: 'org.add_member',
      fields: { ...subject(user), permission: 'read', operation_type: 'create' },
    })),
  GROUP_CHANGE: (state, event) =>
    others(state, event).map((user) => ({
      action: 'team.add_member',
      fields: { ...subject(user), team: `${state.org.login}/${teamFor(state, event).slug}` },
    })),
  ROLE_GRANT: (state, event) =>
    others(state, event).map((user) => ({
      action: 'organization_role.assign',
      fields: { ...subject(user), role_name: event.about ?? 'Security manager' },
    })),
  POLICY_CHANGE: (state, event) => [
    numberOf('policy', event.id) % 2 === 0
      ? { action: 'protected_branch.update_admin_enforced', fields: { ...repoOf(state, event), branch: 'main', admin_enforced: true } }
      : { action: 'org.set_default_workflow_permissions', fields: { default_workflow_permissions: 'read' } },
  ],
  TOKEN_CREATE: (_state, event) => [
    {
      action: 'personal_access_token.access_granted',
      fields: {
        programmatic_access_type: 'Fine-grained personal access token',
        user_programmatic_access_name: event.about ?? 'token',
        operation_type: 'create',
      },
    },
  ],
  UNKNOWN_NEW_EVENT: (_state, { about }) => [{ action: about ?? 'unknown.event' }],
};

function git(state: State, event: CompanyEvent, action: string): Told {
  const { repo } = repoOf(state, event) as { repo: string };
  return { action, fields: { repo, repository: repo, repository_public: false, transport_protocol: 2, transport_protocol_name: 'ssh' } };
}

function repoOf({ repos, org }: State, event: CompanyEvent): Wire {
  const repo = repos[numberOf('repo', event.who.number, event.about ?? event.id) % repos.length]!;
  return { repo: `${org.login}/${repo.name}`, repo_id: repo.id };
}

function teamFor({ teams }: State, event: CompanyEvent): GithubState['teams'][number] {
  return teams.find((team) => team.name === event.about) ?? teams[numberOf('team', event.id) % teams.length]!;
}

function others({ userOfEmployee }: State, { to }: CompanyEvent): SandboxUser[] {
  const user = to && userOfEmployee.get(to.number);
  return user ? [user] : [];
}

function subject(user: SandboxUser): Wire {
  return { user: user.login, user_id: user.id };
}

interface Entry {
  readonly state: Pick<GithubState, 'org' | 'enterprise'>;
  readonly at: number;
  readonly delayMs: number;
  readonly user: SandboxUser;
  readonly client: { readonly place: Place; readonly device: Device } | undefined;
  readonly told: Told;
  readonly id: string;
}

function entry({ state, at, delayMs, user, client, told, id }: Entry): LogEntry {
  const isGit = told.action.startsWith('git.');
  const tell = (): Wire => ({
    ...about(state, at, `Doc${lettersOf(19, id)}`),
    action: told.action,
    actor: user.login,
    actor_id: user.id,
    external_identity_nameid: user.verifiedEmail ?? '',
    ...(client && {
      actor_ip: client.place.ip,
      actor_location: { country_code: client.place.country },
      user_agent: isGit ? 'git/2.47.0' : client.device.userAgent,
    }),
    operation_type: 'modify',
    ...told.fields,
  });
  return { at, shownAt: at + delayMs, isGit, action: told.action, tell };
}

function about({ org, enterprise }: Pick<GithubState, 'org' | 'enterprise'>, at: number, id: string): Wire {
  return { '@timestamp': at, created_at: at, _document_id: id, org: org.login, org_id: org.id, business: enterprise, business_id: 77 };
}

/** The log's own record of a call that changed something; done by the app or by the owner of a token. */
export function apiEntry(
  state: Pick<GithubState, 'org' | 'enterprise' | 'log'>,
  at: Date,
  actor: Wire,
  action: string,
  fields: Wire,
): LogEntry {
  const moment = at.getTime();
  const id = `Api${lettersOf(19, 'api', state.log.size, moment, action)}`;
  const tell = (): Wire => ({
    ...about(state, moment, id),
    action,
    ...actor,
    user_agent: 'castellan',
    operation_type: 'modify',
    ...fields,
  });
  return { at: moment, shownAt: moment, isGit: false, action, tell };
}

const BULK_ACTIONS = ['user.login', 'repo.create', 'org.sso_response', 'pull_request.merge'];

/** Ordinary events of many people, each made from its number when it is read. */
export function bulkLog(
  state: Pick<GithubState, 'org' | 'enterprise' | 'company'>,
  people: number,
  count: number,
  from: number,
  until: number,
): BulkLog {
  const seats = state.company.people;
  return {
    count,
    from,
    until,
    tell: (index, at) => {
      const { office, device } = seats[index % seats.length]!;
      const person = index % Math.max(1, people);
      return {
        ...about(state, at, `Bulk${index.toString(36).padStart(18, '0')}`),
        action: BULK_ACTIONS[index % BULK_ACTIONS.length],
        actor: `person${person}`,
        actor_id: 500_000_000 + person,
        actor_ip: office.ip,
        actor_location: { country_code: office.country },
        user_agent: device.userAgent,
        operation_type: 'modify',
      };
    },
  };
}
