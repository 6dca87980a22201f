/* eslint-disable @typescript-eslint/no-explicit-any -- a test reads what it asked for */
import type { ActivityRecord, AlertOpened, Principal, StreamKey } from '#libs/contracts';
import { accountId } from '#libs/kernel';
import { anAdmin } from '#libs/testing/services';

import { aFailure, aPage, aRecord, at, dana, FIREFOX, OKTA, PLACES } from './activities.builders.js';
import { BUILT_IN_POLICIES } from './domain/detection/catalogue.js';
import { describeServiceOnEachDatabase } from './each-database.builders.js';

describeServiceOnEachDatabase('the activities service', (get) => {
  const ravi = { externalId: '00uravi', name: 'Ravi', email: 'ravi@acme.example', type: 'person' } as const;
  // Each test has an organization of its own, so that all share one database.
  let tenant: string;
  let other: string;
  let okta: StreamKey;
  let danaId: string;
  let raviId: string;
  let count = 0;
  beforeEach(() => {
    tenant = `acme-${++count}`;
    other = `apex-${count}`;
    okta = { ...OKTA, tenant };
    danaId = accountId(tenant, 'con_okta', dana.externalId);
    raviId = accountId(tenant, 'con_okta', ravi.externalId);
  });
  const ada = (): Principal => anAdmin({ tenant });
  const names = (answer: { data: { activities: { nodes: { externalId: string }[] } } }): string[] =>
    answer.data.activities.nodes.map(({ externalId }) => externalId);

  const store = async (records: readonly ActivityRecord[], change: Parameters<typeof aPage>[2] = {}) => {
    const key = change.key ?? okta;
    const { cursor } = await get().service.sink!.position(key);
    return get().service.sink!.store(aPage(records, cursor, { ...change, key }));
  };
  const ask = async (query: string, variables: Record<string, unknown> = {}, principal = ada()) => {
    const answer = await get().ask(query, variables, principal);
    if (answer.errors) throw new Error(answer.errors[0]!.message);
    return answer;
  };
  const find = async (filter: unknown, more = ''): Promise<string[]> =>
    names(await ask(`query ($filter: ActivityFilter) { activities(filter: $filter ${more}) { nodes { externalId } } }`, { filter }));

  it('stores a page once, however often it comes, and keeps the stream position with it', async () => {
    const records = [
      aRecord({ externalId: 'a', occurredAt: at(3) }),
      aRecord({ externalId: 'b', occurredAt: at(2) }),
      aRecord({ externalId: 'a', occurredAt: at(3) }),
    ];
    const first = await store(records);
    expect(first).toMatchObject({ changed: 2, quarantined: 0, position: { cursor: '1', newestAt: at(3) } });
    expect(await store(records)).toMatchObject({ changed: 0, position: { cursor: '2', pages: 2 } });
    await expect(get().service.sink!.store(aPage(records, '1', { key: okta }))).rejects.toMatchObject({ code: 'BULK_PAGE_STALE' });
    expect((await ask('{ activities { totalCount nodes { externalId } } }')).data.activities).toEqual({
      totalCount: 2,
      nodes: [{ externalId: 'a' }, { externalId: 'b' }],
    });
  });

  it('takes a few records outside of the stream without moving it', async () => {
    await store([aRecord({ externalId: 'a' })]);
    await get().service.sink!.touch(okta, [aRecord({ externalId: 'b' })], at(28));
    expect((await get().service.sink!.position(okta)).cursor).toBe('1');
    expect(await find({})).toHaveLength(2);
  });

  it('sets records aside that it cannot store, and goes on with the others', async () => {
    const broken = [
      aRecord({ externalId: '' }),
      aRecord({ occurredAt: Number.NaN }),
      aRecord({ occurredAt: at(30) + 86_400_000 * 9 }),
      aRecord({ externalId: 'x'.repeat(200) }),
    ];
    expect(await store([...broken, aRecord({ externalId: 'good' })])).toMatchObject({ changed: 1, quarantined: 4 });
    expect(await store([...broken])).toMatchObject({ changed: 0, quarantined: 4 });
    expect(await find({})).toEqual(['good']);
  });

  it('shows an activity with its place, its device and the event as it came', async () => {
    const raw = { uuid: 'a', odd: 'line\nend ü 🙂' };
    const targets = [{ type: 'User', externalId: '00u2', name: 'Noor' }];
    await store([
      aRecord({ externalId: 'a', raw: JSON.stringify(raw), targets, ipTags: ['proxy'] }),
      aRecord({ externalId: 'b', ip: 'cloudtrail.amazonaws.com', raw: 'no json' }),
    ]);
    const fields =
      'externalId app eventType category classUid activityId outcome actor { id } actorName actorEmail isAdminActivity isImpersonated';
    const { data } = await ask(
      `{ activities { nodes { ${fields} targets { type externalId name } ip country city asn organization ipTags device raw connector { id } } } }`,
    );
    const [a, b] = ['a', 'b'].map((id) => data.activities.nodes.find((node: { externalId: string }) => node.externalId === id));
    expect(a).toEqual({
      ...{
        externalId: 'a',
        app: 'okta',
        eventType: 'user.session.start',
        category: 'SIGN_IN',
        classUid: 3002,
        activityId: 1,
        outcome: 'SUCCESS',
      },
      ...{ actor: null, actorName: 'Dana Rivera', actorEmail: 'dana@acme.example', isAdminActivity: false, isImpersonated: null, targets },
      ...{
        ip: '87.160.12.34',
        country: 'DE',
        city: 'Munich',
        asn: 3320,
        organization: 'Deutsche Telekom AG',
        ipTags: ['proxy'],
        device: 'Chrome 141 on Windows 10',
      },
      ...{ raw, connector: { id: 'con_okta' } },
    });
    expect(b).toMatchObject({ ip: null, country: null, raw: 'no json' });
  });

  it('shows the account that acted as soon as inventory tells of it', async () => {
    await store([aRecord({ externalId: 'a' })]);
    const query = '{ activities { nodes { actor { id } } } }';
    expect((await ask(query)).data.activities.nodes).toEqual([{ actor: null }]);
    await hearOf('per_dana');
    expect((await ask(query)).data.activities.nodes).toEqual([{ actor: { id: danaId } }]);
    expect((await ask(query, {}, anAdmin({ tenant: other }))).data.activities.nodes).toEqual([]);
  });

  const hearOf = async (personId: string, version = 1, id = `evt_${version}${personId}${tenant}`) =>
    get().service.receive({
      ...{ id, tenant, subject: 'con_okta', sentAt: 1 },
      message: {
        ...{ type: 'AccountsChanged', connectorId: 'con_okta', app: 'okta', version },
        accounts: [
          {
            ...{
              id: danaId,
              externalId: dana.externalId,
              personId,
              username: 'dana@acme.example',
              email: 'dana@acme.example',
              displayName: 'Dana Rivera',
            },
            ...{ status: 'ACTIVE', isAdmin: null, isExternal: null, type: 'person' },
          },
        ],
      },
    });

  describe('lists', () => {
    beforeEach(async () => {
      await store([
        aRecord({ externalId: 'a', occurredAt: at(1) }),
        aFailure({ externalId: 'b', occurredAt: at(2), actor: ravi, ...PLACES.boston, userAgent: FIREFOX }),
        aRecord({
          externalId: 'c',
          occurredAt: at(3),
          eventType: 'policy.lifecycle.update',
          category: 'ADMIN',
          isAdminActivity: true,
          targets: [{ type: 'Policy', externalId: 'p1', name: '100% safe_policy' }],
        }),
        aRecord({ externalId: 'd', occurredAt: at(4), ip: '2001:db8:7::9', place: null, actor: { ...ravi, email: null } }),
        aRecord({
          externalId: 'e',
          occurredAt: at(5),
          ip: null,
          place: null,
          userAgent: null,
          actor: { externalId: null, name: null, email: null, type: 'system' },
        }),
      ]);
      await hearOf('per_dana');
    });

    it.each([
      ['nothing', {}, 'edcba'],
      ['an app', { app: { eq: 'okta' } }, 'edcba'],
      ['another connector', { connector: { in: ['con_box', 'con_none'] } }, ''],
      ['a time', { occurredAt: { gte: '2026-11-02T12:00:00Z', lt: '2026-11-04T12:00:00Z' } }, 'cb'],
      ['an event name, its beginning', { eventType: { startsWith: 'POLICY.' } }, 'c'],
      ['categories', { category: { in: ['ADMIN', 'DATA'] } }, 'c'],
      ['an outcome', { outcome: { ne: 'SUCCESS' } }, 'b'],
      ['an account', () => ({ account: { eq: danaId } }), 'ca'],
      ['accounts', () => ({ account: { in: [danaId, raviId] } }), 'dcba'],
      ['a person', { person: { eq: 'per_dana' } }, 'ca'],
      ['a person unknown', { person: { eq: 'per_nobody' } }, ''],
      ['activities of nobody known', { person: { isSet: false } }, 'edb'],
      ['an address of mail, which a missing one never differs from', { actorEmail: { ne: 'dana@acme.example' } }, 'b'],
      ['no address of mail', { actorEmail: { isSet: false } }, 'ed'],
      ['administration', { isAdminActivity: { eq: true } }, 'c'],
      ['a target by name, with signs that LIKE knows', { target: { contains: '100% SAFE_' } }, 'c'],
      ['a target by name, where such signs stand for themselves', { target: { contains: '100%safe' } }, ''],
      ['a target to the letter', { target: { eq: 'p1' } }, 'c'],
      ['a part of a target, to the letter', { target: { eq: 'p' } }, ''],
      ['targets other than one', { target: { ne: 'p2' } }, 'c'],
      ['an address in another notation', { ip: { eq: '2001:0db8:0007:0::9' } }, 'd'],
      ['addresses', { ip: { in: ['73.16.20.30', '2001:db8:7::9'] } }, 'db'],
      ['networks', { ip: { cidr: ['73.16.0.0/16', '2001:db8::/32'] } }, 'db'],
      ['all of IPv4', { ip: { cidr: ['0.0.0.0/0'] } }, 'cba'],
      ['no address', { ip: { isSet: false } }, 'e'],
      ['a country', { country: { in: ['US'] } }, 'b'],
      ['a country that is not', { country: { notIn: ['US'] } }, 'ca'],
      ['a city', { city: { contains: 'unic' } }, 'ca'],
      ['an operator', { asn: { eq: '7922' } }, 'b'],
      ['a client', { userAgent: { endsWith: 'firefox/140.0' } }, 'b'],
      ['a device', { device: { startsWith: 'Firefox' } }, 'b'],
      ['any text', { text: 'ravi' }, 'db'],
      ['what is not so, where a missing value is not so either', { not: { city: { eq: 'Munich' } } }, 'edb'],
      ['one of several', { anyOf: [{ country: { eq: 'US' } }, { isAdminActivity: { eq: true } }] }, 'cb'],
      [
        'all of several',
        { allOf: [{ outcome: { eq: 'SUCCESS' } }, { anyOf: [{ country: { eq: 'US' } }, { category: { eq: 'ADMIN' } }] }] },
        'c',
      ],
      ['one of none', { anyOf: [] }, ''],
    ])('by %s', async (_, given, expected) => {
      const filter = typeof given === 'function' ? given() : given;
      expect((await find(filter)).join('')).toBe(expected);
      const count = await ask('query ($filter: ActivityFilter) { activities(filter: $filter, first: 1) { totalCount } }', { filter });
      expect(count.data.activities.totalCount).toBe(expected.length);
    });

    it('page by page, newest or oldest first, without loss when something is added', async () => {
      const page = async (after: string | null, direction: string) =>
        (
          await ask(
            'query ($after: String, $d: ActivityOrderDirection!) { activities(first: 2, after: $after, orderBy: { direction: $d }) { nodes { externalId } pageInfo { hasNextPage endCursor } } }',
            { after, d: direction },
          )
        ).data.activities;
      const first = await page(null, 'DESC');
      await store([aRecord({ externalId: 'z', occurredAt: at(9) })]);
      const second = await page(first.pageInfo.endCursor, 'DESC');
      const third = await page(second.pageInfo.endCursor, 'DESC');
      expect([first, second, third].map(({ nodes }) => nodes.map(({ externalId }: { externalId: string }) => externalId).join(''))).toEqual(
        ['ed', 'cb', 'a'],
      );
      expect([first, second, third].map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual([true, true, false]);
      expect((await page(null, 'ASC')).nodes.map(({ externalId }: { externalId: string }) => externalId)).toEqual(['a', 'b']);
      const wrong = await get().ask(
        'query ($after: String) { activities(after: $after, orderBy: { direction: ASC }) { nodes { id } } }',
        { after: first.pageInfo.endCursor },
        ada(),
      );
      expect(wrong.errors?.[0]?.extensions?.code).toBe('CURSOR_INVALID');
    });

    it('of accounts, people and connectors in one request', async () => {
      const representations = [
        { __typename: 'Account', id: danaId },
        { __typename: 'Account', id: 'acc_nobody' },
        {
          __typename: 'Person',
          id: 'per_dana',
          accounts: [
            { __typename: 'Account', id: danaId },
            { __typename: 'Account', id: raviId },
          ],
        },
        { __typename: 'Connector', id: 'con_okta' },
      ];
      const list = 'activities(first: 2) { nodes { externalId } totalCount pageInfo { hasNextPage } coverage { state } }';
      const { data } = await ask(
        `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Account { ${list} alerts { totalCount } } ... on Person { ${list} alerts { totalCount } } ... on Connector { ${list} } } }`,
        { r: representations },
      );
      expect(
        data._entities.map(({ activities }: any) => [
          activities.nodes.map((node: any) => node.externalId).join(''),
          activities.totalCount,
          activities.pageInfo.hasNextPage,
        ]),
      ).toEqual([
        ['ca', 2, false],
        ['', 0, false],
        ['dc', 4, true],
        ['ed', 5, true],
      ]);
    });

    it('counted by properties and over time', async () => {
      const count = async (args: string) => (await ask(`{ activityCounts(${args}) { values from count } }`)).data.activityCounts;
      expect(await count('by: [CATEGORY, OUTCOME]')).toEqual([
        { values: ['SIGN_IN', 'SUCCESS'], from: null, count: 3 },
        { values: ['ADMIN', 'SUCCESS'], from: null, count: 1 },
        { values: ['SIGN_IN', 'FAILURE'], from: null, count: 1 },
      ]);
      expect(await count('by: [COUNTRY], top: 1, filter: { country: { isSet: true } }')).toEqual([
        { values: ['DE'], from: null, count: 2 },
      ]);
      expect(await count('by: [ADMIN], interval: "P2D", filter: { occurredAt: { lt: "2026-11-04T00:00:00Z" } }')).toEqual([
        { values: ['false'], from: '2026-11-01T00:00:00.000Z', count: 2 },
        { values: ['true'], from: '2026-11-03T00:00:00.000Z', count: 1 },
      ]);
      const codes = await Promise.all(
        ['by: []', 'by: [APP, APP]', 'by: [APP], top: 0', 'by: [APP], interval: "PT1S"'].map((args) =>
          get().ask(`{ activityCounts(${args}) { count } }`, {}, ada()),
        ),
      );
      expect(codes.map(({ errors }) => errors?.[0]?.extensions?.code)).toEqual(Array(4).fill('ACTIVITY_COUNT_INVALID'));
    });

    it('refuses filters without measure', async () => {
      let filter: object = { country: { eq: 'DE' } };
      for (let depth = 0; depth < 30; depth++) filter = { not: filter };
      const answer = await get().ask('query ($filter: ActivityFilter) { activities(filter: $filter) { nodes { id } } }', { filter }, ada());
      expect(answer.errors?.[0]?.extensions?.code).toBe('FILTER_TOO_LARGE');
    });
  });

  it('counts the event names that nobody knows', async () => {
    const odd = [1, 2, 3].map((n) =>
      aRecord({ externalId: `odd-${n}`, eventType: 'assistant.prompt.run', mapping: 'none', category: 'UNMAPPED', occurredAt: at(n) }),
    );
    await store(odd.slice(0, 2));
    await store(odd);
    const { data } = await ask('{ unmappedEventTypes { connector { id } eventType count firstSeenAt lastSeenAt } }');
    expect(data.unmappedEventTypes).toEqual([
      {
        connector: { id: 'con_okta' },
        eventType: 'assistant.prompt.run',
        count: 3,
        firstSeenAt: '2026-11-01T12:00:00.000Z',
        lastSeenAt: '2026-11-03T12:00:00.000Z',
      },
    ]);
  });

  describe('IP ranges', () => {
    const save = async (input: object, principal = ada()) =>
      (
        await ask(
          'mutation ($input: IpRangeInput!) { saveIpRange(input: $input) { ipRange { id name cidrs category tags country city updatedBy } problems { code path } } }',
          { input },
          principal,
        )
      ).data.saveIpRange;

    it('tag and place the activities that come after', async () => {
      await store([aRecord({ externalId: 'before', occurredAt: at(1), ...PLACES.boston })]);
      const input = {
        name: 'Berlin office',
        cidrs: ['73.16.20.0/24'],
        category: 'CORPORATE',
        tags: ['hq'],
        country: 'DE',
        city: 'Berlin',
        latitude: 52.5,
        longitude: 13.4,
      };
      const { ipRange, problems } = await save(input);
      expect([ipRange.name, ipRange.updatedBy, problems]).toEqual(['Berlin office', 'ada@acme.example', []]);
      await store([aRecord({ externalId: 'after', occurredAt: at(2), ...PLACES.boston, ipTags: ['proxy'] })]);
      const { data } = await ask('{ activities { nodes { externalId country city ipTags } } }');
      expect(data.activities.nodes).toEqual([
        { externalId: 'after', country: 'DE', city: 'Berlin', ipTags: ['corporate', 'hq'] },
        { externalId: 'before', country: 'US', city: 'Boston', ipTags: [] },
      ]);
      expect(await find({ ip: { tag: { eq: 'hq' } } })).toEqual(['after']);
    });

    it('can be changed and deleted, and say what is wrong with them', async () => {
      const office = { name: 'Office', cidrs: ['198.51.100.0/24'], category: 'CORPORATE' };
      const { ipRange } = await save(office);
      expect((await save({ ...office, id: ipRange.id, name: 'Old office' })).ipRange.name).toBe('Old office');
      expect((await save({ ...office, name: 'Other' })).problems).toEqual([{ code: 'IP_RANGE_TAKEN', path: ['input', 'cidrs'] }]);
      expect((await save({ ...office, name: ' ' })).problems).toEqual([{ code: 'IP_RANGE_INVALID', path: ['input', 'name'] }]);
      expect((await save({ ...office, id: 'rng_none' })).problems).toEqual([{ code: 'IP_RANGE_NOT_FOUND', path: ['id'] }]);
      const remove = async (principal = ada()) =>
        (await ask('mutation ($id: ID!) { deleteIpRange(id: $id) { deletedId problems { code } } }', { id: ipRange.id }, principal)).data
          .deleteIpRange;
      expect(await remove(anAdmin({ tenant: other }))).toEqual({ deletedId: null, problems: [{ code: 'IP_RANGE_NOT_FOUND' }] });
      expect(await remove()).toEqual({ deletedId: ipRange.id, problems: [] });
      expect((await ask('{ ipRanges { id } }')).data.ipRanges).toEqual([]);
    });
  });

  describe('a takeover', () => {
    const takeover = (day = 20, tag = '') => [
      aRecord({ externalId: `home${tag}`, occurredAt: at(day, 1, 32) }),
      ...Array.from({ length: 18 }, (_, n) =>
        aFailure({ externalId: `guess-${n}${tag}`, occurredAt: at(day, 2, 0, n * 26), ...PLACES.saoPaulo, userAgent: FIREFOX }),
      ),
      aRecord({ externalId: `entered${tag}`, occurredAt: at(day, 2, 12), ...PLACES.saoPaulo, userAgent: FIREFOX }),
    ];
    const usual = Array.from({ length: 18 }, (_, day) => aRecord({ externalId: `usual-${day}`, occurredAt: at(1 + day, 9) }));
    const alerts = async (args = '', principal = ada()) =>
      (
        await ask(
          `{ alerts${args} { totalCount nodes { id title severity status classification isFromHistory activityCount policy { id } accounts { id } assignee closedAt } } }`,
          {},
          principal,
        )
      ).data.alerts;

    it('raises one alert for the guessing, one for the travel and one for the country, and tells governance of each', async () => {
      await store([...usual, ...takeover()]);
      const { nodes } = await alerts();
      expect(
        nodes.map(({ title, severity, status, activityCount, accounts }: any) => ({ title, severity, status, activityCount, accounts })),
      ).toEqual(
        expect.arrayContaining([
          {
            title: 'Impossible travel: Dana Rivera in Germany and Brazil',
            severity: 'HIGH',
            status: 'OPEN',
            activityCount: 2,
            accounts: [{ id: danaId }],
          },
          {
            title: 'Signed in after many failures: Dana Rivera',
            severity: 'HIGH',
            status: 'OPEN',
            activityCount: 19,
            accounts: [{ id: danaId }],
          },
          {
            title: 'Infrequent country: Dana Rivera in Brazil',
            severity: 'MEDIUM',
            status: 'OPEN',
            activityCount: 1,
            accounts: [{ id: danaId }],
          },
        ]),
      );
      expect(nodes).toHaveLength(3);
      await get().service.begin();
      const ours = () => get().peers.delivered.filter(({ envelope }) => envelope.tenant === tenant);
      await waitFor(() => ours().length === 3);
      expect(ours().map(({ to, envelope }) => [to, envelope.message.type, (envelope.message as AlertOpened).accountIds])).toEqual(
        Array(3).fill(['governance', 'AlertOpened', [danaId]]),
      );
    });

    it('is told as history when it lies before the connection', async () => {
      await store([...usual, ...takeover()], { isBackfill: true });
      expect((await alerts()).nodes.map(({ isFromHistory }: any) => isFromHistory)).toEqual([true, true, true]);
      expect((await alerts('(filter: { isFromHistory: { eq: false } })')).totalCount).toBe(0);
    });

    it('shows its evidence, from both sides', async () => {
      await store([...usual, ...takeover()]);
      const { data } = await ask(
        '{ alerts(filter: { policy: { eq: "pol_impossible_travel" } }) { nodes { id activities { totalCount nodes { externalId alerts { policy { id } } } } attackTechniques explanation { policy { name } matched summary conditions { name holds } suppressions { name applied } baseline smallestChange } } } }',
      );
      const [alert] = data.alerts.nodes;
      expect(alert.activities).toMatchObject({
        totalCount: 2,
        nodes: [{ externalId: 'entered' }, { externalId: 'home', alerts: [{ policy: { id: 'pol_impossible_travel' } }] }],
      });
      expect(alert.explanation).toMatchObject({ matched: true, policy: { name: 'Impossible travel' } });
      expect(alert.explanation.suppressions.length).toBeGreaterThan(5);
      expect(await find({ alert: { eq: alert.id } })).toEqual(['entered', 'home']);
      expect((await find({ policy: { eq: 'pol_failed_logins' } }, ', first: 100')).length).toBe(19);
      expect((await find({ policy: { isSet: false } }, ', first: 100')).length).toBe(usual.length);
    });

    it('goes on in the same alert on the next day, and opens it again after it was closed', async () => {
      await store([...usual, ...takeover()]);
      const travel = '(filter: { policy: { eq: "pol_impossible_travel" } })';
      const [first] = (await alerts(travel)).nodes;
      await store(takeover(21, ' again'));
      expect((await alerts(travel)).nodes).toMatchObject([{ id: first.id, activityCount: 4 }]);
      await update([first.id], { status: 'CLOSED', classification: 'TRUE_POSITIVE' });
      await store(takeover(22, ' and again'));
      expect((await alerts(travel)).nodes).toHaveLength(2);
    });

    const update = async (ids: readonly string[], input: object, principal = ada()) =>
      (
        await ask(
          'mutation ($ids: [ID!]!, $input: UpdateAlertInput!) { updateAlerts(ids: $ids, input: $input) { alerts { id status classification reason assignee closedAt history { by comment changes } } problems { code path } } }',
          { ids, input },
          principal,
        )
      ).data.updateAlerts;

    it('is worked on by people, who see who did what', async () => {
      await store([...usual, ...takeover()]);
      const [alert] = (await alerts()).nodes;
      await update([alert.id], { status: 'IN_PROGRESS', assignee: 'bob@acme.example', comment: 'Looking.' });
      const { alerts: changed, problems } = await update(
        [alert.id, 'alr_none'],
        { status: 'CLOSED', classification: 'TRUE_POSITIVE', reason: 'Password reuse' },
        anAdmin({ tenant, subject: 'bob@acme.example' }),
      );
      expect(problems).toEqual([{ code: 'ALERT_NOT_FOUND', path: ['ids'] }]);
      expect(changed).toMatchObject([
        {
          status: 'CLOSED',
          classification: 'TRUE_POSITIVE',
          reason: 'Password reuse',
          assignee: 'bob@acme.example',
          closedAt: expect.any(String),
        },
      ]);
      expect(changed[0].history).toEqual([
        { by: 'ada@acme.example', comment: 'Looking.', changes: { status: 'IN_PROGRESS', assignee: 'bob@acme.example' } },
        { by: 'bob@acme.example', comment: null, changes: { status: 'CLOSED', classification: 'TRUE_POSITIVE', reason: 'Password reuse' } },
      ]);
      const again = await update([alert.id], { status: 'OPEN' });
      expect(again.alerts).toMatchObject([{ status: 'OPEN', classification: null, closedAt: null }]);
      expect((await update([], { status: 'OPEN' })).problems).toMatchObject([{ code: 'ALERT_UPDATE_INVALID' }]);
      expect((await update([alert.id], {})).problems).toMatchObject([{ code: 'ALERT_UPDATE_INVALID' }]);
      expect(
        (await alerts('(filter: { status: { in: [OPEN] }, severity: { notIn: [LOW] }, account: { eq: "' + danaId + '" } })')).totalCount,
      ).toBe(3);
    });

    it('that was harmless lets the place count as known', async () => {
      await store([
        ...usual,
        aRecord({ externalId: 'h0', occurredAt: at(19, 20) }),
        aRecord({ externalId: 't0', occurredAt: at(19, 21), ...PLACES.tokyo }),
      ]);
      const [alert] = (await alerts('(filter: { policy: { eq: "pol_impossible_travel" } })')).nodes;
      for (const day of [20, 21]) await store([aRecord({ externalId: `t${day}`, occurredAt: at(day, 21), ...PLACES.tokyo })]);
      const again = (tag: string, day: number) => [
        aRecord({ externalId: `h${tag}`, occurredAt: at(day, 20) }),
        aRecord({ externalId: `t${tag}`, occurredAt: at(day, 21), ...PLACES.tokyo }),
      ];
      await store(again('1', 24));
      expect((await alerts()).totalCount).toBe(3);
      await update(
        (await alerts()).nodes.map(({ id }: any) => id),
        { status: 'CLOSED', classification: 'BENIGN_POSITIVE' },
      );
      await store(again('2', 27));
      expect(alert.title).toContain('Japan');
      expect((await alerts()).totalCount).toBe(3);
    });

    it('is one alert for a person whose accounts lie in two apps', async () => {
      const box = { ...okta, connectorId: 'con_box', app: 'box' };
      const boxId = accountId(tenant, 'con_box', 'b1');
      const account = {
        personId: 'per_dana',
        username: null,
        email: null,
        displayName: 'Dana Rivera',
        status: 'ACTIVE',
        isAdmin: null,
        isExternal: null,
        type: 'person',
      } as const;
      for (const [connectorId, app, id, externalId] of [
        ['con_okta', 'okta', danaId, dana.externalId],
        ['con_box', 'box', boxId, 'b1'],
      ] as const) {
        await get().service.receive({
          id: `evt_${app}${tenant}`,
          tenant,
          subject: connectorId,
          sentAt: 1,
          message: { type: 'AccountsChanged', connectorId, app, version: 1, accounts: [{ id, externalId, ...account }] },
        });
      }
      await store([...usual, aRecord({ externalId: 'home', occurredAt: at(20, 9) })]);
      await store(
        [
          aRecord({
            externalId: 'download',
            occurredAt: at(20, 9, 40),
            category: 'DATA',
            actor: { ...dana, externalId: 'b1' },
            ...PLACES.tokyo,
          }),
        ],
        { key: box },
      );
      const { nodes } = await alerts('(filter: { policy: { eq: "pol_impossible_travel" } })');
      expect(nodes).toMatchObject([{ title: 'Impossible travel: Dana Rivera in Germany and Japan' }]);
      expect(nodes[0].accounts.map(({ id }: any) => id).sort()).toEqual([danaId, boxId].sort());
    });

    it('explains itself and its absence', async () => {
      await store([...usual, ...takeover()]);
      const byName = async (externalId: string): Promise<string> =>
        (await ask('{ activities(first: 100) { nodes { id externalId } } }')).data.activities.nodes.find(
          (node: any) => node.externalId === externalId,
        ).id;
      const why = async (externalId: string, policyId: string) =>
        (
          await ask(
            'query ($a: ID!, $p: ID!) { explain(activityId: $a, policyId: $p) { matched summary smallestChange conditions { name value expected holds } } }',
            { a: await byName(externalId), p: policyId },
          )
        ).data.explain;
      expect(await why('entered', 'pol_impossible_travel')).toMatchObject({ matched: true });
      expect(await why('usual-3', 'pol_impossible_travel')).toMatchObject({ matched: false });
      expect(await why('guess-3', 'pol_failed_logins')).toMatchObject({ matched: true });
      expect(await why('home', 'pol_failed_logins')).toMatchObject({ matched: false });
      expect(await why('home', 'pol_app_alert')).toMatchObject({ matched: false });
      const wrong = await get().ask('{ explain(activityId: "act_none", policyId: "pol_failed_logins") { matched } }');
      const other = await get().ask('{ explain(activityId: "act_none", policyId: "pol_none") { matched } }');
      expect([wrong, other].map(({ errors }) => errors?.[0]?.extensions?.code)).toEqual(['ACTIVITY_NOT_FOUND', 'POLICY_NOT_FOUND']);
    });

    it('is nobody else’s business', async () => {
      await store([...usual, ...takeover()]);
      await ask(
        'mutation { saveIpRange(input: { name: "Office", cidrs: ["198.51.100.0/24"], category: CORPORATE }) { problems { code } } }',
      );
      const [alert] = (await alerts()).nodes;
      const activity = (await ask('{ activities(first: 1) { nodes { id } } }')).data.activities.nodes[0];
      const apex = anAdmin({ tenant: other });
      const { data } = await ask(
        `query ($r: [_Any!]!) {
          activities { totalCount nodes { id } } activity(id: "${activity.id}") { id } alerts { totalCount nodes { id } } alert(id: "${alert.id}") { id }
          activityCounts(by: [APP]) { count } unmappedEventTypes { count } ipRanges { id }
          _entities(representations: $r) { ... on Account { activities { totalCount } alerts { totalCount } } ... on Connector { activities { totalCount } } }
        }`,
        {
          r: [
            { __typename: 'Account', id: danaId },
            { __typename: 'Connector', id: 'con_okta' },
          ],
        },
        apex,
      );
      expect(data).toEqual({
        ...{
          activities: { totalCount: 0, nodes: [] },
          activity: null,
          alerts: { totalCount: 0, nodes: [] },
          alert: null,
          activityCounts: [],
          unmappedEventTypes: [],
          ipRanges: [],
        },
        _entities: [{ activities: { totalCount: 0 }, alerts: { totalCount: 0 } }, { activities: { totalCount: 0 } }],
      });
      expect((await update([alert.id], { status: 'CLOSED' }, apex)).problems).toMatchObject([{ code: 'ALERT_NOT_FOUND' }]);
      expect(
        (await get().ask(`{ explain(activityId: "${activity.id}", policyId: "pol_failed_logins") { matched } }`, {}, apex)).errors?.[0]
          ?.extensions?.code,
      ).toBe('ACTIVITY_NOT_FOUND');
    });

    it('is gone with its connector, and nothing else', async () => {
      await store([...usual, ...takeover()]);
      await store([aRecord({ externalId: 'other' })], { key: { ...okta, connectorId: 'con_box', app: 'box' } });
      await get().service.sink!.erase(tenant, 'con_okta');
      await get().service.sink!.erase(tenant, 'con_okta');
      expect(await find({})).toEqual(['other']);
      expect((await get().service.sink!.position(okta)).cursor).toBeNull();
      await store([...usual, ...takeover()]);
      expect((await alerts()).totalCount).toBe(3);
    });
  });

  it("passes on an app's own alert with the events that it names, whichever comes first", async () => {
    const threat = aRecord({
      externalId: 'threat',
      eventType: 'security.threat.detected',
      category: 'THREAT',
      severity: 'CRITICAL',
      relatedEvents: ['seen', 'to come'],
      occurredAt: at(20, 10),
    });
    await store([aRecord({ externalId: 'seen', occurredAt: at(20, 9) })]);
    await store([threat]);
    await store([aRecord({ externalId: 'to come', occurredAt: at(20, 9, 30) })]);
    const { data } = await ask('{ alerts { nodes { title severity policy { id } activityCount activities { nodes { externalId } } } } }');
    expect(data.alerts.nodes).toEqual([
      {
        ...{ title: 'okta: security.threat.detected', severity: 'CRITICAL', policy: { id: 'pol_app_alert' }, activityCount: 3 },
        activities: { nodes: [{ externalId: 'threat' }, { externalId: 'to come' }, { externalId: 'seen' }] },
      },
    ]);
  });

  it('finds a new administrator, a new country and an anonymous address, and explains each', async () => {
    const known = Array.from({ length: 18 }, (_, day) => aRecord({ externalId: `known-${day}`, occurredAt: at(1 + day, 9) }));
    const grant = aRecord({
      ...{ externalId: 'grant', occurredAt: at(20, 10), eventType: 'user.account.privilege.grant', category: 'PRIVILEGE' },
      ...{ classUid: 3007, activityId: 16, isAdminActivity: true, targets: [{ type: 'User', externalId: '00u2', name: 'Noor' }] },
    });
    const journey = aRecord({ externalId: 'journey', occurredAt: at(22, 10), ...PLACES.tokyo });
    const tor = aRecord({ externalId: 'tor', occurredAt: at(20, 11), ipTags: ['TOR'] });
    await store([...known, grant, tor, journey]);
    await store([aRecord({ externalId: 'second day', occurredAt: at(23, 10), ...PLACES.tokyo })]);
    const { data } = await ask(
      '{ alerts { nodes { title severity policy { id } activities { nodes { id externalId } } explanation { matched conditions { holds } } } } }',
    );
    const found = data.alerts.nodes as any[];
    expect(
      found.map(({ title, severity, activities }) => [title, severity, activities.nodes.map((node: any) => node.externalId)]).sort(),
    ).toEqual([
      ['Anonymous address: Dana Rivera through the Tor network', 'HIGH', ['tor']],
      ['Infrequent country: Dana Rivera in Japan', 'LOW', ['journey']],
      ['New administrator: Noor, by Dana Rivera', 'MEDIUM', ['grant']],
    ]);
    for (const { policy, activities, explanation } of found) {
      const again = await ask('query ($a: ID!, $p: ID!) { explain(activityId: $a, policyId: $p) { matched conditions { holds } } }', {
        a: activities.nodes[0].id,
        p: policy.id,
      });
      expect(again.data.explain).toEqual(explanation);
      expect(explanation.matched).toBe(true);
    }
  });

  it('counts the people of a country, each once, from the day they were first there', async () => {
    const visitor = (n: number, day: number) =>
      aRecord({
        ...{ externalId: `visit-${n}-${day}`, occurredAt: at(day, 9), ...PLACES.tokyo },
        actor: { externalId: `00u${n}`, name: `Visitor ${n}`, email: null, type: 'person' },
      });
    await store(Array.from({ length: 18 }, (_, day) => aRecord({ externalId: `known-${day}`, occurredAt: at(1 + day, 9) })));
    await store([visitor(1, 18), visitor(2, 19), visitor(3, 21)]);
    await store([visitor(3, 17)]);
    await store([aRecord({ externalId: 'journey', occurredAt: at(20, 10), ...PLACES.tokyo })]);
    expect((await ask('{ alerts { nodes { title } } }')).data.alerts.nodes).toEqual([]);
    const [{ id }] = (
      await ask('{ activities(filter: { country: { eq: "JP" } }) { nodes { id externalId } } }')
    ).data.activities.nodes.filter(({ externalId }: any) => externalId === 'journey');
    const { data } = await ask(`{ explain(activityId: "${id}", policyId: "pol_infrequent_country") { matched baseline } }`);
    expect(data.explain).toEqual({ matched: false, baseline: { countries: { DE: 18 }, peopleThere: 3, people: 4 } });
  });

  it('knows an actor whom the app names only by address', async () => {
    await hearOf('per_dana');
    await store([aFailure({ externalId: 'a', actor: { externalId: null, name: 'DANA@acme.example', email: null, type: 'unknown' } })]);
    expect((await ask('{ activities { nodes { actor { id } } } }')).data.activities.nodes).toEqual([{ actor: { id: danaId } }]);
  });

  it('lists its policies', async () => {
    const { data } = await ask(
      '{ policies { id kind isEnabled attackTechniques parameters } anomalies: policies(kind: [ANOMALY]) { id } off: policies(enabled: false) { id } policy(id: "pol_failed_logins") { name severity } }',
    );
    expect(data.policies.map(({ id }: any) => id)).toEqual(BUILT_IN_POLICIES.map(({ id }) => id));
    expect([data.anomalies.length, data.off.length, data.policy.name]).toEqual([
      BUILT_IN_POLICIES.length - 1,
      0,
      'Multiple failed login attempts',
    ]);
  });

  it.each([
    ['activities:read', '{ activities { nodes { id } } }'],
    ['activities:read', '{ activity(id: "x") { id } }'],
    ['activities:read', '{ activityCounts(by: [APP]) { count } }'],
    ['activities:read', '{ unmappedEventTypes { count } }'],
    ['activities:read', '{ alerts { nodes { id } } }'],
    ['activities:read', '{ alert(id: "x") { id } }'],
    ['activities:read', '{ policies { id } }'],
    ['activities:read', '{ policy(id: "x") { id } }'],
    ['activities:read', '{ explain(activityId: "x", policyId: "y") { matched } }'],
    ['activities:read', '{ ipRanges { id } }'],
    ['activities:write', 'mutation { updateAlerts(ids: ["x"], input: { status: OPEN }) { problems { code } } }'],
    [
      'activities:write',
      'mutation { saveIpRange(input: { name: "x", cidrs: ["198.51.100.0/24"], category: OTHER }) { problems { code } } }',
    ],
    ['activities:write', 'mutation { deleteIpRange(id: "x") { problems { code } } }'],
  ])('refuses a token without %s: %s', async (scope, query) => {
    const answer = await get().ask(query, {}, anAdmin({ scopes: anAdmin().scopes.filter((one) => one !== scope) }));
    expect(answer.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });

  it('says what its answers rest on', async () => {
    const state = { name: 'ACTIVITIES', status: 'UP_TO_DATE', lastSuccessAt: Date.now(), isFirstSyncDone: true } as const;
    await get().service.receive({
      ...{ id: `evt_c${tenant}`, tenant, subject: 'con_okta', sentAt: 1 },
      message: {
        ...{
          type: 'ConnectorChanged',
          connectorId: 'con_okta',
          app: 'okta',
          name: 'Okta',
          status: 'CONNECTED',
          version: 1,
          connectedAt: 1,
          streams: [state],
        },
        ...{ capabilities: [], ownAccountExternalId: null, isRemoved: false },
      },
    });
    const { data } = await ask('{ activities { coverage { state reasons { code } } } alerts { coverage { state } } }');
    expect(data).toEqual({ activities: { coverage: { state: 'COMPLETE', reasons: [] } }, alerts: { coverage: { state: 'COMPLETE' } } });
  });
});

async function waitFor(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(condition()).toBe(true);
}
