import type { InventoryRecord } from '#libs/contracts';
import { BACKGROUND_WORK, Outbox } from '#libs/platform';

import { aGrant, aGroup, anAccount, aPrivilege, DOCUSIGN, NOON, OKTA, streamOf } from '../inventory.fixtures.js';
import { failOnce, onEachStage, type Acting } from '../inventory-stage.fixtures.js';
import type { Housekeeping } from '../usecases/housekeeping.js';
import { SettleListings } from '../usecases/settle-listings.js';

const ada = anAccount({ externalId: 'ada', email: 'ada@acme.example', username: 'ada', displayName: 'Ada Lovelace' });
const grace = anAccount({ externalId: 'grace', email: 'grace@acme.example' });
const member = (group: string, account: string): InventoryRecord => ({ kind: 'member', groupExternalId: group, account });

async function statuses(acme: Acting): Promise<Record<string, string>> {
  const { accounts } = await acme.read('{ accounts { nodes { externalId status } } }');
  return Object.fromEntries(accounts.nodes.map((one: { externalId: string; status: string }) => [one.externalId, one.status]));
}

onEachStage('a page of inventory', (stage) => {
  it('is stored with its cursor, and refused when another worker went on meanwhile', async () => {
    const acme = stage().tenant();
    const feeder = acme.feeder(OKTA, 'ACCOUNTS');
    const page = feeder.page([ada]);
    expect(await acme.sink.store({ ...page, fence: 7 })).toMatchObject({
      changed: 1,
      quarantined: 0,
      position: { cursor: page.next, fence: 7, records: 1 },
    });
    await expect(acme.sink.store({ ...page, fence: 7 })).rejects.toMatchObject({ code: 'BULK_PAGE_STALE' });
    await expect(acme.sink.store({ ...page, from: page.next, records: [grace], fence: 6 })).rejects.toMatchObject({
      code: 'BULK_PAGE_STALE',
    });
    expect(await statuses(acme)).toEqual({ ada: 'ACTIVE' });
    expect(await acme.sink.position(feeder.key)).toMatchObject({ cursor: page.next, pages: 1, listedAt: null });
  });

  it('changes nothing and tells nobody when it is read again after a restart', async () => {
    const acme = stage().tenant();
    const records = [ada, aGroup('Sales'), member('Sales', 'ada'), aPrivilege('ada', 'Owner', true), aGrant('g1', { account: 'ada' })];
    const page = acme.feeder(OKTA, 'ACCOUNTS').page(records);
    expect((await acme.sink.store(page)).changed).toBe(5);
    const before = await acme.read(EVERYTHING);
    await acme.told();
    await acme.sink.restart(page.key, 1, null);
    expect((await acme.sink.store(page)).changed).toBe(0);
    expect(await acme.read(EVERYTHING)).toEqual(before);
    expect(await acme.told()).toEqual([]);
  });

  it('is stored whole or not at all', async () => {
    const acme = stage().tenant();
    const page = acme.feeder(OKTA, 'ACCOUNTS').page([ada]);
    failOnce(stage().get(Outbox), 'add', 'the disk is full');
    await expect(acme.sink.store(page)).rejects.toThrow('the disk is full');
    expect(await statuses(acme)).toEqual({});
    expect((await acme.sink.position(page.key)).cursor).toBeNull();
    expect((await acme.sink.store(page)).changed).toBe(1);
  });

  it('sets aside what it can not read, once, and stores the rest', async () => {
    const acme = stage().tenant();
    const bad = { ...grace, status: 'on fire' } as unknown as InventoryRecord;
    const page = acme.feeder(OKTA, 'ACCOUNTS').page([bad, ada]);
    expect(await acme.sink.store(page)).toMatchObject({ changed: 1, quarantined: 1 });
    await acme.sink.restart(page.key, 1, null);
    expect(await acme.sink.store(page)).toMatchObject({ changed: 0, quarantined: 1 });
    expect(await statuses(acme)).toEqual({ ada: 'ACTIVE' });
  });

  it('can be stored beside others of the same people, and every join and mark comes out right', async () => {
    const acme = stage().tenant();
    await acme.read('mutation { setManagedDomains(domains: ["acme.example"]) { isApplied } }');
    const names = Array.from({ length: 60 }, (_, n) => `u${n}`);
    const accountsOf = (displayName: string) =>
      names.map((externalId) => anAccount({ externalId, email: `${externalId}@acme.example`, displayName }));
    const okta = acme.feeder(OKTA, 'ACCOUNTS');
    const docusign = acme.feeder(DOCUSIGN, 'ACCOUNTS');
    const privileges = acme.feeder(OKTA, 'PRIVILEGES');
    for (let round = 0; round < 4; round++) {
      await Promise.all([
        okta.send(okta.page(accountsOf(`Okta ${round}`))),
        docusign.send(docusign.page(accountsOf(`DocuSign ${round}`).reverse())),
        privileges.send(privileges.page(names.map((name, n) => aPrivilege(name, 'Owner', n % 2 === round % 2)))),
        acme.sink.touch(okta.key, [anAccount({ externalId: 'touched', email: 'u1@acme.example' })], NOON + round),
      ]);
    }
    const { people, admins } = await acme.read(
      '{ people { totalCount nodes { displayName accounts { id } } } admins: accounts(filter: { app: { eq: "okta" }, isAdmin: { eq: true } }) { totalCount } }',
    );
    expect([people.totalCount, admins.totalCount]).toEqual([60, 30]);
    expect(
      people.nodes.filter(
        (person: { displayName: string; accounts: unknown[] }) => person.displayName !== 'Okta 3' || person.accounts.length < 2,
      ),
    ).toEqual([]);
  });

  it('keeps ids apart that differ by case or a trailing blank', async () => {
    const acme = stage().tenant();
    await acme.feeder(OKTA, 'ACCOUNTS').list(
      ['account'],
      ['E1', 'e1', 'E1 ', 'é1'].map((externalId) => anAccount({ externalId })),
    );
    expect(Object.keys(await statuses(acme)).sort()).toEqual(['E1', 'E1 ', 'e1', 'é1']);
  });
});

