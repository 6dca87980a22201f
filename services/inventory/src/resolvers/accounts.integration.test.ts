import { Database } from '#libs/platform';

import { aGrant, aGroup, anAccount, aPrivilege, connectorRead, DOCUSIGN, NOON, OKTA } from '../inventory.fixtures.js';
import { onEachStage, type Acting } from '../inventory-stage.fixtures.js';

const DAY_MS = 86_400_000;

async function company(acme: Acting): Promise<void> {
  const people = [
    anAccount({
      externalId: 'ada',
      email: 'Ada@acme.example',
      username: 'ada',
      displayName: 'Ada Lovelace',
      isAdmin: true,
      hasSecondFactor: true,
      lastSignInAt: NOON,
    }),
    anAccount({
      externalId: 'grace',
      email: 'grace@acme.example',
      displayName: 'Grace Hopper',
      isAdmin: false,
      hasSecondFactor: false,
      lastSignInAt: NOON - 40 * DAY_MS,
    }),
    anAccount({ externalId: 'linus', email: 'linus@other.example', displayName: 'Linus_100%', status: 'SUSPENDED' }),
    anAccount({ externalId: 'robot', type: 'service' }),
  ];
  const groups = [aGroup('Sales'), aGroup('Everyone', { type: 'OKTA_GROUP' })];
  const members = [
    { kind: 'member', groupExternalId: 'Sales', account: 'ada' },
    { kind: 'member', groupExternalId: 'Everyone', account: 'ada' },
    { kind: 'member', groupExternalId: 'Everyone', account: 'grace' },
    { kind: 'member', groupExternalId: 'Everyone', group: 'Sales' },
  ] as const;
  await acme
    .feeder(OKTA, 'ACCOUNTS')
    .list([], [...people, ...groups, ...members, aPrivilege('ada', 'Super Admin', true), aPrivilege('ada', 'Reader', false)]);
  await acme
    .feeder(DOCUSIGN, 'ACCOUNTS')
    .list(
      [],
      [anAccount({ externalId: 'd-ada', email: 'ada@acme.example', createdAt: NOON - DAY_MS }), aGrant('g1', { account: 'd-ada' })],
    );
}

async function matching(acme: Acting, filter: object): Promise<string[]> {
  const { accounts } = await acme.read('query ($filter: AccountFilter) { accounts(filter: $filter) { totalCount nodes { externalId } } }', {
    filter,
  });
  expect(accounts.totalCount).toBe(accounts.nodes.length);
  return accounts.nodes.map((one: { externalId: string }) => one.externalId).sort();
}

onEachStage('the filter of accounts', (stage) => {
  let acme: Acting;
  beforeAll(async () => {
    acme = stage().tenant();
    await company(acme);
  });

  it.each<[string, object, string[]]>([
    ['one connector', { connector: { eq: DOCUSIGN } }, ['d-ada']],
    ['one app', { app: { in: ['okta'] } }, ['ada', 'grace', 'linus', 'robot']],
    ['the beginning of an address, in any case', { email: { startsWith: 'ADA@' } }, ['ada', 'd-ada']],
    ['an address to the letter', { email: { eq: 'Ada@acme.example' } }, ['ada']],
    ['the end of an address', { email: { endsWith: '@OTHER.example' } }, ['linus']],
    ['another address, but some', { email: { ne: 'grace@acme.example' } }, ['ada', 'd-ada', 'linus']],
    ['none of some addresses, but some', { email: { notIn: ['grace@acme.example', 'linus@other.example'] } }, ['ada', 'd-ada']],
    ['no address', { email: { isSet: false } }, ['robot']],
    ['signs that SQL means something by', { displayName: { contains: '_100%' } }, ['linus']],
    ['signs that SQL means something by, in vain', { displayName: { contains: 'a_a' } }, []],
    ['a status', { status: { in: ['SUSPENDED', 'DISABLED'] } }, ['linus']],
    ['all but a status', { status: { notIn: ['ACTIVE'] } }, ['linus']],
    ['no status at all', { status: { in: [] } }, []],
    ['a kind', { type: { in: ['SERVICE'] } }, ['robot']],
    ['administrators', { isAdmin: { eq: true } }, ['ada']],
    ['known ordinary people', { isAdmin: { eq: false } }, ['grace']],
    ['nobody knows whether an administrator', { isAdmin: { isSet: false } }, ['d-ada', 'linus', 'robot']],
    ['not an administrator for all we know', { not: { isAdmin: { eq: true } } }, ['d-ada', 'grace', 'linus', 'robot']],
    ['without a second factor', { hasSecondFactor: { eq: false } }, ['grace']],
    ['signed in lately', { lastSignInAt: { within: 'P30D' } }, ['ada']],
    ['not signed in lately, but once', { lastSignInAt: { lt: '2026-01-02T12:00:00Z' } }, ['grace']],
    ['never signed in for all we know', { lastSignInAt: { isSet: false } }, ['d-ada', 'linus', 'robot']],
    ['made since', { createdAt: { gte: '2026-01-31T12:00:00Z' } }, ['d-ada']],
    ['in a group', { group: { eq: 'Sales' } }, ['ada']],
    ['in some group, and not in one', { group: { ne: 'Sales' } }, ['grace']],
    ['in no group', { group: { isSet: false } }, ['d-ada', 'linus', 'robot']],
    ['with a privilege', { privilege: { startsWith: 'super' } }, ['ada']],
    ['without any privilege', { privilege: { isSet: false } }, ['d-ada', 'grace', 'linus', 'robot']],
    ['either of two', { anyOf: [{ isAdmin: { eq: true } }, { status: { in: ['SUSPENDED'] } }] }, ['ada', 'linus']],
    ['none of nothing', { anyOf: [] }, []],
    [
      'both of two, and not a third',
      { allOf: [{ app: { eq: 'okta' } }, { email: { isSet: true } }], not: { group: { isSet: true } } },
      ['linus'],
    ],
    ['not (not this)', { not: { not: { email: { contains: 'GRACE' } } } }, ['grace']],
    ['null, which is as good as absent', { email: null, connector: { eq: null }, not: null, app: { eq: 'docusign' } }, ['d-ada']],
  ])('finds %s', async (_, filter, expected) => {
    expect(await matching(acme, filter)).toEqual(expected);
  });

  it('is refused when it is too large, by a code', async () => {
    const answer = await acme.ask('query ($f: AccountFilter) { accounts(filter: $f) { nodes { id } } }', {
      f: { email: { in: Array.from({ length: 1_001 }, String) } },
    });
    expect(answer.errors?.[0]?.extensions?.code).toBe('INVENTORY_FILTER_TOO_LARGE');
  });
});

