import type { InventoryRecord } from '#libs/contracts';
import { FakeClock, sandboxApp, type SandboxApp, type SandboxAppOptions } from '#libs/testing';

import type { ListingStreamName } from '../sdk/index.js';
import { readFacts } from './facts.js';
import { docusign } from './index.js';
import { OPERATIONS } from './operations.js';
import { idOfEmployee } from './sandbox-people.js';
import type { DocusignSandbox } from './sandbox-state.js';

const HEADQUARTERS = 'd0d0d0d0-0000-4000-8000-000000000001';
const EUROPE = 'd0d0d0d0-0000-4000-8000-000000000002';

describe('an organization of two accounts on two sites', () => {
  const open = opener();

  it('is found with the host of each account', async () => {
    const { app } = await open();
    expect(readFacts(app.facts)).toMatchObject({
      accounts: [
        { id: HEADQUARTERS, baseUri: 'https://na3.docusign.net' },
        { id: EUROPE, baseUri: 'https://eu.docusign.net' },
      ],
      unread: [],
    });
    expect(docusign.http.bases(app.settings, app.facts)[`esign:${EUROPE}`]).toBe('https://eu.docusign.net');
  });

  it('gives each user once, with one status over both accounts', async () => {
    const box = await open();
    const records = await listed(box, 'ACCOUNTS');
    const statuses = new Map<string, Set<string>>();
    for (const item of records) {
      if (item.kind === 'account') statuses.set(item.externalId, (statuses.get(item.externalId) ?? new Set()).add(item.status));
    }
    expect(statuses.size).toBe(box.sandbox.company.people.length + 2);
    expect([...statuses.values()].every((words) => words.size === 1)).toBe(true);
  });

  it('never shows a user as deleted who is closed in one account and active in the other', async () => {
    const box = await open();
    const records = await listed(box, 'ACCOUNTS');
    const moved = records.find(
      (item) => item.kind === 'account' && item.status === 'ACTIVE' && JSON.stringify(item.attributes).includes('"closed"'),
    );
    expect(moved).toMatchObject({
      attributes: {
        memberships: [
          { accountId: HEADQUARTERS, status: 'closed' },
          { accountId: EUROPE, status: 'active' },
        ],
      },
    });
    const told = records.filter((item) => 'externalId' in item && item.externalId === (moved as { externalId: string }).externalId);
    expect(told.filter((item) => item.kind === 'account' && item.status === 'DELETED')).toEqual([]);
  });

  it('shows leavers as deleted and newcomers as invited', async () => {
    const box = await open();
    const statuses = new Map(
      (await listed(box, 'ACCOUNTS')).flatMap((item) => (item.kind === 'account' ? [[item.externalId, item.status]] : [])),
    );
    for (const person of box.sandbox.company.people) {
      if (person.traits.includes('LEAVER')) expect(statuses.get(idOfEmployee(person))).toBe('DELETED');
      if (person.traits.includes('NEW') && person.number % 2 === 0) expect(statuses.get(idOfEmployee(person))).toBe('INVITED');
    }
  });

  it('keeps groups of the same number in two accounts apart, with their members', async () => {
    const records = await listed(await open(), 'GROUPS');
    const ids = records.flatMap((item) => (item.kind === 'group' ? [item.externalId] : []));
    expect(ids).toEqual(expect.arrayContaining([`${HEADQUARTERS}/900001`, `${EUROPE}/900001`]));
    expect(new Set(ids).size).toBe(ids.length);
    const members = records.filter((item) => item.kind === 'member');
    expect(members.filter(({ groupExternalId }) => groupExternalId === `${HEADQUARTERS}/900002`).length).toBeGreaterThan(100);
  });

  it('loses no administrator: of accounts, of the organization alone, and by single rights', async () => {
    const box = await open();
    const records = await listed(box, 'PRIVILEGES');
    const held = records.filter((item) => item.kind === 'privilege');
    const facts = new Map(records.flatMap((item) => (item.kind === 'accountFacts' ? [[item.externalId, item]] : [])));
    for (const admin of box.sandbox.company.people.filter(({ traits }) => traits.includes('ADMIN'))) {
      expect(held).toContainEqual(expect.objectContaining({ account: idOfEmployee(admin), name: 'Account Administrator', isAdmin: true }));
    }
    const flagged = (await listed(box, 'ACCOUNTS')).flatMap((item) =>
      item.kind === 'accountFacts' && item.isAdmin === true ? [item.externalId] : [],
    );
    for (const admin of box.sandbox.company.people.filter(({ traits }) => traits.includes('ADMIN')))
      expect(flagged).toContain(idOfEmployee(admin));
    const overAll = held.filter(({ name }) => name === 'Organization Administrator').map(({ account }) => account);
    const quiet = overAll.filter((id) => !held.some(({ account, name }) => account === id && name === 'Account Administrator'));
    expect(quiet).toHaveLength(1);
    expect(facts.get(quiet[0]!)).toMatchObject({ attributes: { isOrganizationAdmin: true } });
    expect(held).toContainEqual(expect.objectContaining({ name: 'Can manage users', isAdmin: true }));
    expect(held).toContainEqual(expect.objectContaining({ name: 'Contract Managers', viaGroup: expect.stringContaining(HEADQUARTERS) }));
  });

  it('shows webhooks, also those switched off, and shared access, but no consents', async () => {
    const grants = (await listed(await open(), 'APP_GRANTS')).filter((item) => item.kind === 'appGrant');
    expect(grants.filter(({ type }) => type === 'WEBHOOK').map(({ level }) => level)).toEqual(['HIGH', 'MEDIUM', 'LOW']);
    expect(grants.filter(({ type }) => type === 'DELEGATION')).toContainEqual(
      expect.objectContaining({ scopes: ['Manage'], level: 'HIGH' }),
    );
  });

  it('can be cut down to chosen accounts, and says which are not read', async () => {
    const box = await open({ settings: { accountIds: [EUROPE.toUpperCase()] } });
    expect(readFacts(box.app.facts)).toMatchObject({ accounts: [{ id: EUROPE }], unread: [{ id: HEADQUARTERS }] });
    await expect(docusign.probes[0]!.run(box.app)).resolves.toMatchObject({ note: expect.stringContaining('Headquarters') });
  });

  it.each([
    ['organizationId', '00000000-0000-4000-8000-000000000000'],
    ['accountIds', ['00000000-0000-4000-8000-000000000000']],
  ])('is refused with a remedy when %s names another one', async (name, value) => {
    const { app } = await open({ settings: { [name]: value } }, false);
    await expect(docusign.discover!(app)).rejects.toMatchObject({ kind: 'misconfigured', classified: { remedy: expect.any(String) } });
  });
});

