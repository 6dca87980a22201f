import { anAccount, DOCUSIGN, NOON, OKTA } from '../inventory.fixtures.js';
import { onEachStage, type Acting } from '../inventory-stage.fixtures.js';

const inOkta = anAccount({ externalId: 'ada', email: 'Ada@acme.example', displayName: 'Ada Lovelace' });
const inDocusign = anAccount({ externalId: 'd-1', email: 'ada@ACME.example', displayName: 'A. L.' });
const SET = 'mutation ($domains: [String!]!) { setManagedDomains(domains: $domains) { domains isApplied problems { code path } } }';
const PEOPLE = '{ people { nodes { id email displayName isTerminated accounts { id externalId isExternal } } } }';
const PAYLOAD = '{ person { id accounts { externalId } } problems { code path } }';

async function twoApps(acme: Acting): Promise<void> {
  await acme.feeder(OKTA, 'ACCOUNTS').list(['account'], [inOkta]);
  await acme.feeder(DOCUSIGN, 'ACCOUNTS').list(['account'], [inDocusign]);
}

async function externalIds(acme: Acting): Promise<string[][]> {
  const { people } = await acme.read(PEOPLE);
  return people.nodes.map((person: { accounts: { externalId: string }[] }) => person.accounts.map((one) => one.externalId).sort());
}

async function idOf(acme: Acting, externalId: string): Promise<string> {
  const { accounts } = await acme.read('{ accounts { nodes { id externalId } } }');
  return accounts.nodes.find((one: { externalId: string }) => one.externalId === externalId).id;
}