onEachStage('a full listing', (stage) => {
  it('marks as deleted what it did not show, and brings back what it shows again', async () => {
    const acme = stage().tenant();
    const feeder = acme.feeder(OKTA, 'ACCOUNTS');
    await feeder.list(['account'], [ada], [grace]);
    await acme.told();
    expect(await feeder.list(['account'], [grace], [])).toBe(1);
    expect(await statuses(acme)).toEqual({ ada: 'DELETED', grace: 'ACTIVE' });
    expect((await acme.told()).flatMap((message) => message.accounts.map((one) => [one.externalId, one.status]))).toEqual([
      ['ada', 'DELETED'],
    ]);
    expect(await feeder.list(['account'], [grace, ada])).toBe(1);
    expect(await statuses(acme)).toEqual({ ada: 'ACTIVE', grace: 'ACTIVE' });
  });

  it('deletes nothing while it has not ended, nor when it is begun anew', async () => {
    const acme = stage().tenant();
    const feeder = acme.feeder(OKTA, 'ACCOUNTS');
    await feeder.list(['account'], [ada, grace]);
    for (const syncId of ['cut off', 'cut off again']) {
      await feeder.send(feeder.page([ada], { listing: { syncId, isLast: false, complete: ['account'] } }));
    }
    expect(await statuses(acme)).toEqual({ ada: 'ACTIVE', grace: 'ACTIVE' });
  });

  it('deletes only kinds that it shows completely, of its own connector', async () => {
    const acme = stage().tenant();
    const feeder = acme.feeder(OKTA, 'GROUPS');
    await acme.feeder(DOCUSIGN, 'GROUPS').list(['group', 'member'], [aGroup('Sales'), member('Sales', 'ada')]);
    await feeder.list(['group', 'member'], [aGroup('Sales'), member('Sales', 'ada')]);
    await feeder.list(['group'], [aGroup('Sales')]);
    expect(await groupSizes(acme)).toEqual({ 'con_docusign Sales': 1, 'con_okta Sales': 1 });
    await feeder.list(['group', 'member'], [aGroup('Sales')]);
    expect(await groupSizes(acme)).toEqual({ 'con_docusign Sales': 1, 'con_okta Sales': 0 });
  });

  it('takes the members with a group, however many', async () => {
    const acme = stage().tenant();
    const feeder = acme.feeder(OKTA, 'GROUPS');
    const everybody = Array.from({ length: 1_201 }, (_, n) => member('Everyone', `u${n}`));
    await feeder.list(['group'], [aGroup('Everyone'), aGroup('Sales'), ...everybody]);
    expect(await groupSizes(acme)).toEqual({ 'con_okta Everyone': 1_201, 'con_okta Sales': 0 });
    expect(await feeder.list(['group'], [aGroup('Sales')])).toBe(1_202);
    expect(await groupSizes(acme)).toEqual({ 'con_okta Sales': 0 });
  });

  it('leaves alone what another stream, or nobody but a read-back, has shown', async () => {
    const acme = stage().tenant();
    const feeder = acme.feeder(OKTA, 'ACCOUNTS');
    await feeder.list(['account'], [ada]);
    await acme.feeder(OKTA, 'PRIVILEGES').send(acme.feeder(OKTA, 'PRIVILEGES').page([grace]));
    const listing = { syncId: 'long', isLast: false, complete: ['account'] as const };
    await feeder.send(feeder.page([ada], { listing }));
    await acme.sink.touch(feeder.key, [anAccount({ externalId: 'new' })], NOON);
    await feeder.send(feeder.page([], { listing: { ...listing, isLast: true } }));
    expect(await statuses(acme)).toEqual({ ada: 'ACTIVE', grace: 'ACTIVE', new: 'ACTIVE' });
  });

  it('is cleaned up after by the housekeeping when the process died right after its last page', async () => {
    const acme = stage().tenant();
    const feeder = acme.feeder(OKTA, 'ACCOUNTS');
    const many = Array.from({ length: 1_100 }, (_, n) => anAccount({ externalId: `u${n}` }));
    await feeder.list(['account'], many);
    failOnce(stage().get(SettleListings), 'ofConnector', 'killed');
    await expect(feeder.list(['account'], [ada])).rejects.toThrow('killed');
    expect((await acme.read('{ accounts(filter: { status: { in: [DELETED] } }) { totalCount } }')).accounts.totalCount).toBe(0);
    await stage().service.service.app.get<Housekeeping>(BACKGROUND_WORK, { strict: false }).round();
    expect((await acme.read('{ accounts(filter: { status: { in: [DELETED] } }) { totalCount } }')).accounts.totalCount).toBe(1_100);
  });

  it('removes grants, and adds up the third-party apps anew', async () => {
    const acme = stage().tenant();
    const accounts = Array.from({ length: 20 }, (_, n) => anAccount({ externalId: `u${n}` }));
    await acme.feeder(OKTA, 'ACCOUNTS').list(['account'], accounts);
    const feeder = acme.feeder(OKTA, 'APP_GRANTS');
    const byU0 = aGrant('g0', { account: 'u0', scopes: ['mail.read', 'files.write'], level: 'LOW', lastUsedAt: NOON });
    const byU1 = aGrant('g1', { account: 'u1', scopes: ['calendar'], level: 'HIGH', grantedAt: 5 });
    await feeder.list(['appGrant'], [byU0, byU1, aGrant('g2', { appExternalId: 'zoom', appName: 'Zoom', account: 'u2' })]);
    const query =
      '{ thirdPartyApps { nodes { name level scopes grantCount accountCount accountShare rarity firstGrantedAt lastUsedAt } } }';
    expect((await acme.read(query)).thirdPartyApps.nodes).toMatchObject([
      {
        name: 'Calendly',
        level: 'HIGH',
        scopes: ['calendar', 'files.write', 'mail.read'],
        grantCount: 2,
        accountCount: 2,
        accountShare: 0.1,
        rarity: 'RARE',
        firstGrantedAt: '1970-01-01T00:00:00.005Z',
        lastUsedAt: '2026-02-01T12:00:00.000Z',
      },
      { name: 'Zoom' },
    ]);
    await feeder.list(['appGrant'], [byU0]);
    expect((await acme.read(query)).thirdPartyApps.nodes).toMatchObject([
      { name: 'Calendly', level: 'LOW', scopes: ['files.write', 'mail.read'], grantCount: 1 },
    ]);
  });
});

