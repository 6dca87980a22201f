import { query } from 'json-p3';

import type { EvidenceRecord } from '#libs/contracts';
import { FakeClock, replayingApp, sandboxApp, type SandboxApp } from '#libs/testing';

import { EVIDENCE } from './evidence.js';
import { http } from './http.js';
import { okta } from './index.js';
import { controls, evidence } from './posture.js';
import type { OktaState } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');
const ADMIN_CONSOLE = 'GET /api/v1/policies/{policyId}/rules (Okta Admin Console)';
const SIGN_ON = 'GET /api/v1/policies?type=OKTA_SIGN_ON then GET /api/v1/policies/{policyId}/rules';
const ADMINISTRATORS = 'GET /api/v1/iam/assignees/users joined with GET /api/v1/users/{userId}/roles';

let made: SandboxApp;
beforeEach(async () => {
  made = await sandboxApp(okta, { clock: new FakeClock(NOW), now: NOW, people: 40, days: 2 });
});
afterEach(() => made.close());

async function collected(): Promise<Map<string, EvidenceRecord['outcome']>> {
  const outcomes = new Map<string, EvidenceRecord['outcome']>();
  for await (const page of evidence.pages(made.app)) for (const record of page.records) outcomes.set(record.operation, record.outcome);
  return outcomes;
}

function documentOf(outcomes: Map<string, EvidenceRecord['outcome']>, operation: string): unknown {
  const outcome = outcomes.get(operation);
  if (outcome?.is !== 'read') throw new Error(`${operation} was not read: ${JSON.stringify(outcome)}`);
  return outcome.document;
}

describe('the controls of Okta', () => {
  it('each judge a document that is collected, and every document is judged', () => {
    expect(new Set(controls.map((control) => control.evidence.operation))).toEqual(new Set(Object.keys(EVIDENCE)));
  });

  it('have ids of their own', () => {
    const ids = controls.map((control) => control.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^okta\.[a-z-]+$/.test(id))).toBe(true);
  });

  it.each(controls.map((control) => [control.id, control] as const))('%s says what it wants, why and what to do', (_id, control) => {
    expect(control).toMatchObject({
      version: 1,
      title: expect.any(String),
      severity: expect.stringMatching(/^(LOW|MEDIUM|HIGH|CRITICAL)$/),
    });
    expect(control.points).toBeGreaterThanOrEqual(1);
    expect(control.points).toBeLessThanOrEqual(10);
    expect(control.remediation.length).toBeGreaterThan(0);
    expect(control.references.length).toBeGreaterThan(0);
    // Without it, an error page would pass as an empty list.
    if (['empty', 'not_empty', 'count_between'].includes(control.evidence.expected.operator))
      expect(control.evidence.requires).toBeDefined();
    if (control.evidence.expected.quantifier === 'all') expect(control.evidence.subjects).toBeDefined();
  });
});

