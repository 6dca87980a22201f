import { readMadeUp } from './fixture-reader.js';
import { judgeActivity, missingOf } from './judge-sample.js';

const EVENT = {
  id: 'e1',
  at: '2026-01-02T03:04:05.678Z',
  mail: 'ada@acme.example',
  who: '42',
  ip: '203.0.113.9',
  action: 'login',
  agent: 'curl',
  ok: true,
  name: 'Ada',
};
const SAID = {
  id: 'e1',
  time: '2026-01-02T03:04:05.678Z',
  actorEmail: 'ada@acme.example',
  actorId: '42',
  ip: '203.0.113.9',
  action: 'login',
  userAgent: 'curl',
  outcome: 'success',
};

function judged(sample: object) {
  return judgeActivity(JSON.stringify(sample), readMadeUp);
}

function wrongIn(sample: object): string[] {
  return judged(sample).flatMap(({ field, isRight }) => (isRight ? [] : [field]));
}

describe('judging a line of activities/', () => {
  it('finds each field that says what the source says', () => {
    expect(judged({ raw: EVENT, expected: SAID }).map(({ field, isRight }) => [field, isRight])).toEqual(
      Object.keys(SAID).map((field) => [field, true]),
    );
  });

  it.each([
    ['id', 'E1'],
    ['time', '2026-01-02T03:04:05.000Z'],
    ['actorEmail', 'Ada@acme.example'],
    ['actorId', '43'],
    ['ip', '203.0.113.10'],
    ['action', 'Login'],
    ['userAgent', 'curl '],
    ['outcome', 'failure'],
  ])('is strict about %s', (field, value) => {
    expect(wrongIn({ raw: EVENT, expected: { ...SAID, [field]: value } })).toEqual([field]);
  });

  it('takes the same moment in another way of writing for the same', () => {
    expect(wrongIn({ raw: EVENT, expected: { time: '2026-01-02T04:04:05.6789999+01:00' } })).toEqual([]);
  });

  it('says what was expected and what we say', () => {
    expect(judged({ raw: EVENT, expected: { ip: '192.0.2.1' } })).toEqual([
      { field: 'ip', isRight: false, expected: '192.0.2.1', got: '203.0.113.9' },
    ]);
  });

  it('wants a field empty that the source calls absent, or expects to be null', () => {
    expect(wrongIn({ raw: EVENT, expected: { ip: null }, absent: ['userAgent', 'outcome', 'id'] })).toEqual([
      'userAgent',
      'outcome',
      'id',
      'ip',
    ]);
    expect(wrongIn({ raw: { action: 'login' }, expected: { ip: null }, absent: ['userAgent', 'outcome', 'id', 'time'] })).toEqual([]);
  });

  it('does not count what nobody verified, named in a list or as keys', () => {
    expect(judged({ raw: EVENT, expected: { id: 'other', ip: '203.0.113.9' }, unverified: ['id'] }).map(({ field }) => field)).toEqual([
      'ip',
    ]);
    expect(judged({ raw: EVENT, expected: { id: 'other' }, absent: ['ip'], unverified: { id: 'x', ip: 'y' } })).toEqual([]);
  });

  it('looks for names, targets, countries and categories too, without strictness about how they are written', () => {
    const expected = { actorName: 'Ada', target: 'L-1', country: 'France', category: 'sign_in', mood: 'good' };
    expect(judged({ raw: EVENT, expected }).map(({ field, isRight }) => [field, isRight])).toEqual([
      ['actorName', true],
      ['target', true],
      ['country', true],
      ['category', true],
    ]);
  });

  it('feeds the text where there is one, else the form of the API, else what was stored', () => {
    const [stored, api, rawText] = [{ id: 'stored' }, { id: 'api' }, '{"id":"text"}'];
    expect(wrongIn({ raw: stored, api, rawText, expected: { id: 'text' } })).toEqual([]);
    expect(wrongIn({ raw: stored, api, expected: { id: 'api' } })).toEqual([]);
    expect(wrongIn({ raw: stored, api: null, expected: { id: 'stored' } })).toEqual([]);
  });

  it('keeps every digit of a large number, in the text and in the line', () => {
    const id = '9007199254740993123';
    expect(wrongIn({ raw: {}, rawText: `{"id":${id}}`, expected: { id } })).toEqual([]);
    expect(judgeActivity(`{"raw":{"id":${id}},"expected":{"id":"${id}"}}`, readMadeUp)).toMatchObject([{ isRight: true }]);
  });

  it.each([
    ['that is no JSON', '{"raw":'],
    ['that is no object', '[1]'],
    ['that expects nothing', '{"raw":{}}'],
    ['that is nested without end', `{"raw":${'['.repeat(100_000)}${']'.repeat(100_000)},"expected":{}}`],
    ['whose absent fields are no names', '{"raw":{},"expected":{"id":"e1"},"absent":[1]}'],
    ['that is too long to be held', undefined],
  ])('counts a line %s as one disagreement', (_what, line) => {
    expect(judgeActivity(line, readMadeUp)).toEqual([
      { field: 'line', isRight: false, expected: null, got: null, why: expect.stringMatching(/\w/) as string },
    ]);
  });

  it('counts every value as wrong where the mapping refuses the event or fails, even those that must be empty', () => {
    expect(wrongIn({ raw: { none: true }, expected: { id: 'e1' }, absent: ['ip'] })).toEqual(['ip', 'id']);
    expect(judged({ raw: { fail: 'broken' }, expected: { id: 'e1' } })).toEqual([
      { field: 'id', isRight: false, expected: 'e1', got: null, why: 'the mapping failed: broken' },
    ]);
    expect(wrongIn({ raw: { none: true }, expected: { actorName: 'Ada' } })).toEqual(['actorName', 'line']);
    expect(wrongIn({ expected: {} })).toEqual(['line']);
  });

  it('cuts a value that is too long for a report, after comparing it', () => {
    const agent = 'x'.repeat(5_000_000);
    expect(wrongIn({ raw: { ...EVENT, agent }, expected: { userAgent: agent } })).toEqual([]);
    const [verdict] = judged({ raw: { ...EVENT, agent }, expected: { userAgent: `${agent}y` } });
    expect(verdict).toMatchObject({ isRight: false });
    expect(verdict?.got?.length).toBeLessThan(1_000);
  });
});

describe('judging a line of rawonly/', () => {
  it('wants a time, an actor and a type of event', () => {
    expect(missingOf(JSON.stringify({ raw: EVENT }), readMadeUp)).toEqual([]);
    expect(missingOf(JSON.stringify({ raw: {} }), readMadeUp)).toEqual(['time', 'action', 'actor']);
  });

  it('is content with an actor who is the app itself', () => {
    expect(missingOf(JSON.stringify({ raw: { at: EVENT.at, action: 'rotate', system: true } }), readMadeUp)).toEqual([]);
  });

  it('names what went wrong otherwise', () => {
    expect(missingOf(JSON.stringify({ raw: { none: true } }), readMadeUp)).toEqual(['the mapping takes it for no event']);
    expect(missingOf(JSON.stringify({ raw: { fail: 'broken' } }), readMadeUp)).toEqual(['the mapping failed: broken']);
    expect(missingOf('{', readMadeUp)).toEqual(['the line is no JSON, or is nested too deep']);
  });
});
