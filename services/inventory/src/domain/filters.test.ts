import { FilterTooLarge } from './errors.js';
import { checkFilter, connectorsOf, type AccountFilter } from './filters.js';

function nested(levels: number): AccountFilter {
  return levels === 1 ? { email: { eq: 'a' } } : { not: nested(levels - 1) };
}

describe('a filter', () => {
  it('may nest eight levels and no more', () => {
    expect(() => checkFilter(nested(8))).not.toThrow();
    expect(() => checkFilter(nested(9))).toThrow(FilterTooLarge);
  });

  it.each<[string, AccountFilter]>([
    ['conditions', { anyOf: Array.from({ length: 101 }, () => ({ email: { eq: 'a' } })) }],
    ['values in a list', { email: { in: Array.from({ length: 1_001 }, () => 'a') } }],
    ['text', { email: { contains: 'a'.repeat(1_001) } }],
  ])('may not have too many %s', (_, filter) => {
    expect(() => checkFilter(filter)).toThrow(FilterTooLarge);
  });

  it('names the connectors it leaves, when it names any', () => {
    expect(connectorsOf({ connector: { eq: 'con_1' } })).toEqual(['con_1']);
    expect(connectorsOf({ connector: { in: ['con_1', 'con_2'] } })).toEqual(['con_1', 'con_2']);
    expect(connectorsOf({ connector: { startsWith: 'con' } })).toBeUndefined();
    expect(connectorsOf(null)).toBeUndefined();
  });
});
