import { at, epochSeconds, flag, list, record, requiredList, requiredText, text, timeMs, whole } from './wire.js';

describe('a value of an app', () => {
  it.each([
    ['ada', 'ada'],
    ['', null],
    [12, '12'],
    [0, '0'],
    [true, null],
    [null, null],
    [{}, null],
    [Number.NaN, null],
  ])('%j is the text %j', (value, expected) => {
    expect(text(value)).toBe(expected);
  });

  it.each([
    [true, true],
    ['True', true],
    ['FALSE', false],
    [' true ', true],
    ['yes', null],
    [1, null],
    [undefined, null],
  ])('%j answers yes or no with %j', (value, expected) => {
    expect(flag(value)).toBe(expected);
  });

  it.each([
    [20, 20],
    ['20', 20],
    ['-3', -3],
    ['20.5', null],
    [20.5, null],
    ['12345678901234567890', null],
    ['', null],
    [null, null],
  ])('%j is the whole number %j', (value, expected) => {
    expect(whole(value)).toBe(expected);
  });

  it('is an object or a list only when it is one', () => {
    expect([record({ a: 1 }), record([]), record(null), record('x')]).toEqual([{ a: 1 }, undefined, undefined, undefined]);
    expect([list([1]), list({ length: 0 }), list('ab')]).toEqual([[1], undefined, undefined]);
  });

  it('is found at the end of a path, never in the prototype', () => {
    const page = { users: [{ profile: { email: 'ada@acme.com' } }] };
    expect(at(page, 'users', 0, 'profile', 'email')).toBe('ada@acme.com');
    expect(at(page, 'users', 1, 'profile')).toBeUndefined();
    expect(at(page, 'constructor')).toBeUndefined();
    expect(at('text', 'length')).toBeUndefined();
  });

  it('that must be there is missed by name', () => {
    expect(() => requiredList(undefined, 'GET /users', 'the list of users')).toThrow(/GET \/users.*list of users/);
    expect(() => requiredText('', 'GET /users', 'the id')).toThrow(expect.objectContaining({ kind: 'malformed' }) as Error);
    expect(requiredText(7, 'GET /users', 'the id')).toBe('7');
  });
});

describe('a time of an app', () => {
  const NOON = Date.UTC(2024, 1, 29, 12, 30, 15);

  it.each([
    ['2024-02-29T12:30:15Z', NOON],
    ['2024-02-29T12:30:15.123Z', NOON + 123],
    ['2024-02-29T12:30:15.123456789Z', NOON + 123],
    ['2024-02-29T12:30:15.9Z', NOON + 900],
    ['2024-02-29T12:30:15', NOON],
    ['2024-02-29 12:30:15', NOON],
    ['2024-02-29T14:30:15+02:00', NOON],
    ['2024-02-29T07:00:15-0530', NOON],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
  ])('"%s" is understood', (value, ms) => {
    expect(timeMs(value)).toBe(ms);
  });

  it.each([
    '2023-02-29T00:00:00Z',
    '2024-13-01',
    '2024-02-30',
    '2024-01-01T25:00:00Z',
    '2024-01-01T00:61:00Z',
    'yesterday',
    '1700000000',
    1_700_000_000,
    '',
    null,
  ])('%j is none', (value) => {
    expect(timeMs(value)).toBeNull();
  });

  it('in seconds is read only when asked for seconds', () => {
    expect(epochSeconds(1_700_000_000)).toBe(1_700_000_000_000);
    expect(epochSeconds('1700000000.5')).toBe(1_700_000_000_500);
    expect(epochSeconds(1e18)).toBeNull();
    expect(epochSeconds('soon')).toBeNull();
  });
});
