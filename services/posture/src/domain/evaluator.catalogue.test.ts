import { existsSync, readdirSync, readFileSync } from 'node:fs';

import { providers, type Control } from '#libs/providers';
import type { Json } from '#libs/kernel';

import { judge } from './evaluator.js';
import { JsonPath } from './json-path.js';
import { percentagesOf, scoreOf, UNITS_PER_POINT, type DecisionKind, type ScoredControl } from './score.js';
import type { Result } from './verdict.js';

const NOW = new Date('2026-09-01T00:00:00Z');
const CONTEXT = { now: NOW.getTime() };
const own = providers.flatMap(({ controls }) => controls);

/** What stands where evidence should: pages of errors that were served with status 200. */
const ERROR_DOCUMENTS: readonly Json[] = [
  {},
  [],
  { message: 'Internal error' },
  { error: { code: 500, message: 'Internal error' } },
  null,
  'Bad gateway',
  [{ error: 'x' }],
];

describe('the catalogue', () => {
  it('has controls to judge, each with an id of its own', () => {
    expect(own.length).toBeGreaterThan(40);
    expect(new Set(own.map(({ id }) => id)).size).toBe(own.length);
  });

  it.each(own.map((control) => [control.id, control] as const))('%s has paths that compile', (_, { evidence }) => {
    for (const path of [evidence.path, evidence.subjects, evidence.requires])
      if (path !== undefined) expect(() => JsonPath.of(path)).not.toThrow();
  });

  it('passes no control on an error document, but for an empty list of wrongdoers, which is what a good answer looks like', () => {
    const passed = own.flatMap((control) =>
      ERROR_DOCUMENTS.filter((document) => judge(control, document, CONTEXT).result === 'pass').map((document) => [control.id, document]),
    );
    expect(passed).toEqual([
      ['github.members-without-2fa', []],
      ['github.outside-collaborators-without-2fa', []],
      ['github.members-insecure-2fa', []],
    ]);
  });
});

const FOLDER = '../shared/posture';
const isThere = existsSync(FOLDER);

interface SharedControl {
  id: string;
  severity: string;
  weight: number;
  scoring: Control['scoring'];
  evidence: { endpoint: string; jsonPath: string; subjects?: string; requires?: string; expected: Control['evidence']['expected'] };
}

function read<T>(file: string): T {
  return JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8').replaceAll('{{now}}', NOW.toISOString())) as T;
}

function toControl({ id, severity, weight, scoring, evidence: { endpoint, jsonPath, ...evidence } }: SharedControl): Control {
  const texts = {
    title: id,
    description: id,
    category: 'identity',
    remediation: [],
    references: [],
    impact: 'low',
    isVerified: true,
  } as const;
  return {
    ...texts,
    id,
    version: 1,
    severity: severity.toUpperCase() as Control['severity'],
    points: weight,
    scoring,
    evidence: { ...evidence, operation: endpoint, path: jsonPath },
  };
}

function sharedControls(): Map<string, Control> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
  return new Map(files.flatMap((file) => read<SharedControl[]>(file).map((control) => [control.id, toControl(control)] as const)));
}

/** All copies of a document that lack one field, wherever it stands. */
function withoutEachField(document: Json): { name: string; mutant: Json }[] {
  if (typeof document !== 'object' || document === null) return [];
  if (Array.isArray(document)) {
    return (document as readonly Json[]).flatMap((item, index) =>
      withoutEachField(item).map(({ name, mutant }) => ({
        name,
        mutant: (document as readonly Json[]).map((one, i) => (i === index ? mutant : one)),
      })),
    );
  }
  return Object.entries(document as Record<string, Json>).flatMap(([name, value]) => {
    const { [name]: _, ...rest } = document as Record<string, Json>;
    return [
      { name, mutant: rest as Json },
      ...withoutEachField(value).map((inner) => ({ name: inner.name, mutant: { ...(document as object), [name]: inner.mutant } as Json })),
    ];
  });
}

interface EvaluatorCase {
  id: string;
  pass: Json;
  fail: Json;
}

