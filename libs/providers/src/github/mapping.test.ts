import { existsSync, readFileSync } from 'node:fs';

import { replayingApp } from '#libs/testing';

import { plainIp, toActivity } from './activity.js';
import { http } from './http.js';
import {
  grantParts,
  isAdminRole,
  levelOf,
  toCredentialGrant,
  toFineTokenGrant,
  toGroup,
  toHookGrant,
  toInstallationGrant,
  toInvited,
  toMembers,
  toNesting,
} from './mapping.js';
import { accountPages } from './people.js';
import { sampleEvent } from './samples.js';
import { readCredential, readFineToken, readHook, readInstallations, readTeam, readTeamMember } from './wire.js';

const RECEIVED_AT = Date.parse('2026-02-02T00:00:00Z');

function fixture(name: string): unknown[] {
  return JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8')) as unknown[];
}

/** Accounts of a page of members, as the listing makes them. */
async function accounts(edges: unknown[]): Promise<unknown[]> {
  const graph = [
    { body: { data: { organization: { samlIdentityProvider: null } } } },
    {
      body: {
        data: { organization: { membersWithRole: { totalCount: edges.length, pageInfo: { hasNextPage: false, endCursor: null }, edges } } },
      },
    },
  ];
  const app = replayingApp(
    {
      'POST /graphql': graph,
      'GET /orgs/{org}/outside_collaborators': [{ body: [] }, { body: [] }],
      'GET /orgs/{org}/invitations': { body: [] },
    },
    { settings: { organization: 'example-org' }, http },
  );
  const records: unknown[] = [];
  for await (const page of accountPages(app)) records.push(...page.records);
  return records;
}

/** How each recorded page becomes our records. */
const MAPPED: Readonly<Record<string, (page: unknown[]) => unknown>> = {
  members: accounts,
  teams: (page) => page.map((row) => readTeam(row, 'test')).flatMap((team) => [toGroup(team), ...toNesting(team)]),
  'audit-log': (page) => page.map((row) => toActivity(row, RECEIVED_AT)),
  credentials: (page) => page.map((row) => toCredentialGrant(readCredential(row, 'test'), null)),
  installations: (page) => readInstallations({ installations: page }, 'test').map(toInstallationGrant),
};

describe('a recorded page of GitHub', () => {
  it.each(Object.entries(MAPPED))('of %s becomes what is expected', async (name, map) => {
    const made = JSON.parse(JSON.stringify(await map(fixture(name)))) as unknown;
    expect(made).toEqual(fixture(`${name}.expected`));
  });
});

describe('what GitHub does not say', () => {
  it('stays unknown: whether somebody has a second factor, when they last signed in', async () => {
    const [, , kim] = (await accounts(fixture('members'))) as Readonly<Record<string, unknown>>[];
    expect(kim).toMatchObject({ hasSecondFactor: null, email: 'kim@private.example' });
    expect(kim).not.toHaveProperty('lastSignInAt');
  });

  it('is no administrator when the role’s permissions are not told', () => {
    const role = { id: '1', name: 'x', baseRole: null, source: null };
    expect(isAdminRole({ ...role, permissions: null })).toBeNull();
    expect(isAdminRole({ ...role, permissions: ['read_audit_logs'] })).toBe(false);
    expect(isAdminRole({ ...role, permissions: ['write_organization_actions_settings'] })).toBe(true);
    expect(isAdminRole({ ...role, baseRole: 'admin', permissions: [] })).toBe(true);
  });

  it('in an invitation is the number of the invited: the invitation is the account', () => {
    const invitation = {
      id: '33',
      login: null,
      email: 'new@example.com',
      role: 'admin',
      createdAt: '2026-01-01T00:00:00Z',
      inviter: 'drivera-ex',
    };
    expect(toInvited(invitation)).toMatchObject({
      externalId: 'invitation/33',
      status: 'INVITED',
      isAdmin: true,
      email: 'new@example.com',
    });
  });
});

describe('a team', () => {
  it('has its direct members only; those of child teams are members of the child', () => {
    const user = { login: 'a', id: 1, type: 'User', role: 'member' };
    const members = [
      { ...user, inherited: false },
      { ...user, id: 2, inherited: true },
      { ...user, id: 3 },
    ].map((row) => readTeamMember(row, 'test'));
    const team = readTeam(fixture('teams')[0], 'test');
    expect(toMembers(team, members).map((member) => member.account)).toEqual(['1', '3']);
  });
});