describe('the evidence', () => {
  it('of a whole organization is all read', async () => {
    const outcomes = await collected();
    expect([...outcomes].filter(([, outcome]) => outcome.is !== 'read')).toEqual([]);
    expect(outcomes.size).toBe(Object.keys(EVIDENCE).length);
  });

  it('has what each control looks for, so that a misspelt path would show', async () => {
    const outcomes = await collected();
    // These two are lists that may rightly be empty, or hold nothing that fits.
    const mayBeEmpty = new Set(['okta.log-streaming', 'okta.inactive-users']);
    const blind = controls.filter(({ id, evidence: { operation, path, subjects } }) => {
      const document = documentOf(outcomes, operation) as never;
      return !mayBeEmpty.has(id) && [path, subjects ?? path].some((one) => query(one, document).nodes.length === 0);
    });
    expect(blind.map((control) => control.id)).toEqual([]);
  });

  it('of the Admin Console is that of its own policy, by name', async () => {
    const rules = documentOf(await collected(), ADMIN_CONSOLE) as { policyName: string; name: string }[];
    expect(rules.map((rule) => rule.name)).toEqual(['Okta Admin Console: Administrators', 'Okta Admin Console: Catch-all Rule']);
  });

  it('of sessions leaves rules that deny out of what is counted', async () => {
    const rules = documentOf(await collected(), SIGN_ON) as { status: string; name: string }[];
    expect(rules.map((rule) => [rule.name, rule.status])).toEqual([
      ['Staff: Blocked networks', 'DENIES'],
      ['Staff: Staff', 'ACTIVE'],
      ['Default Policy: Default Rule', 'ACTIVE'],
    ]);
  });

  it('counts a super administrator once, however the role is held', async () => {
    const state = made.sandbox.state as OktaState;
    const admin = [...state.users.values()].find((user) => user.roles.now.some((role) => role.type === 'SUPER_ADMIN'))!;
    admin.roles.set([...admin.roles.now, { ...admin.roles.now[0]!, id: 'ra1again' }], NOW);
    const rows = documentOf(await collected(), ADMINISTRATORS) as { userId: string; type: string }[];
    expect(rows.filter((row) => row.userId === admin.id && row.type === 'SUPER_ADMIN')).toHaveLength(1);
    expect(rows.some((row) => row.type === 'HELP_DESK_ADMIN')).toBe(true);
  });

  it('that may not be read is refused by name of the scope, and the rest is read', async () => {
    made.sandbox.setSwitches({ missingScopes: ['okta.networkZones.read'] });
    const outcomes = await collected();
    expect(outcomes.get('GET /api/v1/zones')).toMatchObject({ is: 'refused', missing: ['okta.networkZones.read'] });
    expect(outcomes.get('GET /api/v1/behaviors')).toMatchObject({ is: 'read' });
  });

  it('of a feature that was not bought is unlicensed, never an empty list', async () => {
    made.sandbox.setSwitches({ unlicensed: ['log-streams', 'behaviors'] });
    const outcomes = await collected();
    expect(outcomes.get('GET /api/v1/logStreams')).toMatchObject({ is: 'unlicensed' });
    expect(outcomes.get('GET /api/v1/behaviors')).toMatchObject({ is: 'unlicensed' });
  });

  it('that only a Super Administrator may read is refused to others', async () => {
    made.sandbox.setSwitches({ readOnlyRole: true });
    expect((await collected()).get('GET /api/v1/first-party-app-settings/admin-console')).toMatchObject({ is: 'refused', missing: [] });
  });

  it.each([
    [{ malformed: 'GET /api/v1/threats/configuration' }],
    [{ serverError: 'GET /api/v1/threats/configuration' }],
    [{ htmlPage: 'GET /api/v1/threats/configuration' }],
  ])('with %j failed, and the rest is read', async (switches) => {
    made.sandbox.setSwitches(switches);
    const outcomes = await collected();
    expect(outcomes.get('GET /api/v1/threats/configuration')).toMatchObject({ is: 'failed' });
    expect(outcomes.get('GET /api/v1/zones')).toMatchObject({ is: 'read' });
  });

  it('is not made of a dead credential: the run ends', async () => {
    made.sandbox.setSwitches({ revoked: true });
    await expect(collected()).rejects.toMatchObject({ kind: 'auth-revoked' });
  });
});