onEachStage('the list of accounts', (stage) => {
  it.each(['EMAIL', 'DISPLAY_NAME', 'LAST_SIGN_IN_AT'])(
    'can be read page by page in the order of %s, both ways, each account once',
    async (field) => {
      const acme = stage().tenant();
      const accounts = Array.from({ length: 23 }, (_, n) =>
        anAccount({
          externalId: `u${n}`,
          email: n % 3 ? `u${n % 7}@acme.example` : null,
          displayName: n % 2 ? `Name ${n % 5}` : null,
          lastSignInAt: n % 4 ? n % 6 : null,
          createdAt: n % 4 ? n % 6 : null,
        }),
      );
      await acme.feeder(OKTA, 'ACCOUNTS').list(['account'], accounts);
      const walk = async (direction: string): Promise<string[]> => {
        const seen: string[] = [];
        let after: string | null = null;
        do {
          const query =
            'query ($o: AccountOrder, $after: String) { accounts(orderBy: $o, first: 5, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }';
          const page: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } = (
            await acme.read(query, { o: { field, direction }, after })
          ).accounts;
          seen.push(...page.nodes.map((one) => one.id));
          after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
        } while (after !== null);
        return seen;
      };
      const up = await walk('ASC');
      expect(new Set(up).size).toBe(23);
      expect(up).toHaveLength(23);
      expect(await walk('DESC')).toEqual([...up].reverse());
    },
  );

  it('refuses a cursor of another order, one that is none, and a page too large', async () => {
    const acme = stage().tenant();
    await company(acme);
    const { accounts } = await acme.read('{ accounts(first: 1) { pageInfo { endCursor } } }');
    const code = async (call: string) => (await acme.ask(`{ ${call} { nodes { id } } }`)).errors?.[0]?.extensions?.code;
    expect(await code(`accounts(orderBy: { field: DISPLAY_NAME }, after: "${accounts.pageInfo.endCursor}")`)).toBe('CURSOR_INVALID');
    expect(await code(`groups(after: "${accounts.pageInfo.endCursor}")`)).toBe('CURSOR_INVALID');
    expect(await code('accounts(after: "x")')).toBe('CURSOR_INVALID');
    expect(await code('accounts(first: 1001)')).toBe('PAGE_SIZE_INVALID');
    expect(await code('people(first: 0)')).toBe('PAGE_SIZE_INVALID');
  });

  it('joins each account with all it has, in a number of statements that does not grow with the page', async () => {
    const acme = stage().tenant();
    await company(acme);
    const query = `query ($first: Int) { accounts(first: $first) { nodes {
      externalId type connector { id } groups { name members { nodes { account { externalId } group { name } } } }
      privileges { name isAdmin } person { email accounts { id } } appGrants { appName thirdPartyApp { name grants { nodes { account { externalId } } } } } } } }`;
    const few = await statements(stage().get(Database), () => acme.read(query, { first: 50 }));
    const more = Array.from({ length: 60 }, (_, n) => anAccount({ externalId: `u${n}`, email: `u${n}@acme.example` }));
    const theirs = more.flatMap(({ externalId }) => [
      { kind: 'member', groupExternalId: 'Sales', account: externalId } as const,
      aPrivilege(externalId, 'Reader', false),
    ]);
    await acme.feeder(OKTA, 'PRIVILEGES').list([], [...more, ...theirs]);
    const many = await statements(stage().get(Database), () => acme.read(query, { first: 1_000 }));
    expect(many.answer.accounts.nodes.length).toBe(few.answer.accounts.nodes.length + 60);
    expect(many.count).toBe(few.count);
    const ada = few.answer.accounts.nodes.find((account: { externalId: string }) => account.externalId === 'ada');
    expect(ada).toMatchObject({
      type: 'PERSON',
      connector: { id: OKTA },
      privileges: [
        { name: 'Super Admin', isAdmin: true },
        { name: 'Reader', isAdmin: false },
      ],
      groups: [
        {
          name: 'Everyone',
          members: {
            nodes: expect.arrayContaining([
              { account: { externalId: 'grace' }, group: null },
              { account: null, group: { name: 'Sales' } },
            ]),
          },
        },
        { name: 'Sales' },
      ],
      person: { email: 'Ada@acme.example' },
    });
    const inDocusign = few.answer.accounts.nodes.find((account: { externalId: string }) => account.externalId === 'd-ada');
    expect(inDocusign.appGrants).toEqual([
      { appName: 'Calendly', thirdPartyApp: { name: 'Calendly', grants: { nodes: [{ account: { externalId: 'd-ada' } }] } } },
    ]);
  });

  it('counts only when asked', async () => {
    const acme = stage().tenant();
    await company(acme);
    const without = await statements(stage().get(Database), () => acme.read('{ accounts { nodes { id } } }'));
    const counted = await statements(stage().get(Database), () => acme.read('{ accounts { nodes { id } totalCount } }'));
    expect([without.texts.some(isCount), counted.texts.some(isCount)]).toEqual([false, true]);
  });

  it('goes on page by page through the members of a group', async () => {
    const acme = stage().tenant();
    await acme
      .feeder(OKTA, 'GROUPS')
      .list(
        ['group'],
        [aGroup('All'), ...Array.from({ length: 7 }, (_, n) => ({ kind: 'member', groupExternalId: 'All', account: `u${n}` }) as const)],
      );
    await acme.feeder(OKTA, 'ACCOUNTS').list(
      ['account'],
      Array.from({ length: 7 }, (_, n) => anAccount({ externalId: `u${n}` })),
    );
    const query =
      'query ($after: String) { groups { nodes { members(first: 4, after: $after) { nodes { account { externalId } } totalCount pageInfo { endCursor hasNextPage } } } } }';
    const first = (await acme.read(query)).groups.nodes[0].members;
    const second = (await acme.read(query, { after: first.pageInfo.endCursor })).groups.nodes[0].members;
    expect([first.totalCount, first.nodes.length, second.nodes.length, second.pageInfo.hasNextPage]).toEqual([7, 4, 3, false]);
    expect(
      new Set([...first.nodes, ...second.nodes].map((node: { account: { externalId: string } }) => node.account.externalId)).size,
    ).toBe(7);
  });
});