describe('a grant', () => {
  it('of a webhook shows the host, never the address or the secret', () => {
    const wire = {
      id: 5,
      active: true,
      events: ['push'],
      config: { url: 'https://user:pw@hooks.example/T1?token=abc', insecure_ssl: '0', secret: '********' },
      created_at: '2026-01-01T00:00:00Z',
    };
    const grant = toHookGrant(readHook(wire, 'test'));
    expect(grant).toMatchObject({ appName: 'hooks.example', attributes: { hasSecret: true, verifiesTls: true } });
    expect(JSON.stringify(grant)).not.toMatch(/abc|pw|\*\*/);
  });

  it('of a fine-grained token has the permissions of all three kinds', () => {
    const wire = {
      id: 1,
      owner: { id: 9, login: 'a' },
      permissions: { organization: { members: 'read' }, repository: { contents: 'write' }, other: {} },
      token_name: 'ci',
      token_expires_at: null,
    };
    expect(toFineTokenGrant(readFineToken(wire, 'test'))).toMatchObject({
      account: '9',
      scopes: ['contents:write', 'members:read'],
      level: 'HIGH',
      expiresAt: null,
    });
  });

  it('is told apart by its kind, since ids of kinds may be the same', () => {
    expect(grantParts('sso-credential/880417')).toEqual({ kind: 'sso-credential', id: '880417' });
    expect(grantParts('deploy-key/acme/payments/7')).toEqual({ kind: 'deploy-key', id: 'acme/payments/7' });
    expect(grantParts('other/1')).toBeUndefined();
  });

  it.each([
    [['metadata:read'], 'LOW'],
    [['metadata:read', 'contents:read'], 'MEDIUM'],
    [['contents:write', 'metadata:read'], 'HIGH'],
    [['repo'], 'HIGH'],
    [['read:org'], 'MEDIUM'],
    [['user:email'], 'LOW'],
    [['something-new'], 'UNKNOWN'],
    [[], 'LOW'],
  ])('for %j is %s', (scopes, level) => expect(levelOf(scopes)).toBe(level));
});

describe('who did it, where GitHub names nobody', () => {
  it.each([
    ['a job that Actions prepared', { action: 'workflows.prepared_workflow_job' }, 'system'],
    ['a clone of a public repository without signing in', { action: 'git.clone', user_id: 0, repository_public: true }, 'anonymous'],
    ['any other event', { action: 'repo.access' }, 'unknown'],
  ])('is told for %s', (_, event, type) => {
    expect(sampleEvent({ '@timestamp': 1_625_045_793_351, _document_id: 'x', org: 'acme', ...event })?.actor.type).toBe(type);
  });
});

