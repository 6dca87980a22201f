import { startTestService } from '#libs/testing/services';
import { mariadbDatabase } from '#libs/testing/databases';
import { inventoryService } from './inventory.module.js';
import { anAccount, aPrivilege, aGrant, Feeder, streamOf, OKTA } from './inventory.fixtures.js';
import type { InventoryRecord } from '#libs/contracts';

it.each(['sqlite', 'mariadb'])('bench %s', async (kind) => {
  const temp = kind === 'mariadb' ? await mariadbDatabase() : undefined;
  const s = await startTestService(inventoryService, { database: temp?.config });
  const N = kind === 'mariadb' ? 20 : 100;
  try {
    await s.ask('mutation { setManagedDomains(domains: ["acme.example"]) { isApplied } }');
    const run = async (label: string, f: Feeder, complete: any, make: (i: number) => InventoryRecord) => {
      const pages = Array.from({ length: N }, (_, p) => Array.from({ length: 1000 }, (_, i) => make(p * 1000 + i)));
      for (const round of ['first', 'again']) {
        const t = performance.now();
        const changed = await f.list(complete, ...pages);
        const ms = performance.now() - t;
        console.log(kind, label, round, Math.round((N * 1000 * 1000) / ms), 'records/s', 'changed', changed, 'rss', Math.round(process.memoryUsage().rss / 1e6));
      }
    };
    const store = (p: any) => s.service.sink!.store(p) as any;
    await run('accounts', new Feeder(store, streamOf(OKTA, 'ACCOUNTS')), ['account'], (i) => anAccount({ externalId: `u${i}`, email: `user${i}@acme.example`, username: `user${i}@acme.example`, displayName: `User ${i}`, lastSignInAt: i, createdAt: i, attributes: { oktaStatus: 'ACTIVE', department: 'Sales' } }));
    await run('members', new Feeder(store, streamOf(OKTA, 'GROUPS')), ['member'], (i) => ({ kind: 'member', groupExternalId: `g${i % 50}`, account: `u${i}` }));
    await run('privileges', new Feeder(store, streamOf(OKTA, 'PRIVILEGES')), ['privilege'], (i) => aPrivilege(`u${i}`, 'Reader', i % 10 === 0));
    await run('grants', new Feeder(store, streamOf(OKTA, 'APP_GRANTS')), ['appGrant'], (i) => aGrant(`gr${i}`, { account: `u${i}`, appExternalId: `a${i % 100}`, appName: `App ${i % 100}` }));
    for (const q of ['{ accounts { nodes { id email } pageInfo { endCursor } } }', '{ accounts(filter: {email: {startsWith: "user555"}, status: {in: [ACTIVE]}, isAdmin: {eq: true}}) { nodes { id } totalCount } }', '{ accounts(first: 1000) { nodes { id groups { id } privileges { name } person { id } appGrants { id } } totalCount } }', '{ thirdPartyApps(first: 3) { nodes { name accountCount rarity accountShare grants(first: 2) { nodes { id } totalCount } } } }']) {
      const t = performance.now();
      const a = await s.ask(q);
      console.log(kind, q, Math.round(performance.now() - t), 'ms', JSON.stringify(a).slice(0, 300));
    }
  } finally {
    await s.close();
    await temp?.remove();
  }
}, 600_000);
