import { kilometresBetween } from '../enrichment/atlas.js';
import { impossibleTravel } from './impossible-travel.js';
import { aFailure, anActivity, at, atlas, FROM, workdays, World } from './world.builders.js';

const detector = impossibleTravel(atlas);
const usual = workdays(1, 19);
const signals = (...more: Parameters<typeof anActivity>[0][]) => {
  const fresh = more.map((change) => anActivity(change));
  return new World([...usual, ...fresh]).judge(detector, fresh);
};

describe('distance', () => {
  it.each([
    ['London', 'and New York', [51.5074, -0.1278], [40.7128, -74.006], 5_570],
    ['both sides of the date line', '', [0, 179.5], [0, -179.5], 111],
    ['pole and pole', '', [90, 0], [-90, 77], 20_015],
    ['a place and itself', '', [48.1, 11.6], [48.1, 11.6], 0],
  ] as const)('of %s %s is right', (_a, _b, [latA, lonA], [latB, lonB], km) => {
    expect(Math.abs(kilometresBetween({ latitude: latA, longitude: lonA }, { latitude: latB, longitude: lonB }) - km)).toBeLessThan(25);
  });
});

describe('impossible travel', () => {
  it('is found when somebody acts from Munich and forty minutes later from a rented machine in Sao Paulo', () => {
    const [signal, ...others] = signals(
      { occurredAt: at(20, 9) },
      { occurredAt: at(20, 9, 40), ...FROM.saoPauloServer, deviceKey: 'other' },
    );
    expect(others).toEqual([]);
    expect(signal).toMatchObject({ severity: 'HIGH', part: 'BR-DE', title: 'Impossible travel: Dana Rivera in Germany and Brazil' });
    expect(signal!.explanation.summary).toMatch(
      /^Dana Rivera acted from Munich, Germany and 40 minutes later from Sao Paulo, Brazil, \d+ km apart at least: that takes \d+ km\/h/,
    );
    expect(signal!.explanation.suppressions.every(({ applied }) => !applied)).toBe(true);
  });

  it('is medium with a known device, from an ordinary network, and without failures before', () => {
    expect(signals({ occurredAt: at(20, 9) }, { occurredAt: at(20, 10), ...FROM.boston })).toMatchObject([{ severity: 'MEDIUM' }]);
  });

  it('is high after a failed sign-in within the hour before', () => {
    const fresh = [
      anActivity({ occurredAt: at(20, 9) }),
      aFailure({ occurredAt: at(20, 9, 30) }),
      anActivity({ occurredAt: at(20, 10), ...FROM.boston }),
    ];
    expect(new World([...usual, ...fresh]).judge(detector, fresh)).toMatchObject([{ severity: 'HIGH' }]);
  });

  it('is found whichever of the two events comes late', () => {
    const [early, late] = [anActivity({ occurredAt: at(20, 9) }), anActivity({ occurredAt: at(20, 9, 40), ...FROM.saoPauloServer })];
    const world = new World([...usual, early, late]);
    expect(world.judge(detector, [early])).toEqual(world.judge(detector, [late]));
    expect(world.judge(detector, [early])).toHaveLength(1);
  });

  it('is found when places alternate', () => {
    const found = signals({ occurredAt: at(20, 9) }, { occurredAt: at(20, 9, 30), ...FROM.boston }, { occurredAt: at(20, 10) });
    expect(new Set(found.map(({ part }) => part))).toEqual(new Set(['DE-US']));
    expect(found).toHaveLength(2);
  });

  it('lets time pass: a morning in Munich, an evening in Boston', () => {
    expect(signals({ occurredAt: at(20, 6) }, { occurredAt: at(20, 15), ...FROM.boston })).toEqual([]);
  });

  it('takes a day out and back for what it is, in whatever order the log comes', () => {
    const trip = [
      anActivity({ occurredAt: at(20, 4) }),
      anActivity({ occurredAt: at(20, 12), ...FROM.boston }),
      anActivity({ occurredAt: at(20, 22) }),
    ];
    const world = new World([...usual, ...trip]);
    expect(trip.flatMap((one) => world.judge(detector, [one]))).toEqual([]);
  });

  it.each([
    ['the same operator', {}, FROM.bostonSameOperator],
    ['neighbouring countries', {}, FROM.vienna],
    ['two trusted networks', FROM.munichOffice, FROM.bostonOffice],
    ['a phone as the usual side', FROM.munichPhone, FROM.boston],
    ['a rented machine as the usual side', FROM.munichServer, FROM.boston],
  ] as const)('is silent for %s', (_, reference, suspect) => {
    const known = workdays(1, 19, reference);
    const fresh = [anActivity({ occurredAt: at(20, 9), ...reference }), anActivity({ occurredAt: at(20, 9, 40), ...suspect })];
    expect(new World([...known, ...fresh]).judge(detector, fresh)).toEqual([]);
  });

  it('is silent about a place that the person used on two earlier days', () => {
    const abroad = [anActivity({ occurredAt: at(10, 20), ...FROM.boston }), anActivity({ occurredAt: at(12, 20), ...FROM.boston })];
    const fresh = [anActivity({ occurredAt: at(20, 9) }), anActivity({ occurredAt: at(20, 9, 40), ...FROM.boston })];
    expect(new World([...usual, ...abroad, ...fresh]).judge(detector, fresh)).toEqual([]);
  });

  it('is silent in the first seven days of a person', () => {
    const fresh = [anActivity({ occurredAt: at(20, 9) }), anActivity({ occurredAt: at(20, 9, 40), ...FROM.saoPauloServer })];
    expect(new World([...workdays(15, 19), ...fresh]).judge(detector, fresh)).toEqual([]);
  });

  it.each([
    ['a failed sign-in', { outcome: 'FAILURE', failure: 'INVALID_CREDENTIALS' }],
    ['a token at work', { isInteractive: false }],
    ['a machine', { actorType: 'service' }],
    ['an address of a satellite', { network: 'satellite' }],
    ['an address without a place', { country: null, latitude: null, longitude: null }],
  ] as const)('does not judge %s', (_, change) => {
    expect(signals({ occurredAt: at(20, 9) }, { occurredAt: at(20, 9, 40), ...FROM.saoPauloServer, ...change })).toEqual([]);
  });

  it('explains an activity that raised it and one that did not, in the same shape', () => {
    const [home, away, other] = [
      anActivity({ occurredAt: at(20, 9) }),
      anActivity({ occurredAt: at(20, 9, 40), ...FROM.saoPauloServer }),
      anActivity({ occurredAt: at(12, 9, 40), ...FROM.vienna }),
    ];
    const world = new World([...usual, home, away, other]);
    const [yes, no] = [world.explain(detector, away), world.explain(detector, other)];
    expect([yes.matched, no.matched]).toEqual([true, false]);
    expect(no.conditions.map(({ name }) => name)).toEqual(yes.conditions.map(({ name }) => name));
    expect(no.suppressions.find(({ name }) => name === 'neighbouringCountries')?.applied).toBe(true);
    expect(no.smallestChange).toContain('neighbouringCountries');
    expect(yes.smallestChange).toMatch(/^No alert if \d+ minutes lay between instead of 40/);
  });

  it('explains why an activity shows no place', () => {
    const failed = aFailure({ occurredAt: at(20, 9) });
    const why = new World([...usual, failed]).explain(detector, failed);
    expect(why.matched).toBe(false);
    expect(why.conditions.find(({ name }) => name === 'outcome')).toMatchObject({ value: 'FAILURE', holds: false });
  });
});
