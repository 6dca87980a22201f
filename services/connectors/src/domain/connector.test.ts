import { lasting, statusOf, type Stream } from './connector.js';
import { afterFailure, nextRun } from './schedule.js';

const aStream = (change: Partial<Stream> = {}): Stream => ({
  tenant: 'acme',
  connectorId: 'con_1',
  name: 'ACCOUNTS',
  feed: 'main',
  status: 'UP_TO_DATE',
  phase: null,
  itemsRead: 0,
  itemsExpected: null,
  ratePerSecond: null,
  lastSuccessAt: 1,
  nextRunAt: 2,
  cursorAt: null,
  isFirstSyncDone: true,
  failures: 0,
  problem: null,
  ...change,
});
const aConnector = { isDisabled: false, problem: null, removedAt: null };
const aProblem = (code: 'SCOPE_MISSING' | 'CREDENTIAL_INVALID' | 'APP_UNAVAILABLE', since = 1) => ({
  code,
  message: 'm',
  remedy: 'r',
  since,
});

describe("a connector's status", () => {
  it('is CONNECTED when every stream was read', () => {
    expect(statusOf(aConnector, [aStream()])).toBe('CONNECTED');
  });

  it('is CONNECTING while a first reading goes on', () => {
    expect(statusOf(aConnector, [aStream(), aStream({ name: 'GROUPS', status: 'RUNNING', isFirstSyncDone: false })])).toBe('CONNECTING');
  });

  it('is DEGRADED when a licence is missing for one stream, however well the others do', () => {
    expect(
      statusOf(aConnector, [
        aStream(),
        aStream({ name: 'ACTIVITIES', status: 'NOT_AVAILABLE', isFirstSyncDone: false, problem: aProblem('SCOPE_MISSING') }),
      ]),
    ).toBe('DEGRADED');
  });

  it('is DISCONNECTED when the credential is dead, and DISABLED when a person said so', () => {
    expect(statusOf({ ...aConnector, problem: aProblem('CREDENTIAL_INVALID') }, [aStream()])).toBe('DISCONNECTED');
    expect(statusOf({ ...aConnector, isDisabled: true, problem: aProblem('CREDENTIAL_INVALID') }, [aStream()])).toBe('DISABLED');
  });
});

describe('a problem', () => {
  it('keeps its beginning while it lasts, and begins anew when it is another', () => {
    expect(lasting(aProblem('APP_UNAVAILABLE', 9), aProblem('APP_UNAVAILABLE', 5), 9).since).toBe(5);
    expect(lasting(aProblem('SCOPE_MISSING', 9), aProblem('APP_UNAVAILABLE', 5), 9).since).toBe(9);
  });
});

describe('the next try', () => {
  const now = 1_000_000;

  it('waits longer after each failure of the app, to half an hour at most', () => {
    const pauses = [1, 2, 3, 20].map(
      (failures) => afterFailure(aProblem('APP_UNAVAILABLE'), failures, now, undefined, 0.5).nextRunAt - now,
    );
    expect(pauses).toEqual([10_000, 20_000, 40_000, 1_800_000]);
  });

  it('obeys the time that a throttling app gave, and never comes sooner', () => {
    const throttled = { code: 'RATE_LIMITED', message: 'm', remedy: 'r' } as const;
    expect(afterFailure(throttled, 1, now, now + 600_000, 0).nextRunAt).toBe(now + 600_000);
  });

  it('says NOT_AVAILABLE for a missing scope, and looks again after hours', () => {
    expect(afterFailure(aProblem('SCOPE_MISSING'), 1, now, undefined, 0)).toEqual({
      status: 'NOT_AVAILABLE',
      nextRunAt: now + 6 * 3_600_000,
    });
  });

  it('is spread by a tenth, so that connectors of one hour do not start together', () => {
    expect([nextRun(0, 100, 1, 0), nextRun(0, 100, 1, 1)]).toEqual([90_000, 110_000]);
  });
});