// Without the shared material this part is not run; evaluator.test.ts has cases of our own.
(isThere ? describe : describe.skip)(`the ${isThere ? '' : '(absent) '}shared evidence`, () => {
  const controls = isThere ? sharedControls() : new Map<string, Control>();
  const cases = isThere ? read<EvaluatorCase[]>('fixtures/evaluator-cases.json') : [];

  it('is judged as it must be, in all 62 pairs', () => {
    expect(cases).toHaveLength(62);
    const wrong = cases.filter(({ id, pass, fail }) => {
      const [good, bad] = [pass, fail].map((document) => judge(controls.get(id)!, document, CONTEXT).result) as [Result, Result];
      return good !== 'pass' || (bad !== 'fail' && bad !== 'partial');
    });
    expect(
      wrong.map(({ id, pass, fail }) => [id, judge(controls.get(id)!, pass, CONTEXT), judge(controls.get(id)!, fail, CONTEXT)]),
    ).toEqual([]);
  });

  it('passes on an error document only where an empty list is what is wanted', () => {
    const passed = [...controls.values()].flatMap((control) =>
      ERROR_DOCUMENTS.filter((document) => judge(control, document, CONTEXT).result === 'pass').map((document) => [
        control.id,
        control.evidence.expected.operator,
        document,
      ]),
    );
    for (const [, operator, document] of passed) if (Array.isArray(document) && document.length === 0) expect(operator).toBe('empty');
    expect(passed.filter(([, , document]) => JSON.stringify(document) !== '[]' && !JSON.stringify(document).includes('"x"'))).toEqual([]);
    expect(passed.filter(([, , document]) => JSON.stringify(document) === '[]')).toHaveLength(2);
  });

  it('that failed and lost a field passes only where a filter reads that field inside a list', () => {
    const survivors = cases.flatMap(({ id, fail }) =>
      withoutEachField(fail)
        .filter(({ mutant }) => judge(controls.get(id)!, mutant, CONTEXT).result === 'pass')
        .map(({ name }) => ({ id, name })),
    );
    const filtersOf = (id: string): string => [controls.get(id)!.evidence.path, controls.get(id)!.evidence.subjects ?? ''].join(' ');
    expect(survivors.filter(({ id, name }) => !new RegExp(`\\?.*\\b${name}\\b`).test(filtersOf(id)))).toEqual([]);
    expect(survivors.length).toBeLessThanOrEqual(62);
  });

  it('of the sample tenant gives the results it must', () => {
    const tenant = read<{ documents: Record<string, Json>; expected: { results: { id: string; state: Result; ratio: number | null }[] } }>(
      'fixtures/docusign-tenant.json',
    );
    const results = tenant.expected.results.map(({ id }) => {
      const control = controls.get(id)!;
      const document = tenant.documents[control.evidence.operation];
      const verdict = document === undefined ? { result: 'unknown', share: null } : judge(control, document, CONTEXT);
      return { id, state: verdict.result, ratio: verdict.share };
    });
    expect(results).toEqual(tenant.expected.results.map(({ id, state, ratio }) => ({ id, state, ratio })));
  });

  it.each([
    ['without decisions', false],
    ['with decisions', true],
  ] as const)('of the sample tenant gives the score it must, %s', (_, isDecided) => {
    const tenant = read<SampleTenant>('fixtures/docusign-tenant.json');
    const inputs = tenant.expected.results.map(({ id }): ScoredControl => {
      const control = controls.get(id)!;
      const document = tenant.documents[control.evidence.operation];
      const { result, share } = document === undefined ? { result: 'unknown' as const, share: null } : judge(control, document, CONTEXT);
      const decided = isDecided ? tenant.decisions[id] : undefined;
      const decision = decided ? { kind: DECISIONS[decided.kind]!, expiresAt: decided.expires ? Date.parse(decided.expires) : null } : null;
      return {
        controlId: id,
        points: control.points,
        severity: control.severity,
        scoring: control.scoring,
        result,
        share,
        readShare: 1,
        decision,
      };
    });
    const score = scoreOf(inputs, CONTEXT.now);
    const percentages = percentagesOf(score);
    const expected = isDecided ? tenant.expectedWithDecisions : tenant.expected.score;
    expect(score.earned / UNITS_PER_POINT).toBeCloseTo(expected.earned, 4);
    expect(score.possible / UNITS_PER_POINT).toBe(expected.max);
    const shown = [
      percentages.percent,
      percentages.observed,
      percentages.floor,
      percentages.coverage,
      percentages.planned,
      percentages.achievable,
    ];
    const wanted = [expected.score, expected.observedScore, expected.floor, expected.coverage, expected.planned, expected.achievable];
    // The fixture rounds at the end, we round each control to a ten-thousandth of a point.
    shown.forEach((value, index) => expect(value).toBeCloseTo(wanted[index]!, 3));
    expect(percentages.grade).toBe(expected.grade);
  });
});

interface SampleScore {
  earned: number;
  max: number;
  score: number;
  observedScore: number;
  floor: number;
  coverage: number;
  planned: number;
  achievable: number;
  grade: string;
}

interface SampleTenant {
  documents: Record<string, Json>;
  expected: { results: { id: string }[]; score: SampleScore };
  decisions: Record<string, { kind: string; expires?: string }>;
  expectedWithDecisions: SampleScore;
}

const DECISIONS: Readonly<Record<string, DecisionKind>> = {
  risk_accepted: 'RISK_ACCEPTED',
  third_party: 'RESOLVED_BY_THIRD_PARTY',
  planned: 'PLANNED',
};
