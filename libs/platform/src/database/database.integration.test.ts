import { describeOnEachDatabase } from '#libs/testing/databases';

import { CreateOutbox1790000000002, isFirstArrival } from '../events/outbox.js';
import { CreateLease1790000000001, LeaseStore } from '../leases/lease-store.js';
import { sql } from './sql.js';

describeOnEachDatabase('a database', [CreateLease1790000000001, CreateOutbox1790000000002], (open) => {
  it('gives a lease to one of two, with a token that grows', async () => {
    const database = await open();
    const [ada, bob] = [new LeaseStore(database, 'ada'), new LeaseStore(database, 'bob')];
    const first = await ada.take('con_1/ACCOUNTS', 60_000);
    expect(first?.token).toBe(1);
    expect(await bob.take('con_1/ACCOUNTS', 60_000)).toBeUndefined();
    expect(await ada.renew(first!, 60_000)).toBe(true);
    await ada.release(first!);
    expect((await bob.take('con_1/ACCOUNTS', 60_000))?.token).toBe(2);
    expect(await ada.renew(first!, 60_000)).toBe(false);
  });

  it('lets a message in once, and nothing of a transaction that failed', async () => {
    const database = await open();
    const envelope = {
      id: 'evt_1',
      tenant: 'acme',
      subject: 's',
      sentAt: 1,
      message: { type: 'ActionStarted', actionId: 'gov_1', attempt: 1, at: 1 },
    } as const;
    const now = new Date(5);
    await expect(
      database.transaction(async (tx) => {
        await isFirstArrival(tx, envelope, now);
        throw new Error('the handler failed');
      }),
    ).rejects.toThrow('the handler failed');
    expect(await database.transaction((tx) => isFirstArrival(tx, envelope, now))).toBe(true);
    expect(await database.transaction((tx) => isFirstArrival(tx, envelope, now))).toBe(false);
  });

  it('keeps keys apart that differ by case, accent or a trailing blank', async () => {
    const database = await open();
    const keys = ['E1', 'e1', 'E1 ', 'É1'];
    await database.insert(
      'lease',
      keys.map((name) => ({ name, owner: '', token: 0, expires_at: 0 })),
    );
    expect(await database.query(sql`select name from lease where name = ${'e1'}`)).toHaveLength(1);
    expect(await database.query(sql`select name from lease`)).toHaveLength(4);
  });

  it('reads no half transaction', async () => {
    const database = await open();
    let seen = -1;
    await database.transaction(async (tx) => {
      await tx.insert('lease', [{ name: 'x', owner: '', token: 0, expires_at: 0 }]);
      seen = (await database.query(sql`select name from lease`)).length;
    });
    expect(seen).toBe(0);
  });

  it('counts matched rows of an update that changes nothing', async () => {
    const database = await open();
    await database.insert('lease', [{ name: 'x', owner: 'a', token: 7, expires_at: 0 }]);
    expect(await database.execute(sql`update lease set token = 7 where name = ${'x'}`)).toBe(1);
    expect(await database.execute(sql`update lease set token = 7 where name = ${'y'}`)).toBe(0);
  });

  it('goes down and up again', async () => {
    const database = await open();
    await database.migrateDown();
    await database.migrateUp();
    expect(await database.query(sql`select id from outbox`)).toEqual([]);
  });
});
