import { accountId, activityId, newId } from './ids.js';
import { formatDuration, parseDuration } from './duration.js';

describe('ids', () => {
  it('sort by the time they were made', () => {
    expect(newId('act', new Date(1_000)) < newId('act', new Date(2_000))).toBe(true);
  });

  it('of an activity sort by when it happened and are the same at every read', () => {
    const early = activityId('acme', 'con_1', 'b', new Date(1_000));
    expect(early < activityId('acme', 'con_1', 'a', new Date(2_000))).toBe(true);
    expect(activityId('acme', 'con_1', 'b', new Date(1_000))).toBe(early);
  });

  it('of accounts differ by tenant, connector and letter case', () => {
    const ids = [
      accountId('acme', 'con_1', 'a'),
      accountId('acme', 'con_1', 'A'),
      accountId('acme', 'con_2', 'a'),
      accountId('apex', 'con_1', 'a'),
    ];
    expect(new Set(ids).size).toBe(4);
  });

  it('keep parts apart that would join to the same text', () => {
    expect(accountId('acme', 'con_1x', 'y')).not.toBe(accountId('acme', 'con_1', 'xy'));
  });
});

describe('durations', () => {
  it.each([
    ['PT4H', 14_400_000],
    ['P30D', 2_592_000_000],
    ['PT0.5S', 500],
    ['P1W', 604_800_000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', 'P', 'PT', 'P1M', '4h', 'P1DT'])('"%s" is refused with an example', (text) => {
    expect(() => parseDuration(text)).toThrow(/ISO 8601/);
  });

  it('come back as they went in', () => {
    expect(formatDuration(parseDuration('P1DT2H3M4S'))).toBe('P1DT2H3M4S');
  });
});