describe('an answer that lacks what a control reads', () => {
  async function outcomeOf(operation: string, answers: Parameters<typeof replayingApp>[0]): Promise<unknown> {
    return EVIDENCE[operation]!(replayingApp(answers, { http })).then(
      (document) => document,
      (error: { kind: string }) => error.kind,
    );
  }
  const complexity = {
    minLength: 12,
    minLowerCase: 1,
    minUpperCase: 1,
    minNumber: 1,
    minSymbol: 0,
    dictionary: { common: { exclude: true } },
  };
  const password = { complexity, age: { historyCount: 5 }, lockout: { maxAttempts: 5 } };
  const policy = (settings: unknown) => ({
    'GET /api/v1/policies': { body: [{ id: '00p1', name: 'Staff', status: 'ACTIVE', settings: { password: settings } }] },
  });

  it('makes it malformed instead of passed', async () => {
    const operation = 'GET /api/v1/policies?type=PASSWORD';
    expect(await outcomeOf(operation, policy(password))).toMatchObject([
      { settings: { password: { complexity: { minLength: 12, fewestOfAKind: 0 }, isBreachedActedUpon: false } } },
    ]);
    for (const broken of [
      undefined,
      { ...password, lockout: {} },
      { ...password, age: undefined },
      { ...password, complexity: { ...complexity, minLength: 'many' } },
    ]) {
      expect(await outcomeOf(operation, policy(broken))).toBe('malformed');
    }
    expect(await outcomeOf('GET /api/v1/threats/configuration', { 'GET /api/v1/threats/configuration': { body: {} } })).toBe('malformed');
    expect(await outcomeOf('GET /api/v1/zones', { 'GET /api/v1/zones': { body: { zones: [] } } })).toBe('malformed');
  });

  it('may be a list of one instead of an object', async () => {
    const operation = 'GET /attack-protection/api/v1/user-lockout-settings';
    const settings = { preventBruteForceLockoutFromUnknownDevices: true };
    expect(await outcomeOf(operation, { [operation]: { body: settings } })).toEqual(settings);
    expect(await outcomeOf(operation, { [operation]: { body: [settings] } })).toEqual(settings);
    expect(await outcomeOf(operation, { [operation]: { body: [] } })).toBe('malformed');
  });

  it('tells the days of inactivity in whatever unit, and knows no unit that it does not know', async () => {
    const operation = 'GET /api/v1/policies?type=USER_LIFECYCLE then GET /api/v1/policies/{policyId}/rules';
    const answers = (inactivity: unknown) => ({
      'GET /api/v1/policies': { body: [{ id: '00p1', name: 'Idle', status: 'ACTIVE' }] },
      'GET /api/v1/policies/{policyId}/rules': {
        body: [{ id: '0pr1', name: 'Rule', status: 'ACTIVE', conditions: { people: { users: { inactivity } } } }],
      },
    });
    expect(await outcomeOf(operation, answers({ number: 5, unit: 'WEEKS' }))).toMatchObject([{ inactivityDays: 35 }]);
    expect(await outcomeOf(operation, answers({ number: 5, unit: 'FORTNIGHT' }))).toBe('malformed');
    expect(await outcomeOf(operation, answers(undefined))).toMatchObject([{ name: 'Idle: Rule' }]);
  });

  it('has chains of authentication methods, which have no mode, and stays unknown', async () => {
    const kind = await outcomeOf(ADMIN_CONSOLE, {
      'GET /api/v1/policies': { body: [{ id: '00p1', name: 'Okta Admin Console', status: 'ACTIVE' }] },
      'GET /api/v1/policies/{policyId}/app': { body: [{ id: '0oa1', name: 'saasure' }] },
      'GET /api/v1/policies/{policyId}/rules': {
        body: [
          {
            id: '0pr1',
            name: 'Rule',
            status: 'ACTIVE',
            actions: { appSignOn: { access: 'ALLOW', verificationMethod: { type: 'AUTH_METHOD_CHAIN', chains: [] } } },
          },
        ],
      },
    });
    expect(kind).toBe('malformed');
  });

  it('shows no policy of the Admin Console, and says so instead of passing', async () => {
    expect(
      await outcomeOf(ADMIN_CONSOLE, {
        'GET /api/v1/policies': { body: [{ id: '00p1', name: 'Okta Admin Console', status: 'ACTIVE' }] },
        'GET /api/v1/policies/{policyId}/app': { body: [] },
      }),
    ).toBe('missing');
  });
});