describe('an event of the audit log', () => {
  const event = (more: object) =>
    toActivity({ '@timestamp': 1769936400123, _document_id: 'd', actor: 'a', actor_id: 1, ...more }, RECEIVED_AT);

  it('that makes an owner is a privilege given, and one that makes a member is one taken', () => {
    expect(event({ action: 'org.update_member', permission: 'admin' })).toMatchObject({
      category: 'PRIVILEGE',
      activityId: 16,
      isAdminActivity: true,
    });
    expect(event({ action: 'org.update_member', permission: 'read' })).toMatchObject({ category: 'PRIVILEGE', activityId: 17 });
  });

  it('that opens a repository is a share, and one that closes it is none', () => {
    expect(event({ action: 'repo.access', visibility: 'public' })).toMatchObject({ category: 'SHARING', activityId: 8 });
    expect(event({ action: 'repo.access', visibility: 'private' })).toMatchObject({ category: 'SHARING', activityId: 3 });
  });

  it('that gives a role to a team is about the group', () => {
    expect(event({ action: 'organization_role.assign', team: 'org/t' })).toMatchObject({ classUid: 3006, activityId: 12 });
    expect(event({ action: 'organization_role.assign', user: 'b' })).toMatchObject({ classUid: 3007, activityId: 16 });
  });

  it('that only asks is neither success nor failure', () => {
    expect(event({ action: 'personal_access_token.request_created' })).toMatchObject({ outcome: 'UNKNOWN', outcomeWord: 'Requested' });
  });

  it.each([
    ['user.failed_login', {}, 'INVALID_CREDENTIALS'],
    ['user.two_factor_challenge_failure', {}, 'MFA_FAILED'],
    ['user.device_verification_failure', {}, 'DEVICE_NOT_TRUSTED'],
    ['org.sso_response', { data: { error: 'invalid signature' } }, 'IDP_ERROR'],
  ])('%s %j failed by %s', (action, more, failure) => {
    expect(event({ action, ...more })).toMatchObject({ category: 'SIGN_IN', outcome: 'FAILURE', failure });
  });

  it('of a sign-in that went well is one', () => {
    expect(event({ action: 'org.sso_response' })).toMatchObject({
      category: 'SIGN_IN',
      outcome: 'SUCCESS',
      failure: null,
      isInteractive: true,
    });
  });

  it('without an id has one made of itself, the same each time', () => {
    const wire = { action: 'repo.create', created_at: 1621305118553, actor: 'cat' };
    expect(toActivity(wire, 1).externalId).toBe(toActivity({ ...wire }, 2).externalId);
    expect(toActivity(wire, 1)).toMatchObject({ isIdDerived: true, occurredAt: 1621305118553 });
  });

  it('of an unknown name is sorted by its words or not at all, and nothing is lost', () => {
    expect(event({ action: 'quantum.flux' })).toMatchObject({ eventType: 'quantum.flux', category: 'UNMAPPED', mapping: 'none' });
  });

  it('knows bots and GitHub itself from people', () => {
    expect(event({ action: 'x', actor: 'ci[bot]' }).actor.type).toBe('service');
    expect(event({ action: 'x', actor: 'github' }).actor.type).toBe('system');
    expect(event({ action: 'x', actor: 'cat', external_identity_nameid: 'cat@example.com' }).actor).toMatchObject({
      type: 'person',
      email: 'cat@example.com',
    });
  });

  it('does not repeat secrets, and is an alert where GitHub found one', () => {
    const found = event({ action: 'secret_scanning_alert.create', token: 'ghp_secret', config: { secret: 'abc' } });
    expect(found).toMatchObject({ category: 'THREAT', severity: 'HIGH' });
    expect(found.raw).not.toMatch(/ghp_secret|"abc"/);
  });

  it.each([
    ['203.0.113.5', '203.0.113.5'],
    ['203.0.113.5:443', '203.0.113.5'],
    ['[2001:DB8::1]:443', '2001:db8::1'],
    ['::ffff:203.0.113.5', '203.0.113.5'],
    ['not an address', null],
  ])('from %s is from %s', (given, expected) => expect(plainIp(given)).toBe(expected));
});

const SAMPLES = new URL('../../../../../shared/samples/activities/github.jsonl', import.meta.url);

interface Sample {
  readonly raw: unknown;
  readonly api?: unknown;
  readonly expected: Readonly<Record<string, string>>;
}

(existsSync(SAMPLES) ? describe : describe.skip)("other people's events (skipped where ../shared/samples is absent)", () => {
  const samples = (): Sample[] =>
    readFileSync(SAMPLES, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Sample);

  it('become what other people say they are', () => {
    const wrong: string[] = [];
    let asserted = 0;
    for (const { raw, api, expected } of samples()) {
      const record = sampleEvent(api ?? raw);
      const made: Readonly<Record<string, string | null | undefined>> = {
        id: record?.externalId,
        time: record && new Date(record.occurredAt).toISOString(),
        actorEmail: record?.actor.email,
        actorId: record?.actor.externalId,
        actorName: record?.actor.name,
        ip: record?.ip,
        action: record?.eventType,
        userAgent: record?.userAgent,
        outcome: record?.outcome.toLowerCase(),
        target: record?.targets[0]?.name,
      };
      for (const [field, value] of Object.entries(expected)) {
        if (!(field in made)) continue;
        asserted++;
        if (made[field] !== value) wrong.push(`${record?.eventType} ${field}: ${String(made[field])} instead of ${value}`);
      }
    }
    expect(asserted).toBeGreaterThan(40);
    expect({ wrong, share: 1 - wrong.length / asserted >= 0.98 }).toEqual({ wrong: expect.any(Array), share: true });
  });

  it('are all accepted, with an action', () =>
    expect(samples().filter(({ raw, api }) => sampleEvent(api ?? raw) === undefined)).toEqual([]));
});