describe('listing goes on through what Docusign does', () => {
  const open = opener();

  it('throttling by 400, at the hour and in a burst', async () => {
    for (const throttleKind of ['hourly', 'burst']) {
      const box = await open();
      box.sandbox.setSwitches({ throttleEvery: 3, throttleKind });
      expect((await listed(box, 'GROUPS')).length).toBeGreaterThan(100);
    }
  });

  it('but ends in a failure when rows slipped away between two pages: what was jumped over must not count as deleted', async () => {
    const box = await open({ bulk: { accounts: 1_000 } });
    const pages = docusign.listings.ACCOUNTS!.pages(box.app)[Symbol.asyncIterator]();
    const state = box.sandbox.state as DocusignSandbox;
    // While page after page is read, somebody is taken out of the account altogether.
    const run = async (): Promise<void> => {
      for (let page = await pages.next(); !page.done; page = await pages.next()) {
        const gone = state.people.at(3)!;
        if (gone.memberships[0]) state.people.change({ ...gone, memberships: [undefined, gone.memberships[1]] });
      }
    };
    await expect(run()).rejects.toMatchObject({ kind: 'malformed' });
  });

  it.each([
    ['malformed', 'malformed'],
    ['htmlPage', 'malformed'],
    ['serverError', 'down'],
  ])('%s ends in "%s", naming the operation', async (name, kind) => {
    const box = await open();
    box.sandbox.setSwitches({ [name]: OPERATIONS.organizationUsers });
    await expect(listed(box, 'ACCOUNTS')).rejects.toMatchObject({ kind, operation: OPERATIONS.organizationUsers });
    await expect(listed(box, 'GROUPS')).resolves.not.toHaveLength(0);
  });

  it('a plan without an organization: named, with what is needed', async () => {
    const box = await open({}, false);
    box.sandbox.setSwitches({ unlicensed: ['admin'] });
    await expect(docusign.discover!(box.app)).rejects.toMatchObject({
      kind: 'unlicensed',
      classified: { remedy: expect.stringContaining('Docusign Admin') },
    });
  });

  it('an account that was moved to another site: misconfigured, until it is discovered again', async () => {
    const box = await open();
    const facts = readFacts(box.app.facts)!;
    const swapped = facts.accounts.map((account, index) => ({ ...account, baseUri: facts.accounts[1 - index]!.baseUri }));
    box.app.learn({ ...facts, accounts: swapped });
    await expect(listed(box, 'GROUPS')).rejects.toMatchObject({ kind: 'misconfigured', classified: { problem: 'ENDPOINT_UNREACHABLE' } });
    box.app.learn(await docusign.discover!(box.app));
    await expect(listed(box, 'GROUPS')).resolves.not.toHaveLength(0);
  });
});

