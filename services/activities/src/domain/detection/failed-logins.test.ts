import { failedLogins } from './failed-logins.js';
import { aFailure, anActivity, at, FROM, workdays, World } from './world.builders.js';

const row = (count: number, change: Parameters<typeof aFailure>[0] = {}, everySeconds = 25, from = at(20, 2)) =>
  Array.from({ length: count }, (_, index) =>
    aFailure({ occurredAt: from + index * everySeconds * 1_000 + (index % 3) * 4_000, ...change }),
  );

const judge = (fresh: ReturnType<typeof row>, before: ReturnType<typeof row> = workdays(1, 19)) =>
  new World([...before, ...fresh]).judge(failedLogins, fresh);

describe('multiple failed logins of one account', () => {
  it('raise an alert at ten within ten minutes, and not at nine', () => {
    expect(judge(row(9))).toEqual([]);
    expect(judge(row(10))).toMatchObject([
      { severity: 'MEDIUM', title: 'Multiple failed sign-ins: Dana Rivera', accountIds: ['acc_dana'] },
    ]);
  });

  it('count once where several apps tell one attempt, and each where one account fails twice in a second', () => {
    const subject = { key: 'per_dana', accountKeys: ['acc_dana', 'acc_box'], name: 'Dana', isPerson: true, profile: undefined };
    const told = (attempts: number) =>
      row(attempts).flatMap((failure) => [
        failure,
        aFailure({ occurredAt: Math.floor(failure.occurredAt / 1_000) * 1_000, actorKey: 'acc_box', connectorId: 'con_box' }),
      ]);
    const inBoth = (fresh: ReturnType<typeof row>) => new World([...workdays(1, 19), ...fresh], [subject]).judge(failedLogins, fresh);
    expect(inBoth(told(9))).toEqual([]);
    expect(inBoth(told(10))).toMatchObject([{ accountIds: ['acc_box', 'acc_dana'] }]);
    expect(inBoth(told(10))[0]!.activityIds).toHaveLength(20);
    expect(judge(row(10, { occurredAt: at(20, 2) }))).toHaveLength(1);
  });

  it('are one signal with all failures while they go on', () => {
    const fresh = row(60);
    const [signal, ...others] = judge(fresh);
    expect(others).toEqual([]);
    expect(signal!.activityIds).toEqual(fresh.map(({ id }) => id));
  });

  it('do not count when they are spread over the day', () => {
    expect(judge(row(40, {}, 600))).toEqual([]);
  });

  it.each(['PASSWORD_EXPIRED', 'BLOCKED_BY_POLICY', 'MFA_REQUIRED', 'UNKNOWN', 'USER_DOES_NOT_EXIST'])('do not count %s', (failure) => {
    expect(judge(row(20, { failure }))).toEqual([]);
  });

  it.each(['INVALID_CREDENTIALS', 'ACCOUNT_LOCKED_OUT', 'MFA_FAILED', 'MFA_DENIED'])('count %s', (failure) => {
    expect(judge(row(20, { failure }))).toHaveLength(1);
  });

  it('are high when a sign-in from an unknown place follows within six hours', () => {
    const entered = anActivity({ occurredAt: at(20, 3), ...FROM.saoPauloServer });
    const [signal] = judge([...row(18, FROM.saoPauloServer), entered]);
    expect(signal).toMatchObject({
      severity: 'HIGH',
      title: 'Signed in after many failures: Dana Rivera',
      attackTechniques: ['T1078', 'T1110.001'],
    });
    expect(signal!.activityIds).toContain(entered.id);
  });

  it('are found as high also when only the sign-in is new', () => {
    const failures = row(18, FROM.saoPauloServer);
    const entered = anActivity({ occurredAt: at(20, 3), ...FROM.saoPauloServer });
    const [signal] = new World([...workdays(1, 19), ...failures, entered]).judge(failedLogins, [entered]);
    expect(signal).toMatchObject({ severity: 'HIGH', activityIds: [entered.id] });
  });

  it('stay medium when the person signs in from home afterwards', () => {
    expect(judge([...row(18), anActivity({ occurredAt: at(20, 3) })])).toMatchObject([{ severity: 'MEDIUM' }]);
  });

  it('are low for a program at home that keeps trying an old password at even gaps', () => {
    const even = Array.from({ length: 15 }, (_, index) => aFailure({ occurredAt: at(20, 2) + index * 30_000 }));
    expect(judge(even)).toMatchObject([{ severity: 'LOW', title: 'A program of Dana Rivera uses an old password' }]);
    expect(judge(even.map((one) => ({ ...one, ...FROM.saoPauloServer })))).toMatchObject([{ severity: 'MEDIUM' }]);
  });

  it('are silent for an account that always has as many', () => {
    const always = Array.from({ length: 14 * 144 }, (_, slice) => row(12, {}, 25, at(6, 0) + slice * 600_000)).flat();
    expect(judge(row(12), always)).toEqual([]);
    expect(judge(row(24, {}, 20), always)).toHaveLength(1);
  });

  it('explain a failure in a row and one alone', () => {
    const [fresh, lonely] = [row(12), aFailure({ occurredAt: at(15, 2) })];
    const world = new World([...workdays(1, 19), ...fresh, lonely]);
    expect(world.explain(failedLogins, fresh[3]!)).toMatchObject({ matched: true });
    expect(world.explain(failedLogins, lonely)).toMatchObject({
      matched: false,
      smallestChange: '9 more failures of the same account within ten minutes.',
    });
  });
});

describe('failed logins from one address', () => {
  const people = (count: number, each: number, everySeconds: number) =>
    Array.from({ length: count * each }, (_, index) =>
      aFailure({
        occurredAt: at(20, 2) + index * everySeconds * 1_000,
        actorKey: `acc_${index % count}`,
        actorName: `Person ${index % count}`,
        ...FROM.saoPauloServer,
      }),
    );

  it('are spraying: a few passwords for many accounts', () => {
    expect(judge(people(8, 3, 100), [])).toMatchObject([
      { title: 'Password spraying from 203.0.113.9 against 8 accounts', attackTechniques: ['T1110.003'] },
    ]);
  });

  it('are stuffing: one password for each of very many', () => {
    expect(judge(people(40, 1, 20), [])).toMatchObject([
      { title: 'Credential stuffing from 203.0.113.9 against 40 accounts', attackTechniques: ['T1110.004'] },
    ]);
  });

  it('are nothing for four accounts', () => {
    expect(judge(people(4, 4, 100), [])).toEqual([]);
  });

  it('are nothing in an office where the accounts are at home', () => {
    const known = Array.from({ length: 8 }, (_, index) => workdays(1, 3, { actorKey: `acc_${index}`, ...FROM.saoPauloServer })).flat();
    expect(judge(people(8, 3, 100), known)).toEqual([]);
    expect(
      judge(
        people(8, 3, 100).map((one) => ({ ...one, network: 'corporate' as const })),
        [],
      ),
    ).toEqual([]);
  });

  it('explain themselves by the activity', () => {
    const fresh = people(8, 3, 100);
    expect(new World(fresh).explain(failedLogins, fresh[5]!)).toMatchObject({ matched: true });
    expect(new World(fresh).explain(failedLogins, fresh[5]!).summary).toMatch(/^24 sign-ins of 8 accounts failed from 203\.0\.113\.9/);
  });
});
