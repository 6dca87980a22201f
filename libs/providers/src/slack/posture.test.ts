import { query } from 'json-p3';

import type { EvidenceRecord } from '#libs/contracts';
import { FakeClock, replayingApp, sandboxApp, type SandboxApp } from '#libs/testing';

import { EVIDENCE } from './evidence.js';
import { http } from './http.js';
import { slack } from './index.js';
import { controls, evidence } from './posture.js';
import type { SlackState } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');
const PEOPLE = 'POST admin.users.list';
const APPS = 'POST admin.apps.approved.list';

let made: SandboxApp;
beforeEach(async () => {
  made = await sandboxApp(slack, { clock: new FakeClock(NOW), now: NOW, people: 60, days: 3 });
});
afterEach(() => made.close());

const state = (): SlackState => made.sandbox.state as SlackState;

async function collected(app = made.app as Parameters<typeof evidence.pages>[0]): Promise<EvidenceRecord[]> {
  const records: EvidenceRecord[] = [];
  for await (const page of evidence.pages(app)) records.push(...page.records);
  return records;
}

function of(records: readonly EvidenceRecord[], operation: string, scope?: string): EvidenceRecord['outcome'] {
  return records.find((record) => record.operation === operation && (scope === undefined || record.scope === scope))!.outcome;
}

function documentOf(outcome: EvidenceRecord['outcome']) {
  if (outcome.is !== 'read') throw new Error(`It was not read: ${JSON.stringify(outcome)}`);
  return outcome.document;
}

describe('the controls of Slack', () => {
  it('each judge a document that is collected, and every document is judged', () => {
    expect(new Set(controls.map((control) => control.evidence.operation))).toEqual(new Set(Object.keys(EVIDENCE)));
  });

  it('have ids of their own', () => {
    const ids = controls.map((control) => control.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^slack\.[a-z0-9-]+$/.test(id))).toBe(true);
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
    // Without it, an error page would pass as an empty list.
    if (/^count_/.test(control.evidence.expected.operator)) expect(control.evidence.requires).toBeDefined();
    if (control.evidence.expected.quantifier === 'all') expect(control.evidence.subjects).toBeDefined();
  });

  it('find in the documents what they judge', async () => {
    const records = await collected();
    for (const control of controls) {
      const documents = records
        .filter(({ operation }) => operation === control.evidence.operation)
        .map(({ outcome }) => documentOf(outcome));
      const found = documents.flatMap((document) => query(control.evidence.path, document as never).values());
      expect({ id: control.id, found: found.length > 0 }).toEqual({ id: control.id, found: true });
    }
  });
});

describe('the documents', () => {
  it('show active people only, with what is wrong with some of them', async () => {
    const { users } = documentOf(of(await collected(), PEOPLE)) as { users: Record<string, unknown>[] };
    expect(users).toHaveLength([...state().users.values()].filter((user) => user.active.now && !user.isBot).length);
    expect(users.some((user) => user['has_2fa'] === false && user['has_sso'] === false)).toBe(true);
    expect(users.some((user) => user['has_sso'] === true)).toBe(true);
    expect(JSON.stringify(users)).not.toContain('@');
  });

  it('are one for the organization and each workspace where these differ', async () => {
    const records = await collected();
    const scopes = (operation: string) => records.filter((record) => record.operation === operation).map(({ scope }) => scope);
    const workspaces = state().workspaces.map(({ id }) => id);
    expect(scopes('POST team.info')).toEqual(workspaces);
    expect(scopes(APPS)).toEqual([state().enterprise.id, ...workspaces]);
    const discoverable = workspaces.map(
      (id) => (documentOf(of(records, 'POST team.info', id)) as { team: { discoverable: string } }).team.discoverable,
    );
    expect(discoverable).toEqual(['invite_only', 'open']);
  });

  it('that Slack refuses are recorded as refused with the scope, or as not in the plan', async () => {
    made.sandbox.setSwitches({ missingScopes: ['admin.apps:read'], unlicensed: ['audit'] });
    const records = await collected();
    expect(of(records, APPS)).toMatchObject({ is: 'refused', missing: ['admin.apps:read'] });
    expect(of(records, 'GET /audit/v1/logs?limit=1')).toMatchObject({ is: 'unlicensed' });
    expect(of(records, PEOPLE)).toMatchObject({ is: 'read' });
    made.sandbox.setSwitches({ missingScopes: [], unlicensed: ['enterprise'] });
    const without = await collected();
    expect(of(without, PEOPLE)).toMatchObject({ is: 'unlicensed' });
    expect(of(without, 'POST team.info')).toMatchObject({ is: 'read' });
  });

  it('that lack what a control reads are failed, never empty', async () => {
    const org = { facts: { mode: 'organization', id: 'E1', name: 'Acme' }, http };
    const app = replayingApp(
      {
        'GET /api/admin.teams.list': { body: { ok: true, teams: [] } },
        'GET /api/admin.users.list': [
          { body: { ok: true, users: [{ id: 'W1', is_active: true, is_bot: false }] } },
          { body: { ok: true, users: [{ id: 'W1', is_active: true, is_bot: false }] } },
        ],
        'POST /api/admin.users.session.getSettings': { body: { ok: true } },
        'GET /api/team.preferences.list': { body: { ok: true, allow_message_deletion: 'maybe' } },
        'GET /api/admin.apps.approved.list': { body: { ok: true, approved_apps: [{ app: { id: 'A1' } }] } },
        'GET /audit/v1/logs': { body: {} },
      },
      org,
    );
    expect((await collected(app)).map(({ outcome }) => outcome.is)).toEqual(['failed', 'failed', 'failed', 'failed', 'failed']);
  });

  it('stop the run when the token is dead, instead of failing one by one', async () => {
    await slack.identify(made.app);
    made.sandbox.setSwitches({ revoked: true });
    await expect(collected()).rejects.toMatchObject({ kind: 'auth-revoked' });
  });
});