describe('a large organization', () => {
  const open = opener();

  it('reads the profiles of administrators and of a part of the others, not of everybody', async () => {
    const box = await open({ bulk: { accounts: 3_000 } });
    const records = await listed(box, 'PRIVILEGES');
    const read = box.exchanges.filter(({ operation }) => operation === OPERATIONS.profile).length;
    expect(read).toBeGreaterThan(60);
    expect(read).toBeLessThan(400);
    // Silence about the others is not "no administrator".
    expect(records.filter((item) => item.kind === 'accountFacts')).toHaveLength(read);
  });

  it('does not forget an organization administrator who was found on the daily walk', async () => {
    const clock = new FakeClock();
    const box = await open({ people: 260, clock, now: clock.now(), client: undefined });
    const found = new Set<string>();
    for (let day = 0; day < 12; day++) {
      clock.advance(86_400_000);
      box.app.learn(await docusign.discover!(box.app));
      readFacts(box.app.facts)!.organizationAdmins.forEach((id) => found.add(id));
    }
    const quiet = box.sandbox.company.people.find(({ department, traits }) => department === 'People' && traits.length === 0)!;
    expect(readFacts(box.app.facts)!.organizationAdmins).toContain(idOfEmployee(quiet));
    const held = (await listed(box, 'PRIVILEGES')).filter(
      (item) => item.kind === 'privilege' && item.name === 'Organization Administrator',
    );
    expect(held).toContainEqual(expect.objectContaining({ account: idOfEmployee(quiet) }));
  });
});

type Open = (options?: SandboxAppOptions, isDiscovered?: boolean) => Promise<SandboxApp>;

function opener(): Open {
  const boxes: SandboxApp[] = [];
  afterEach(async () => {
    await Promise.all(boxes.splice(0).map((box) => box.close()));
  });
  return async (options = {}, isDiscovered = true) => {
    const clock = new FakeClock();
    const box = await sandboxApp(docusign, { clock, now: clock.now(), ...options });
    boxes.push(box);
    if (isDiscovered) box.app.learn(await docusign.discover!(box.app));
    return box;
  };
}

async function listed(box: SandboxApp, stream: ListingStreamName): Promise<InventoryRecord[]> {
  const records: InventoryRecord[] = [];
  for await (const page of docusign.listings[stream]!.pages(box.app)) records.push(...page.records);
  return records;
}
