import fc from 'fast-check';

import { AdministratorStore, reserveAdministrator } from './administrators.js';

/** The guard's tables in memory: each step takes a turn of the scheduler, and the lock holds until its transaction ends. */
class ModelAdministrators extends AdministratorStore {
  readonly reserved = new Map<string, string>();
  private free: Promise<void> = Promise.resolve();
  private readonly held = new Map<object, () => void>();

  constructor(
    private readonly everybody: readonly string[],
    private readonly scheduler: fc.Scheduler,
    private readonly locks: boolean,
  ) {
    super();
  }

  async lock(_tenant: string, tx: object): Promise<void> {
    await this.turn('lock');
    if (!this.locks) return;
    const before = this.free;
    this.free = new Promise((resolve) => this.held.set(tx, resolve));
    await before;
  }

  end(tx: object): void {
    this.held.get(tx)?.();
  }

  async othersLeft(_tenant: string, _tx: object, _connectorId: string, accountId: string): Promise<number> {
    const counted = this.everybody.filter((one) => one !== accountId && ![...this.reserved.values()].includes(one)).length;
    await this.turn('count');
    return counted;
  }

  async reserve(_tenant: string, _tx: object, _connectorId: string, accountId: string, actionId: string): Promise<void> {
    await this.turn('reserve');
    this.reserved.set(actionId, accountId);
  }

  async release(_tenant: string, _tx: object, actionId: string): Promise<void> {
    await this.turn('release');
    this.reserved.delete(actionId);
  }

  async keepUntilHeard(): Promise<void> {}
  async releaseAccounts(): Promise<void> {}

  private turn(label: string): Promise<void> {
    return this.scheduler.schedule(Promise.resolve(), label);
  }
}

/** Everybody asks to suspend everybody at once, some twice, some of it cancelled again. True: an administrator stayed at every moment. */
async function someoneStays(
  scheduler: fc.Scheduler,
  targets: readonly number[],
  cancelled: readonly boolean[],
  locks: boolean,
): Promise<boolean> {
  const everybody = ['ada', 'bob', 'cyd'];
  const store = new ModelAdministrators(everybody, scheduler, locks);
  let stayed = true;
  const look = (): void => {
    stayed &&= new Set(store.reserved.values()).size < everybody.length;
  };
  const runs = targets.map(async (target, index) => {
    const tx = {};
    const accountId = everybody[target % everybody.length]!;
    const isReserved = await reserveAdministrator(store, 'acme', tx, { connectorId: 'con_1', accountId, actionId: `gov_${index}` }, 0);
    look();
    store.end(tx);
    if (isReserved && cancelled[index]) await store.release('acme', tx, `gov_${index}`);
  });
  await scheduler.waitFor(Promise.all(runs));
  return stayed;
}

const targets = fc.array(fc.nat(2), { minLength: 2, maxLength: 6 });
const cancelled = fc.array(fc.boolean(), { minLength: 6, maxLength: 6 });

describe('the last administrator', () => {
  it('stays, in whatever order concurrent requests take their steps', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), targets, cancelled, (scheduler, whom, which) =>
        someoneStays(scheduler, whom, which, true).then((stays) => expect(stays).toBe(true)),
      ),
      { numRuns: 2_000 },
    );
  });

  it('would be lost without the lock: the test bites', async () => {
    const check = fc.check(
      fc.asyncProperty(fc.scheduler(), targets, cancelled, (scheduler, whom, which) => someoneStays(scheduler, whom, which, false)),
      { numRuns: 5_000 },
    );
    expect((await check).failed).toBe(true);
  });
});
