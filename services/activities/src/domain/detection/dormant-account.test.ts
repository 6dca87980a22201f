import { dormantAccount } from './dormant-account.js';
import { aFailure, anActivity, at, FROM, workdays, World } from './world.builders.js';

type Activities = ReturnType<typeof workdays>;
const judge = (fresh: Activities, before: Activities = workdays(1, 5)) => new World([...before, ...fresh]).judge(dormantAccount, fresh);
const later = (day: number, change: Parameters<typeof anActivity>[0] = {}) => anActivity({ occurredAt: at(day), ...change });

describe('a dormant account', () => {
  it('that acts again after 90 days is an alert, and after 89 none', () => {
    expect(judge([later(96)])).toMatchObject([
      { severity: 'MEDIUM', title: 'Dormant account active: Dana Rivera', accountIds: ['acc_dana'] },
    ]);
    expect(judge([later(95)])).toEqual([]);
  });

  it('is low in the office and high on a rented machine', () => {
    expect(judge([later(120, FROM.munichOffice)])).toMatchObject([{ severity: 'LOW' }]);
    expect(judge([later(120, FROM.saoPauloServer)])).toMatchObject([{ severity: 'HIGH' }]);
  });

  it('is awake on the next day, whatever the page it comes with', () => {
    const again = later(121);
    expect(judge([later(120), again])).toHaveLength(1);
    expect(judge([again], [...workdays(1, 5), later(120)])).toEqual([]);
  });

  it('is not one that was seen between, at the same place or another', () => {
    expect(judge([later(120)], [...workdays(1, 5), later(40)])).toEqual([]);
    expect(judge([later(120)], [...workdays(1, 5), later(40, FROM.tokyo)])).toEqual([]);
  });

  it.each([
    ['a person never seen before', [], later(120)],
    ['a failure', workdays(1, 5), aFailure({ occurredAt: at(120) })],
    ["a token's sign-in", workdays(1, 5), later(120, { isInteractive: false })],
    ['a machine', workdays(1, 5), later(120, { actorType: 'service' })],
  ])('is not %s', (_, before, activity) => {
    expect(judge([activity], before)).toEqual([]);
  });

  it('is explained, also where there is none', () => {
    const back = later(120);
    const next = later(121);
    const world = new World([...workdays(1, 5), back, next]);
    expect(world.explain(dormantAccount, back)).toMatchObject({
      matched: true,
      smallestChange: 'No alert if Dana Rivera had been seen on one of the 90 days before.',
    });
    expect(world.explain(dormantAccount, next)).toMatchObject({
      matched: false,
      smallestChange: 'An alert would have needed: seenBefore being nothing in the 90 days before.',
    });
  });
});
