import { mfaFatigue } from './mfa-fatigue.js';
import { aFailure, anActivity, at, FROM, workdays, World } from './world.builders.js';

const denials = (count: number, everySeconds = 60, change: Parameters<typeof aFailure>[0] = {}) =>
  Array.from({ length: count }, (_, index) =>
    aFailure({ failure: 'MFA_DENIED', occurredAt: at(20, 2) + index * everySeconds * 1_000, ...FROM.saoPauloServer, ...change }),
  );
const judge = (fresh: ReturnType<typeof denials>, all = fresh) => new World([...workdays(1, 19), ...all]).judge(mfaFatigue, fresh);

describe('MFA fatigue', () => {
  it('is five denials within ten minutes, and not four', () => {
    expect(judge(denials(4))).toEqual([]);
    expect(judge(denials(5))).toMatchObject([
      { severity: 'MEDIUM', title: 'MFA fatigue: Dana Rivera', accountIds: ['acc_dana'], attackTechniques: ['T1621'] },
    ]);
  });

  it('is not denials spread over the day, nor wrong passwords', () => {
    expect(judge(denials(20, 200))).toEqual([]);
    expect(judge(denials(20, 20, { failure: 'INVALID_CREDENTIALS' }))).toEqual([]);
    expect(judge(denials(20, 20, { failure: 'MFA_TIMEOUT' }))).toEqual([]);
  });

  it('is high when the person gives in within the hour', () => {
    const signIn = (minute: number) => anActivity({ occurredAt: at(20, 2, minute), ...FROM.saoPauloServer });
    expect(judge([...denials(6), signIn(9)])).toMatchObject([{ severity: 'HIGH', title: 'Gave in to MFA requests: Dana Rivera' }]);
    expect(judge([...denials(6), anActivity({ occurredAt: at(20, 4) })])).toMatchObject([{ severity: 'MEDIUM' }]);
    expect(judge([...denials(6), signIn(2)])).toMatchObject([{ severity: 'MEDIUM' }]);
  });

  it('is found whichever comes last', () => {
    const all = denials(5);
    const signIn = anActivity({ occurredAt: at(20, 2, 9) });
    expect(judge([all[2]!], all)).toMatchObject([{ activityIds: all.map(({ id }) => id) }]);
    expect(judge([signIn], [...all, signIn])).toMatchObject([{ severity: 'HIGH' }]);
    expect(judge([anActivity({ occurredAt: at(20, 6) })], all)).toEqual([]);
  });

  it('is explained, also where there is none', () => {
    const all = denials(5);
    const world = new World([...workdays(1, 19), ...all]);
    expect(world.explain(mfaFatigue, all[1]!)).toMatchObject({
      matched: true,
      summary: 'Dana Rivera denied 5 requests for the second factor within 4 minutes.',
      smallestChange: 'No alert with 4 denials or fewer in any ten minutes instead of 5.',
    });
    const few = denials(2);
    expect(new World(few).explain(mfaFatigue, few[0]!)).toMatchObject({
      matched: false,
      smallestChange: '3 more denials of the same person within ten minutes.',
    });
    const home = anActivity();
    expect(new World([home]).explain(mfaFatigue, home)).toMatchObject({ matched: false });
  });
});