onEachStage('people', (stage) => {
  it('are joined across apps once their domain is managed, and parted when it no longer is', async () => {
    const acme = stage().tenant();
    await twoApps(acme);
    expect(await externalIds(acme)).toEqual([['ada']]);
    await acme.told();
    expect(await acme.read(SET, { domains: ['ACME.example'] })).toEqual({
      setManagedDomains: { domains: ['acme.example'], isApplied: true, problems: [] },
    });
    const { people } = await acme.read(PEOPLE);
    expect(people.nodes).toMatchObject([
      {
        email: 'Ada@acme.example',
        displayName: 'Ada Lovelace',
        isTerminated: false,
        accounts: [{ isExternal: false }, { isExternal: false }],
      },
    ]);
    const told = (await acme.told()).flatMap((message) => message.accounts);
    expect(told.map((one) => [one.externalId, one.personId])).toEqual(
      expect.arrayContaining([
        ['d-1', people.nodes[0].id],
        ['ada', people.nodes[0].id],
      ]),
    );
    await acme.read(SET, { domains: ['other.example'] });
    expect(await externalIds(acme)).toEqual([['ada']]);
    expect((await acme.read('{ accounts { nodes { isExternal } } }')).accounts.nodes).toEqual([{ isExternal: true }, { isExternal: true }]);
  });

  it('are gone through again over many pages of accounts', async () => {
    const acme = stage().tenant();
    const accounts = Array.from({ length: 1_100 }, (_, n) => anAccount({ externalId: `u${n}`, email: `u${n}@acme.example` }));
    await acme.feeder(DOCUSIGN, 'ACCOUNTS').list(['account'], accounts);
    await acme.read(SET, { domains: ['acme.example'] });
    expect((await acme.read('{ people { totalCount } }')).people.totalCount).toBe(1_100);
  });

  it('are found by address in any case, and by id', async () => {
    const acme = stage().tenant();
    await twoApps(acme);
    const { person } = await acme.read('{ person(email: "ADA@acme.example") { id email } }');
    expect(person.email).toBe('Ada@acme.example');
    expect((await acme.read('query ($id: ID) { person(id: $id) { email } }', { id: person.id })).person.email).toBe('Ada@acme.example');
    expect(await acme.read('{ person(email: "nobody@acme.example") { id } }')).toEqual({ person: null });
    expect((await acme.ask('{ person { id } }')).errors?.[0]?.extensions?.code).toBe('INVENTORY_PERSON_UNNAMED');
  });

  it('have left when the identity provider says so', async () => {
    const acme = stage().tenant();
    const feeder = acme.feeder(OKTA, 'ACCOUNTS');
    await feeder.list(['account'], [inOkta]);
    await feeder.list(['account'], [{ ...inOkta, status: 'DISABLED' }]);
    expect((await acme.read('{ people(filter: { isTerminated: { eq: true } }) { totalCount } }')).people.totalCount).toBe(1);
    await feeder.list(['account'], [inOkta]);
    await feeder.list(['account'], []);
    expect((await acme.read(PEOPLE)).people.nodes).toMatchObject([{ isTerminated: true, accounts: [{ externalId: 'ada' }] }]);
  });

  it('follow an account whose address changed, and end with their last account', async () => {
    const acme = stage().tenant();
    const feeder = acme.feeder(OKTA, 'ACCOUNTS');
    await feeder.list(['account'], [inOkta]);
    await feeder.list(['account'], [{ ...inOkta, email: 'ada.king@acme.example' }]);
    expect((await acme.read(PEOPLE)).people.nodes.map((one: { email: string }) => one.email)).toEqual(['ada.king@acme.example']);
  });

  it('take an account by hand that no rule takes away, and give it back', async () => {
    const acme = stage().tenant();
    await acme.feeder(OKTA, 'ACCOUNTS').list(['account'], [inOkta]);
    const docusign = acme.feeder(DOCUSIGN, 'ACCOUNTS');
    await docusign.list(['account'], [anAccount({ externalId: 'd-1', email: 'ada@private.example' })]);
    const accountId = await idOf(acme, 'd-1');
    const { person } = await acme.read('{ person(email: "ada@acme.example") { id } }');
    const linked = await acme.read(`mutation ($a: ID!, $p: ID!) { linkAccount(accountId: $a, personId: $p) ${PAYLOAD} }`, {
      a: accountId,
      p: person.id,
    });
    expect(linked.linkAccount).toMatchObject({
      problems: [],
      person: { id: person.id, accounts: expect.arrayContaining([{ externalId: 'ada' }, { externalId: 'd-1' }]) },
    });
    await acme.read(SET, { domains: ['private.example'] });
    await docusign.list(['account'], [anAccount({ externalId: 'd-1', email: 'ada@private.example', lastSignInAt: NOON })]);
    expect(await externalIds(acme)).toEqual([['ada', 'd-1']]);
    const parted = await acme.read(`mutation ($a: ID!) { unlinkAccount(accountId: $a) ${PAYLOAD} }`, { a: accountId });
    expect(parted.unlinkAccount).toEqual({ problems: [], person: { id: person.id, accounts: [{ externalId: 'ada' }] } });
    await docusign.list(['account'], [anAccount({ externalId: 'd-1', email: 'ada@private.example', lastSignInAt: NOON + 1 })]);
    expect(await externalIds(acme)).toEqual([['ada']]);
  });

  it('who lost their last account by hand get it back by hand', async () => {
    const acme = stage().tenant();
    await acme.feeder(OKTA, 'ACCOUNTS').list(['account'], [inOkta]);
    const accountId = await idOf(acme, 'ada');
    const { person } = await acme.read('{ person(email: "ada@acme.example") { id } }');
    expect((await acme.read(`mutation ($a: ID!) { unlinkAccount(accountId: $a) ${PAYLOAD} }`, { a: accountId })).unlinkAccount).toEqual({
      person: null,
      problems: [],
    });
    const linked = await acme.read(`mutation ($a: ID!, $p: ID!) { linkAccount(accountId: $a, personId: $p) ${PAYLOAD} }`, {
      a: accountId,
      p: person.id,
    });
    expect(linked.linkAccount).toEqual({ person: { id: person.id, accounts: [{ externalId: 'ada' }] }, problems: [] });
  });

  it.each([
    ['an account that is not there', 'linkAccount(accountId: "acc_x", personId: "per_x")', 'INVENTORY_ACCOUNT_NOT_FOUND', ['accountId']],
    ['a person who is not there', 'linkAccount(accountId: $a, personId: "per_x")', 'INVENTORY_PERSON_NOT_FOUND', ['personId']],
    ['an account of nobody', 'unlinkAccount(accountId: $a)', 'INVENTORY_ACCOUNT_HAS_NO_PERSON', ['accountId']],
  ])('can not be changed by %s, and the caller is told what to put right', async (_, call, code, path) => {
    const acme = stage().tenant();
    await acme.feeder(DOCUSIGN, 'ACCOUNTS').list(['account'], [inDocusign]);
    const query = call.includes('$a') ? `mutation ($a: ID!) { done: ${call} ${PAYLOAD} }` : `mutation { done: ${call} ${PAYLOAD} }`;
    const { done } = await acme.read(query, { a: await idOf(acme, 'd-1') });
    expect(done).toEqual({ person: null, problems: [{ code, path }] });
  });

  it('are not joined by a domain that everybody can have', async () => {
    const acme = stage().tenant();
    await acme.read(SET, { domains: ['acme.example'] });
    expect((await acme.read(SET, { domains: ['acme.example', 'gmail.com'] })).setManagedDomains).toEqual({
      domains: ['acme.example'],
      isApplied: true,
      problems: [{ code: 'INVENTORY_MANAGED_DOMAIN_PUBLIC', path: ['domains', '1'] }],
    });
    expect((await acme.read('{ managedDomains }')).managedDomains).toEqual(['acme.example']);
  });
});
