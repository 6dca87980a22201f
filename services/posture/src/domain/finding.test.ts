import type { Json } from '#libs/kernel';
import type { Control } from '#libs/providers';

import { judgeControl } from './control-verdict.js';
import { keepEvidence, type Evidence } from './evidence.js';
import { asOf, follow, statusOf, type Finding } from './finding.js';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-20T12:00:00Z');
const PLACE = { id: 'fnd_1', connectorId: 'con_1', app: 'acme' };

const timeout: Control = {
  id: 'acme.timeout',
  version: 1,
  title: 'Sessions time out',
  description: 'Sessions time out.',
  category: 'identity',
  severity: 'HIGH',
  points: 8,
  scoring: 'binary',
  remediation: ['Set it.'],
  references: [],
  impact: 'low',
  isVerified: true,
  evidence: { operation: 'GET /settings', path: '$.timeout', expected: { operator: 'lte', value: 20 } },
};
const users: Control = {
  ...timeout,
  id: 'acme.users',
  scoring: 'ratio',
  evidence: {
    operation: 'GET /users',
    path: '$[*].mfa',
    subjects: '$[*]',
    expected: { operator: 'eq', value: true, quantifier: 'all' },
    affected: { type: 'account', id: 'id', name: 'name' },
  },
};

function read(document: Json, change: Partial<Evidence> = {}): Evidence {
  return {
    operation: 'GET /settings',
    scope: '',
    scopeName: null,
    outcome: { is: 'read', document },
    readAt: NOW,
    failure: null,
    ...change,
  };
}

function verdict(control: Control, evidence: readonly Evidence[], now = NOW) {
  return judgeControl(control, evidence, { now });
}

describe('a control judged on what was collected', () => {
  it('is unknown before the app was asked', () => {
    expect(verdict(timeout, [])).toMatchObject({ result: 'unknown', reason: 'NOT_COLLECTED', evidenceAt: null });
  });

  it('is unknown when the app refused, and names the scope that is missing', () => {
    const refused = read(null, { outcome: { is: 'refused', missing: ['settings.read'], message: 'insufficient scope' } });
    expect(verdict(timeout, [refused])).toMatchObject({ result: 'unknown', reason: 'FORBIDDEN', missingScopes: ['settings.read'] });
    expect(verdict(timeout, [refused]).explanation).toContain('settings.read');
  });

  it('is unknown when the plan lacks it, or reading failed', () => {
    expect(verdict(timeout, [read(null, { outcome: { is: 'unlicensed', message: 'no plan' } })]).reason).toBe('UNSUPPORTED_PLAN');
    expect(verdict(timeout, [read(null, { outcome: { is: 'failed', message: 'HTTP 500' } })]).reason).toBe('ERROR');
  });

  it('is unknown once the evidence is older than seven days, and not before', () => {
    const evidence = [read({ timeout: 5 })];
    expect(verdict(timeout, evidence, NOW + 7 * DAY).result).toBe('pass');
    expect(verdict(timeout, evidence, NOW + 7 * DAY + 1)).toMatchObject({ result: 'unknown', reason: 'STALE' });
  });

  it('over several accounts gives the mean of those that could be read, and says which could not', () => {
    const parts = [
      read([{ id: 'a', name: 'Ada', mfa: true }], { operation: 'GET /users', scope: '1', scopeName: 'EU' }),
      read(
        [
          { id: 'b', name: 'Bob', mfa: false },
          { id: 'c', name: 'Cy', mfa: true },
        ],
        { operation: 'GET /users', scope: '2', scopeName: 'US' },
      ),
      read(null, { operation: 'GET /users', scope: '3', scopeName: 'Asia', outcome: { is: 'refused', missing: [], message: 'no' } }),
    ];
    const judged = verdict(users, parts);
    expect(judged).toMatchObject({ result: 'partial', share: 0.75, readShare: 2 / 3, affectedCount: 1 });
    expect(judged.affected).toEqual([{ externalId: 'b', name: 'Bob', type: 'account', scope: 'US' }]);
    expect(judged.explanation).toMatch(/^Asia: /);
  });

  it('leaves out accounts that it is not about', () => {
    const parts = [read([], { operation: 'GET /users', scope: '1' }), read([{ mfa: true }], { operation: 'GET /users', scope: '2' })];
    expect(verdict(users, parts)).toMatchObject({ result: 'pass', readShare: 1 });
    expect(verdict(users, parts.slice(0, 1)).result).toBe('not_applicable');
  });

  it('shows at most 4 KiB of what was found', () => {
    const document = Array.from({ length: 2_000 }, (_, id) => ({ id: String(id), mfa: `no ${'x'.repeat(300)}` }));
    const { evidence } = verdict(
      { ...users, evidence: { ...users.evidence, expected: { operator: 'eq', value: 'yes', quantifier: 'all' } } },
      [read(document, { operation: 'GET /users' })],
    );
    expect(Buffer.byteLength(JSON.stringify(evidence))).toBeLessThanOrEqual(4_096);
    expect(JSON.stringify(evidence)).toContain('no xxx');
  });
});

