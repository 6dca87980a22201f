import fc from 'fast-check';

import { explainChange, type ScoreInput } from './score-change.js';
import { percentagesOf, scoreOf, type DecisionKind } from './score.js';

function input(change: Partial<ScoreInput> = {}): ScoreInput {
  const { result = 'pass' } = change;
  const share = result === 'pass' ? 1 : result === 'fail' ? 0 : null;
  return {
    connectorId: 'con_1',
    controlId: 'x.a',
    version: 1,
    points: 5,
    severity: 'MEDIUM',
    scoring: 'binary',
    result,
    share,
    readShare: 1,
    decision: null,
    ...change,
  };
}

describe('a change of the score', () => {
  it('is put down to what was really changed', () => {
    const before = [input({ result: 'fail' }), input({ controlId: 'x.b' })];
    expect(explainChange(before, [input(), input({ controlId: 'x.b' })])).toEqual({
      scope: 0,
      catalogue: 0,
      coverage: 0,
      decisions: 0,
      configuration: 50,
    });
  });

  it('is put down to the catalogue when a control is new, and to the setting when one was mended the same day', () => {
    const before = [input({ result: 'fail' }), input({ controlId: 'x.b' })];
    const after = [input(), input({ controlId: 'x.b' }), input({ controlId: 'x.c', result: 'fail' })];
    const change = explainChange(before, after)!;
    expect(change.catalogue).toBeCloseTo(-50 + 100 / 3);
    expect(change.configuration).toBeCloseTo(100 / 3);
  });

  it('is put down to coverage, decisions or scope', () => {
    const before = [input({ result: 'fail' }), input({ controlId: 'x.b' })];
    expect(explainChange(before, [input({ result: 'unknown' }), before[1]!])).toMatchObject({ coverage: 50 });
    const claimed = input({ result: 'fail', decision: { kind: 'RESOLVED_BY_THIRD_PARTY', expiresAt: null } });
    expect(explainChange(before, [claimed, before[1]!])).toMatchObject({ decisions: 50 });
    expect(
      explainChange(before, [...before, input({ connectorId: 'con_2' }), input({ connectorId: 'con_2', controlId: 'x.b' })]),
    ).toMatchObject({ scope: 25 });
  });

  it('from or to nothing has no parts', () => expect(explainChange([], [input()])).toBeNull());

  it('has parts that add up to the difference, whatever changed', () => {
    const anyInput = fc
      .record({
        connectorId: fc.constantFrom('con_1', 'con_2'),
        controlId: fc.constantFrom('x.a', 'x.b', 'x.c', 'x.d'),
        version: fc.integer({ min: 1, max: 2 }),
        points: fc.integer({ min: 1, max: 10 }),
        result: fc.constantFrom('pass' as const, 'fail' as const, 'unknown' as const, 'not_applicable' as const),
        decision: fc.option(
          fc.record({
            kind: fc.constantFrom<DecisionKind>('PLANNED', 'RISK_ACCEPTED', 'RESOLVED_BY_MITIGATION'),
            expiresAt: fc.constant(null),
          }),
        ),
      })
      .map((change) => input(change));
    const anySet = fc.uniqueArray(anyInput, { minLength: 1, maxLength: 8, selector: (one) => `${one.connectorId}/${one.controlId}` });
    fc.assert(
      fc.property(anySet, anySet, (before, after) => {
        const change = explainChange(before, after);
        const [from, to] = [before, after].map((set) => percentagesOf(scoreOf(set, 0)).percent);
        if (from === null || to === null) return expect(change).toBeNull();
        const sum = change!.scope + change!.catalogue + change!.coverage + change!.decisions + change!.configuration;
        expect(sum).toBeCloseTo(to! - from!, 9);
      }),
      { numRuns: 2_000 },
    );
  });
});