onEachStage('the admin mark', (stage) => {
  const marks = async (acme: Acting): Promise<Record<string, boolean | null>> => {
    const { accounts } = await acme.read('{ accounts { nodes { externalId isAdmin } } }');
    return Object.fromEntries(accounts.nodes.map((one: { externalId: string; isAdmin: boolean | null }) => [one.externalId, one.isAdmin]));
  };

  it('follows the privileges: unknown until they are listed, and no only for those that were listed', async () => {
    const acme = stage().tenant();
    const accounts = acme.feeder(OKTA, 'ACCOUNTS');
    const privileges = acme.feeder(OKTA, 'PRIVILEGES');
    await accounts.list(['account'], [ada, grace]);
    expect(await marks(acme)).toEqual({ ada: null, grace: null });
    await privileges.send(privileges.page([aPrivilege('ada', 'Owner', true)]));
    expect(await marks(acme)).toEqual({ ada: true, grace: null });
    await acme.told();
    await privileges.list(['privilege'], [aPrivilege('ada', 'Owner', true)]);
    expect((await acme.told()).flatMap((message) => message.accounts.map((one) => [one.externalId, one.isAdmin]))).toEqual([
      ['grace', false],
    ]);
    await accounts.send(accounts.page([anAccount({ externalId: 'later' })], { readAt: NOON + 1 }));
    expect(await marks(acme)).toEqual({ ada: true, grace: false, later: null });
    await privileges.list(['privilege'], [aPrivilege('grace', 'Something', null)]);
    expect(await marks(acme)).toEqual({ ada: false, grace: null, later: null });
  });

  it('is there when the privilege came before its account, and when a fact says so', async () => {
    const acme = stage().tenant();
    const privileges = acme.feeder(OKTA, 'PRIVILEGES');
    await privileges.send(privileges.page([aPrivilege('ada', 'Owner', true)]));
    const accounts = acme.feeder(OKTA, 'ACCOUNTS');
    await accounts.list(['account'], [ada, { ...grace, isAdmin: false }]);
    expect(await marks(acme)).toEqual({ ada: true, grace: false });
    await privileges.list(
      ['accountFacts'],
      [
        { kind: 'accountFacts', externalId: 'grace', isAdmin: true },
        { kind: 'accountFacts', externalId: 'nobody', isAdmin: true },
      ],
    );
    expect(await marks(acme)).toEqual({ ada: true, grace: true });
    await privileges.list(['accountFacts'], []);
    expect(await marks(acme)).toEqual({ ada: true, grace: false });
  });
});