onEachStage('coverage', (stage) => {
  it('is of all connectors, or of those that the filter leaves', async () => {
    const acme = stage().tenant();
    await acme.hear(connectorRead(OKTA));
    await acme.hear(
      connectorRead(DOCUSIGN, { streams: [{ name: 'ACCOUNTS', status: 'RUNNING', lastSuccessAt: NOON, isFirstSyncDone: false }] }),
    );
    const coverage = '{ coverage { state reasons { code connector { id } } } }';
    const answer = await acme.read(`{
      all: accounts ${coverage} okta: accounts(filter: { connector: { eq: "${OKTA}" } }) ${coverage} byApp: groups(filter: { app: { in: ["okta"] } }) ${coverage}
      grants: appGrants(filter: { connector: { eq: "${DOCUSIGN}" } }) ${coverage} byGroup: accounts(filter: { connector: { eq: "${DOCUSIGN}" }, not: { group: { eq: "x" } } }) ${coverage}
    }`);
    expect(answer.all.coverage).toEqual({ state: 'PARTIAL', reasons: [{ code: 'FIRST_SYNC_RUNNING', connector: { id: DOCUSIGN } }] });
    expect(answer.okta.coverage).toEqual({ state: 'COMPLETE', reasons: [] });
    expect(answer.byApp.coverage.state).toBe('COMPLETE');
    expect(answer.grants.coverage).toMatchObject({ state: 'UNAVAILABLE', reasons: [{ code: 'NOT_SUPPORTED_BY_APP' }] });
    expect(answer.byGroup.coverage.reasons.map((reason: { code: string }) => reason.code)).toEqual([
      'FIRST_SYNC_RUNNING',
      'NOT_SUPPORTED_BY_APP',
    ]);
  });
});

/** What the service asks its database while `work` runs. */
async function statements<T>(
  database: Database,
  work: () => Promise<T>,
): Promise<{ readonly answer: T; readonly count: number; readonly texts: readonly string[] }> {
  const texts: string[] = [];
  const query = database.query.bind(database);
  database.query = async (statement) => {
    texts.push(statement.text);
    return query(statement);
  };
  try {
    return { answer: await work(), count: texts.length, texts };
  } finally {
    Reflect.deleteProperty(database, 'query');
  }
}

function isCount(text: string): boolean {
  return text.includes('count(*)');
}
