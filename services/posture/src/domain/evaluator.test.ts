import type { Json } from '#libs/kernel';
import type { Control } from '#libs/providers';

import { judge } from './evaluator.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');

type Evidence = Control['evidence'];

function control(evidence: Partial<Evidence> & Pick<Evidence, 'path' | 'expected'>): Control {
  return {
    id: 'acme.setting',
    version: 1,
    title: 'A setting',
    description: 'A setting of the app.',
    category: 'identity',
    severity: 'HIGH',
    points: 5,
    scoring: 'ratio',
    remediation: ['Set it.'],
    references: [],
    impact: 'low',
    isVerified: true,
    evidence: { operation: 'GET /settings', ...evidence },
  };
}

function result(
  evidence: Partial<Evidence> & Pick<Evidence, 'path' | 'expected'>,
  document: Json,
  lists?: Record<string, string[]>,
): string {
  const verdict = judge(control(evidence), document, { now: NOW, lists });
  return verdict.reason === null ? verdict.result : `${verdict.result}: ${verdict.reason}`;
}

describe('a single setting', () => {
  const timeout = { path: '$.timeout', expected: { operator: 'between', value: [1, 20] } } as const;

  it.each<[Json, string]>([
    [{ timeout: 20 }, 'pass'],
    [{ timeout: '20' }, 'pass'],
    [{ timeout: 21 }, 'fail'],
    [{ timeout: '480' }, 'fail'],
    [{ timeout: 'never' }, 'unknown: UNEXPECTED_SHAPE'],
    [{ timeout: true }, 'unknown: UNEXPECTED_SHAPE'],
    [{ timeout: null }, 'unknown: UNEXPECTED_SHAPE'],
    [{ timeout: [20] }, 'unknown: UNEXPECTED_SHAPE'],
    [{}, 'unknown: FIELD_MISSING'],
    [{ message: 'Internal error' }, 'unknown: FIELD_MISSING'],
    ['Internal error', 'unknown: FIELD_MISSING'],
  ])('%j is %s', (document, expected) => expect(result(timeout, document)).toBe(expected));

  it.each<[Json, string]>([
    [{ on: 'True' }, 'pass'],
    [{ on: ' false ' }, 'fail'],
    [{ on: 'yes' }, 'unknown: UNEXPECTED_SHAPE'],
    [{ on: 1 }, 'unknown: UNEXPECTED_SHAPE'],
  ])('a switch in a text, %j, is %s', (document, expected) =>
    expect(result({ path: '$.on', expected: { operator: 'eq', value: true } }, document)).toBe(expected),
  );

  it.each<[Evidence['expected'], Json, string]>([
    [{ operator: 'ne', value: 'open' }, 'team', 'pass'],
    [{ operator: 'ne', value: 'open' }, 'open', 'fail'],
    [{ operator: 'ne', value: 'open' }, null, 'unknown: UNEXPECTED_SHAPE'],
    [{ operator: 'in', value: ['read', 'none'] }, 'none', 'pass'],
    [{ operator: 'in', value: ['read', 'none'] }, 'write', 'fail'],
    [{ operator: 'not_in', value: ['NoRestriction'] }, 'Strong', 'pass'],
    [{ operator: 'lt', value: 5 }, 5, 'fail'],
    [{ operator: 'gt', value: 0 }, '0', 'fail'],
    [{ operator: 'lte', value: 5 }, 5.0, 'pass'],
    [{ operator: 'exists' }, 'x', 'pass'],
    [{ operator: 'exists' }, null, 'fail'],
    [{ operator: 'absent' }, null, 'pass'],
    [{ operator: 'absent' }, 'x', 'fail'],
    [{ operator: 'matches', value: '^https://' }, 'https://a.example', 'pass'],
    [{ operator: 'matches', value: '^https://' }, 'http://https://a.example', 'fail'],
    [{ operator: 'duration_lte', value: '3600s' }, '3600s', 'pass'],
    [{ operator: 'duration_lte', value: '3600s' }, '3601s', 'fail'],
    [{ operator: 'duration_lte', value: '3600s' }, 'PT1H', 'unknown: UNEXPECTED_SHAPE'],
    [{ operator: 'within_days', value: 90 }, '2026-11-19T00:00:00Z', 'pass'],
    [{ operator: 'within_days', value: 90 }, '2026-08-01T00:00:00Z', 'fail'],
    [{ operator: 'within_days', value: 90 }, '9999-01-01T00:00:00Z', 'unknown: UNEXPECTED_SHAPE'],
    [{ operator: 'within_days', value: 90 }, 'last week', 'unknown: UNEXPECTED_SHAPE'],
    [{ operator: 'older_than_days', value: 90 }, 'no_information', 'pass'],
    [{ operator: 'older_than_days', value: 90 }, 1_795_000_000, 'fail'],
    [{ operator: 'date_past' }, '2024-01-01', 'pass'],
    [{ operator: 'date_past' }, '1970-01-01T00:00:00Z', 'fail'],
    [{ operator: 'date_past' }, '2030-01-01', 'fail'],
  ])('%j of %j is %s', (expected, value, wanted) => expect(result({ path: '$.x', expected }, { x: value })).toBe(wanted));

  it('passes `absent` when it is not there', () => expect(result({ path: '$.x', expected: { operator: 'absent' } }, {})).toBe('pass'));

  it('is unknown while the list it is compared with is not configured', () => {
    const evidence = { path: '$.app', expected: { operator: 'in_list', value: 'approvedApps' } } as const;
    expect(result(evidence, { app: 'a' })).toBe('unknown: LIST_MISSING');
    expect(result(evidence, { app: 'a' }, { approvedApps: ['a'] })).toBe('pass');
    expect(result(evidence, { app: 'b' }, { approvedApps: ['a'] })).toBe('fail');
  });

  it('with several named fields needs all of them', () => {
    const both = { path: "$['a','b']", expected: { operator: 'eq', value: true } } as const;
    expect(result(both, { a: true, b: true })).toBe('pass');
    expect(result(both, { a: true, b: false })).toBe('partial');
    expect(result(both, { a: true })).toBe('unknown: FIELD_MISSING');
  });

  it('with `any` is right when one value is, even beside one that cannot be read', () => {
    const any = { path: '$[*].state', expected: { operator: 'eq', value: 'on', quantifier: 'any' } } as const;
    expect(result(any, [{ state: 'off' }, { state: 'on' }])).toBe('pass');
    expect(result(any, [{ state: 'off' }])).toBe('fail');
    expect(result(any, [{ state: 7 }, { state: 'on' }])).toBe('pass');
    expect(result(any, [{ state: 7 }, { state: 'off' }])).toBe('unknown: UNEXPECTED_SHAPE');
    expect(result(any, [])).toBe('unknown: FIELD_MISSING');
  });
});