onEachStage('a connector', (stage) => {
  it('is erased with all it had and nothing else, twice without harm', async () => {
    const acme = stage().tenant();
    await acme.read('mutation { setManagedDomains(domains: ["acme.example"]) { isApplied } }');
    const records = [
      ada,
      grace,
      aGroup('Sales'),
      member('Sales', 'ada'),
      aPrivilege('ada', 'Owner', true),
      aGrant('g1', { account: 'ada' }),
    ];
    await acme.feeder(OKTA, 'ACCOUNTS').list([], records);
    await acme.feeder(DOCUSIGN, 'ACCOUNTS').list([], [ada]);
    await acme.sink.erase(acme.name, OKTA);
    await acme.sink.erase(acme.name, OKTA);
    const left = await acme.read(EVERYTHING);
    expect(left.accounts.nodes.map((one: { connector: { id: string } }) => one.connector.id)).toEqual([DOCUSIGN]);
    expect(left.people.nodes.map((one: { email: string }) => one.email)).toEqual(['ada@acme.example']);
    expect([left.groups.totalCount, left.appGrants.totalCount, left.thirdPartyApps.totalCount]).toEqual([0, 0, 0]);
    expect(await acme.sink.position(streamOf(OKTA, 'ACCOUNTS', acme.name))).toMatchObject({ cursor: null, pages: 0 });
  });
});

onEachStage('word to the other services', (stage) => {
  it('goes out with the page, a thousand accounts at most in one message, with versions that only grow', async () => {
    const acme = stage().tenant();
    const feeder = acme.feeder(OKTA, 'ACCOUNTS');
    await feeder.send(feeder.page(Array.from({ length: 1_001 }, (_, n) => anAccount({ externalId: `u${n}` }))));
    await feeder.send(
      feeder.page([anAccount({ externalId: 'u0', status: 'SUSPENDED' }), anAccount({ externalId: 'u1', lastSignInAt: 7 })]),
    );
    const told = await acme.told();
    expect(told.map((message) => message.accounts.length)).toEqual([1_000, 1, 1]);
    expect(told[2]).toMatchObject({
      connectorId: OKTA,
      app: 'okta',
      accounts: [{ externalId: 'u0', status: 'SUSPENDED', isAdmin: null, personId: null }],
    });
    const versions = told.map((message) => message.version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  });
});

async function groupSizes(acme: Acting): Promise<Record<string, number>> {
  const { groups } = await acme.read('{ groups { nodes { name connector { id } members { totalCount } } } }');
  return Object.fromEntries(
    groups.nodes.map((one: { name: string; connector: { id: string }; members: { totalCount: number } }) => [
      `${one.connector.id} ${one.name}`,
      one.members.totalCount,
    ]),
  );
}

const EVERYTHING = `{
  accounts { totalCount nodes { id connector { id } isAdmin person { id } groups { id } privileges { id name } appGrants { id } } }
  people { totalCount nodes { id email accounts { id } } }
  groups { totalCount nodes { id members { nodes { account { id } } } } }
  appGrants { totalCount nodes { id thirdPartyApp { id grantCount } } }
  thirdPartyApps { totalCount nodes { id grants { nodes { id } } } }
}`;
