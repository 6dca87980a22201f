import fc from 'fast-check';

import { countBefore, hasDay, oneDay, onlyBefore, packDays, union, unpackDays, withDay, type DaySet } from './day-set.js';

const day = fc.integer({ min: 20_000, max: 20_150 });
const days = fc.array(day, { minLength: 1, maxLength: 40 });
const setOf = ([first, ...rest]: readonly number[]): DaySet => rest.reduce(withDay, oneDay(first!));

describe('a set of days', () => {
  it('is the same in whatever order the days come, and however often', () => {
    fc.assert(
      fc.property(days, days, (some, more) => {
        const all = [...some, ...more];
        expect(setOf([...all].reverse())).toEqual(setOf(all));
        expect(union(setOf(some), setOf(more))).toEqual(setOf(all));
        expect(unpackDays(packDays(setOf(all)))).toEqual(setOf(all));
      }),
    );
  });

  it('counts the days before a day', () => {
    fc.assert(
      fc.property(days, day, (some, limit) => {
        const kept = new Set(some.filter((one) => one > Math.max(...some) - 62));
        const before = [...kept].filter((one) => one < limit);
        expect(countBefore(setOf(some), limit)).toBe(before.length);
        const trusted = onlyBefore(setOf(some), limit);
        expect(before.every((one) => trusted && hasDay(trusted, one))).toBe(true);
        expect(trusted ? countBefore(trusted, Infinity) : 0).toBe(before.length);
      }),
    );
  });
});