describe('how many there are', () => {
  const none = { path: '$.users[?@.risky==true]', requires: '$.users', expected: { operator: 'empty' } } as const;

  it.each<[Json, string]>([
    [{ users: [] }, 'pass'],
    [{ users: [{ risky: false }] }, 'pass'],
    [{ users: [{ risky: true }] }, 'fail'],
    [{}, 'unknown: FIELD_MISSING'],
    [{ users: { error: 'x' } }, 'unknown: UNEXPECTED_SHAPE'],
    [{ users: null }, 'unknown: UNEXPECTED_SHAPE'],
    [[], 'unknown: FIELD_MISSING'],
  ])('%j is %s', (document, expected) => expect(result(none, document)).toBe(expected));

  it('of one list counts the things in it', () => {
    const two = { path: '$.admins', requires: '$.admins', expected: { operator: 'count_between', value: [2, 5] } } as const;
    expect([1, 2, 5, 6].map((count) => result(two, { admins: Array(count).fill({}) }))).toEqual(['fail', 'pass', 'pass', 'fail']);
  });

  it('does not take an object at the root for a list', () => {
    expect(result({ path: '$', requires: '$', expected: { operator: 'empty' } }, {})).toBe('unknown: UNEXPECTED_SHAPE');
  });

  it('names each when there are too many, and nobody when there are too few', () => {
    const admins = control({
      path: '$.users[?@.isAdmin==true]',
      requires: '$.users',
      expected: { operator: 'count_between', value: [2, 2] },
      affected: { type: 'account', id: 'id', name: 'name' },
    });
    const users = ['Ada', 'Bob', 'Cy'].map((name) => ({ id: name.toLowerCase(), name, isAdmin: true }));
    const tooMany = judge(admins, { users }, { now: NOW });
    expect(tooMany.culprits.map(({ name }) => name)).toEqual(['Ada', 'Bob', 'Cy']);
    expect(judge(admins, { users: users.slice(0, 1) }, { now: NOW })).toMatchObject({ result: 'fail', culpritCount: 0 });
  });
});

