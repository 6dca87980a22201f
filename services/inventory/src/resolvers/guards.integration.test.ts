import { SCOPES } from '#libs/contracts';
import { scopesOfSchema } from '#libs/platform';

import { aGrant, aGroup, anAccount, OKTA } from '../inventory.fixtures.js';
import { Stage, type Acting } from '../inventory-stage.fixtures.js';

const PAYLOAD = '{ person { id } problems { code } }';

describe('the inventory', () => {
  let stage: Stage;
  let acme: Acting;
  let globex: Acting;
  let ids: Record<'account' | 'person' | 'group' | 'grant' | 'app', string>;

  beforeAll(async () => {
    stage = await Stage.open('SQLite');
    [acme, globex] = [stage.tenant(), stage.tenant()];
    const records = [
      anAccount({ externalId: 'ada', email: 'ada@acme.example' }),
      aGroup('Sales'),
      { kind: 'member', groupExternalId: 'Sales', account: 'ada' } as const,
      aGrant('g1', { account: 'ada' }),
    ];
    await acme.feeder(OKTA, 'ACCOUNTS').list(['account', 'group', 'member', 'appGrant'], records);
    await acme.read('mutation { setManagedDomains(domains: ["acme.example"]) { isApplied } }');
    const { accounts, groups, appGrants } = await acme.read(
      '{ accounts { nodes { id person { id } } } groups { nodes { id } } appGrants { nodes { id thirdPartyApp { id } } } }',
    );
    ids = {
      account: accounts.nodes[0].id,
      person: accounts.nodes[0].person.id,
      group: groups.nodes[0].id,
      grant: appGrants.nodes[0].id,
      app: appGrants.nodes[0].thirdPartyApp.id,
    };
  }, 60_000);
  afterAll(() => stage.close());

  const mutations = (): [string, string][] => [
    ['linkAccount', `linkAccount(accountId: "${ids.account}", personId: "${ids.person}") ${PAYLOAD}`],
    ['unlinkAccount', `unlinkAccount(accountId: "${ids.account}") ${PAYLOAD}`],
    ['setManagedDomains', 'setManagedDomains(domains: ["globex.example"]) { domains problems { code } }'],
  ];
  const queries = (): [string, string][] => [
    ['accounts', 'accounts { nodes { id } totalCount }'],
    ['account', `account(id: "${ids.account}") { id }`],
    ['people', 'people { nodes { id } totalCount }'],
    ['person', `person(id: "${ids.person}") { id }`],
    ['person by address', 'person(email: "ada@acme.example") { id }'],
    ['groups', 'groups { nodes { id } totalCount }'],
    ['appGrants', 'appGrants { nodes { id } totalCount }'],
    ['thirdPartyApps', 'thirdPartyApps { nodes { id } totalCount }'],
    ['managedDomains', 'managedDomains'],
  ];
  const references = () => [
    { __typename: 'Account', id: ids.account },
    { __typename: 'Person', id: ids.person },
    { __typename: 'Group', id: ids.group },
    { __typename: 'AppGrant', id: ids.grant },
    { __typename: 'ThirdPartyApp', id: ids.app },
  ];
  const ENTITIES = `query ($of: [_Any!]!) { _entities(representations: $of) {
    ... on Account { id email } ... on Person { id email accounts { id } } ... on Group { id name members { totalCount nodes { account { id } } } }
    ... on AppGrant { id appName } ... on ThirdPartyApp { id name grants { totalCount nodes { id } } } } }`;
  const OF_CONNECTOR = `query { _entities(representations: [{ __typename: "Connector", id: "${OKTA}" }]) { ... on Connector { accounts { totalCount nodes { id } } } } }`;

  it('names a scope for every field of its own, and every query and mutation is in this test', () => {
    const rules = scopesOfSchema(stage.service.service.subgraph.schema);
    const shared = /^(Problem|Coverage|CoverageReason|PageInfo)\./;
    const unguarded = [...rules].filter(
      ([field, scope]) => !shared.test(field) && !/^Query\._/.test(field) && !(SCOPES as readonly string[]).includes(scope ?? ''),
    );
    expect(unguarded).toEqual([]);
    const doors = [...rules.keys()].filter((field) => /^(Query|Mutation)\.[a-z]/.test(field)).map((field) => field.split('.')[1]);
    const tried = [...queries(), ...mutations()].map(([, call]) => /^\w+/.exec(call)![0]);
    expect(new Set(doors)).toEqual(new Set(tried));
  });

  it('shows nothing to a token that may not read it', async () => {
    for (const [, call] of queries()) {
      const answer = await acme.ask(`{ ${call} }`, {}, { scopes: SCOPES.filter((scope) => scope !== 'inventory:read') });
      expect([call, answer.errors?.[0]?.extensions?.code]).toEqual([call, 'FORBIDDEN']);
    }
    const answer = await acme.ask(ENTITIES, { of: references() }, { scopes: [] });
    expect(answer.errors?.every((error) => error.extensions?.code === 'FORBIDDEN')).toBe(true);
    expect(JSON.stringify(answer.data ?? null)).not.toContain('ada@acme.example');
    expect((await acme.ask(OF_CONNECTOR, {}, { scopes: ['connectors:read'] })).errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });

  it('changes nothing for a token that may only read', async () => {
    for (const [, call] of mutations()) {
      const answer = await acme.ask(`mutation { ${call} }`, {}, { scopes: SCOPES.filter((scope) => scope !== 'inventory:write') });
      expect([call, answer.errors?.[0]?.extensions?.code]).toEqual([call, 'FORBIDDEN']);
    }
    expect((await acme.read('{ managedDomains }')).managedDomains).toEqual(['acme.example']);
    expect((await acme.read(`{ account(id: "${ids.account}") { person { id } } }`)).account.person.id).toBe(ids.person);
  });

  it('shows another tenant nothing, whichever way it asks', async () => {
    for (const [name, call] of queries()) {
      const own = JSON.stringify(await acme.read(`{ ${call} }`));
      expect([name, Object.values(ids).some((id) => own.includes(id)) || own.includes('acme.example')]).toEqual([name, true]);
      const foreign = JSON.stringify(await globex.read(`{ ${call} }`));
      expect([name, Object.values(ids).some((id) => foreign.includes(id)) || foreign.includes('acme.example')]).toEqual([name, false]);
    }
    expect((await acme.read(ENTITIES, { of: references() }))._entities).toEqual([
      { id: ids.account, email: 'ada@acme.example' },
      { id: ids.person, email: 'ada@acme.example', accounts: [{ id: ids.account }] },
      { id: ids.group, name: 'Sales', members: { totalCount: 1, nodes: [{ account: { id: ids.account } }] } },
      { id: ids.grant, appName: 'Calendly' },
      { id: ids.app, name: 'Calendly', grants: { totalCount: 1, nodes: [{ id: ids.grant }] } },
    ]);
    expect((await globex.read(ENTITIES, { of: references() }))._entities).toEqual([null, null, null, null, null]);
    expect((await acme.read(OF_CONNECTOR))._entities).toEqual([{ accounts: { totalCount: 1, nodes: [{ id: ids.account }] } }]);
    expect((await globex.read(OF_CONNECTOR))._entities).toEqual([{ accounts: { totalCount: 0, nodes: [] } }]);
  });

  it('lets another tenant change nothing', async () => {
    const answers = [];
    for (const [, call] of mutations()) answers.push((await globex.ask(`mutation { done: ${call} }`)).data.done);
    expect(answers).toMatchObject([
      { person: null, problems: [{ code: 'INVENTORY_ACCOUNT_NOT_FOUND' }] },
      { person: null, problems: [{ code: 'INVENTORY_ACCOUNT_NOT_FOUND' }] },
      { domains: ['globex.example'] },
    ]);
    expect((await acme.read('{ managedDomains }')).managedDomains).toEqual(['acme.example']);
    expect((await acme.read(`{ account(id: "${ids.account}") { person { id } isExternal } }`)).account).toEqual({
      person: { id: ids.person },
      isExternal: false,
    });
    await globex.sink.erase(globex.name, OKTA);
    expect((await acme.read('{ accounts { totalCount } }')).accounts.totalCount).toBe(1);
  });

  it('gives the same account of the same connector another id in another tenant', async () => {
    await globex.feeder(OKTA, 'ACCOUNTS').list(['account'], [anAccount({ externalId: 'ada', email: 'ada@globex.example' })]);
    const { accounts } = await globex.read('{ accounts { nodes { id email } } }');
    expect(accounts.nodes).toEqual([{ id: expect.not.stringMatching(ids.account), email: 'ada@globex.example' }]);
    expect((await acme.read('{ accounts { nodes { email } } }')).accounts.nodes).toEqual([{ email: 'ada@acme.example' }]);
  });
});