describe('evidence', () => {
  const record = { kind: 'evidence', operation: 'GET /settings', scope: '', readAt: NOW + 1 } as const;

  it('outlives a read that failed, and says so', () => {
    const kept = keepEvidence(read({ timeout: 5 }), { ...record, outcome: { is: 'failed', message: 'HTTP 503' } });
    expect(kept).toMatchObject({ outcome: { is: 'read' }, readAt: NOW, failure: { message: 'HTTP 503' } });
    expect(verdict(timeout, [kept])).toMatchObject({ result: 'pass', explanation: expect.stringContaining('HTTP 503') });
  });

  it('does not outlive a refusal', () => {
    expect(keepEvidence(read({ timeout: 5 }), { ...record, outcome: { is: 'refused', missing: [], message: 'no' } }).outcome.is).toBe(
      'refused',
    );
  });

  it('is not replaced by an older read', () => {
    const kept = read({ timeout: 5 });
    expect(keepEvidence(kept, { ...record, readAt: NOW - 1, outcome: { is: 'read', document: { timeout: 99 } } })).toBe(kept);
  });
});

describe('a finding', () => {
  function after(previous: Finding | undefined, value: Json | undefined, now: number, control = timeout) {
    const evidence = value === undefined ? [] : [read({ timeout: value }, { readAt: now })];
    return follow(previous, PLACE, control, verdict(control, evidence, now), now);
  }

  it('keeps since when its outcome is what it is', () => {
    const first = after(undefined, 99, NOW).finding;
    expect(after(first, 100, NOW + DAY).finding.since).toBe(NOW);
    expect(after(first, 5, NOW + DAY).finding.since).toBe(NOW + DAY);
  });

  it('drifts when a known outcome becomes worse, also after not knowing for a while', () => {
    const passed = after(undefined, 5, NOW).finding;
    const lost = after(passed, undefined, NOW + DAY);
    expect(lost.worse).toBeNull();
    expect(after(lost.finding, 99, NOW + 2 * DAY).worse).toMatchObject({
      fromOutcome: 'PASS',
      toOutcome: 'FAIL',
      lastGoodAt: NOW,
      detectedAt: NOW + 2 * DAY,
    });
  });

  it('does not drift at its first reading, when it gets better, or when the control itself changed', () => {
    const failed = after(undefined, 99, NOW);
    expect(failed.worse).toBeNull();
    const better = after(failed.finding, 5, NOW + DAY);
    expect(better.worse).toBeNull();
    expect(after(better.finding, 99, NOW + 2 * DAY, { ...timeout, version: 2 }).worse).toBeNull();
  });

  it('drifts by many small losses as by one large', () => {
    const share = (failing: number, now: number, previous?: Finding) => {
      const document = Array.from({ length: 100 }, (_, id) => ({ id: String(id), mfa: id >= failing }));
      return follow(previous, PLACE, users, verdict(users, [read(document, { operation: 'GET /users', readAt: now })], now), now);
    };
    const first = share(10, NOW);
    const second = share(12, NOW + DAY, first.finding);
    expect(second.worse).toBeNull();
    expect(share(14, NOW + 2 * DAY, second.finding).worse).toMatchObject({ fromShare: 0.9, toShare: 0.86 });
  });

  it('that rests on evidence gone stale since is unknown', () => {
    const passed = after(undefined, 5, NOW).finding;
    expect(asOf(passed, NOW + 6 * DAY).result).toBe('pass');
    expect(asOf(passed, NOW + 8 * DAY)).toMatchObject({ result: 'unknown', reason: 'STALE' });
  });

  it('is completed by evidence alone, and a decision that expired is none', () => {
    const failed = after(undefined, 99, NOW).finding;
    const decision = {
      id: 'exc_1',
      findingId: 'fnd_1',
      status: 'RISK_ACCEPTED' as const,
      reason: 'x',
      owner: 'ada',
      product: null,
      compensatingControl: null,
      ticket: null,
      dueAt: null,
      expiresAt: NOW + DAY,
      decidedBy: 'ada',
      decidedAt: NOW,
      supersedes: null,
    };
    const accepted = { ...failed, decision };
    expect(statusOf(failed, NOW)).toBe('TO_ADDRESS');
    expect(statusOf(accepted, NOW)).toBe('RISK_ACCEPTED');
    expect(statusOf(accepted, NOW + DAY)).toBe('TO_ADDRESS');
    expect(statusOf({ ...after(accepted, 5, NOW).finding }, NOW)).toBe('COMPLETED');
  });
});