describe('each of several things', () => {
  const recent = {
    path: '$.users[*].lastLogin',
    subjects: '$.users[*]',
    expected: { operator: 'within_days', value: 90, quantifier: 'all' },
    affected: { type: 'account', id: 'userId', name: 'userName' },
  } as const;
  const [fresh, old] = ['2026-11-19T00:00:00Z', '2020-01-01T00:00:00Z'];

  it('gives the share that passes, and names those that do not', () => {
    const users = [
      { userId: '1', userName: 'Ada', lastLogin: fresh },
      { userId: '2', userName: 'Bob', lastLogin: old },
      { userId: '3', userName: 'Cy' },
    ];
    expect(judge(control(recent), { users }, { now: NOW })).toMatchObject({
      result: 'partial',
      passed: 1,
      total: 3,
      culprits: [
        { externalId: '2', name: 'Bob' },
        { externalId: '3', name: 'Cy' },
      ],
      culpritCount: 2,
    });
  });

  it('counts a thing whose field is null as one without it', () => {
    expect(result({ ...recent, affected: undefined }, { users: [{ lastLogin: null }] })).toBe('fail');
  });

  it('is not applicable when there is none, but only if the list itself was there', () => {
    expect(result(recent, { users: [] })).toBe('not_applicable');
    expect(result(recent, {})).toBe('unknown: FIELD_MISSING');
    expect(result(recent, { message: 'Internal error' })).toBe('unknown: FIELD_MISSING');
    expect(result(recent, { users: {} })).toBe('unknown: FIELD_MISSING');
  });

  it('is unknown when a value cannot be read', () => {
    expect(result(recent, { users: [{ lastLogin: fresh }, { lastLogin: 'yesterday' }] })).toBe('unknown: UNEXPECTED_SHAPE');
  });

  it('wants all values of a thing that has several', () => {
    const scopes = { path: '$[*].scopes[*].ok', subjects: '$[*]', expected: { operator: 'eq', value: true, quantifier: 'all' } } as const;
    expect(judge(control(scopes), [{ scopes: [{ ok: true }, { ok: false }] }, { scopes: [{ ok: true }] }], { now: NOW })).toMatchObject({
      passed: 1,
      total: 2,
    });
  });

  it('gives a share of the named fields of one thing', () => {
    const four = { path: "$['a','b','c','d']", subjects: '$', expected: { operator: 'eq', value: true, quantifier: 'all' } } as const;
    expect(judge(control(four), { a: 'true', b: true, c: true, d: 'false' }, { now: NOW }).share).toBe(0.75);
    expect(result(four, { a: true, b: true, c: true })).toBe('unknown: FIELD_MISSING');
  });

  it('takes null for "not that" with ne', () => {
    const cloudOnly = { path: '$[*].synced', subjects: '$[*]', expected: { operator: 'ne', value: true, quantifier: 'all' } } as const;
    expect(result(cloudOnly, [{ synced: null }, { synced: false }])).toBe('pass');
    expect(result(cloudOnly, [{}])).toBe('fail');
  });

  it('keeps a thousand names and the whole count', () => {
    const users = Array.from({ length: 1_500 }, (_, index) => ({ userId: String(index), lastLogin: old }));
    const verdict = judge(control(recent), { users }, { now: NOW });
    expect([verdict.culprits.length, verdict.culpritCount]).toEqual([1_000, 1_500]);
  });
});

describe('hostile evidence', () => {
  it('that is too deep is unknown', () => {
    let document: Json = { timeout: 5 };
    for (let depth = 0; depth < 10_000; depth++) document = { a: document };
    expect(result({ path: '$..timeout', expected: { operator: 'lte', value: 20 } }, document)).toBe('unknown: UNEXPECTED_SHAPE');
  });

  it('that is too large is unknown', () => {
    const document = { timeout: 5, padding: 'x'.repeat(17 * 1024 * 1024) };
    expect(result({ path: '$.timeout', expected: { operator: 'lte', value: 20 } }, document)).toBe('unknown: UNEXPECTED_SHAPE');
  });

  it('cannot stall a regular expression that would be exponential', () => {
    const started = performance.now();
    expect(result({ path: '$.x', expected: { operator: 'matches', value: '^(a+)+$' } }, { x: `${'a'.repeat(40)}!` })).toBe('fail');
    expect(
      result({ path: "$.x[?search(@, '^(a+)+$')]", requires: '$.x', expected: { operator: 'empty' } }, { x: [`${'a'.repeat(40)}!`] }),
    ).toBe('pass');
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('meets a pattern that no linear engine runs: unknown', () => {
    expect(result({ path: '$.x', expected: { operator: 'matches', value: '(?=a)a' } }, { x: 'a' })).toBe('unknown: ERROR');
  });

  it('meets a path that is none: unknown', () => {
    expect(result({ path: '$.x[', expected: { operator: 'exists' } }, { x: 'a' })).toBe('unknown: ERROR');
  });
});
