/* eslint-disable @typescript-eslint/no-explicit-any -- a test reads what it asked for */
import type { BulkPage, BulkSink, ConnectorChanged, EvidenceRecord, StreamKey } from '#libs/contracts';
import { accountId, type Json } from '#libs/kernel';
import { Outbox } from '#libs/platform';
import { providerOf } from '#libs/providers';
import { FakeClock } from '#libs/testing';
import { anAdmin, startTestService, type TestService } from '#libs/testing/services';

import { postureService } from './posture.module.js';

const DAY = 86_400_000;
const NOW = '2026-11-20T12:00:00.000Z';
const WHY = 'The owner of the app has agreed to this in writing.';
const SETTINGS = 'GET /restapi/v2.1/accounts/{accountId}/settings';
const ACTIVE_USERS = 'GET /restapi/v2.1/accounts/{accountId}/users?additional_info=true&status=Active';
const PROVIDERS = 'GET /management/v2/organizations/{organizationId}/identity_providers';

let clock: FakeClock;
let test: TestService;
let pageNumber = 0;

beforeEach(async () => {
  clock = new FakeClock(NOW);
  test = await startTestService(postureService, { clock });
});
afterEach(() => test.close());

const now = (): number => clock.now().getTime();
const sink = (): BulkSink => test.service.sink!;

function keyOf(connectorId = 'con_1', tenant = 'acme'): StreamKey {
  return { tenant, connectorId, app: 'docusign', stream: 'SETTINGS', feed: 'main' };
}

function read(operation: string, document: Json, scope = 'acc-1'): EvidenceRecord {
  return { kind: 'evidence', operation, scope, scopeName: `Account ${scope}`, outcome: { is: 'read', document }, readAt: now() };
}

function refused(operation: string, missing: string[]): EvidenceRecord {
  return { kind: 'evidence', operation, scope: 'acc-1', outcome: { is: 'refused', missing, message: 'insufficient scope' }, readAt: now() };
}

/** The pages of one full listing, as the connectors service hands them over. */
async function list(records: readonly EvidenceRecord[], key = keyOf()): Promise<BulkPage[]> {
  pageNumber += 1;
  const syncId = `run_${pageNumber}`;
  const { cursor } = await sink().position(key);
  const page = { key, fence: 1, readAt: now() };
  const complete = ['evidence'] as const;
  const pages: BulkPage[] = [
    { ...page, from: cursor, next: `${syncId}#1`, records, listing: { syncId, isLast: false, complete } },
    { ...page, from: `${syncId}#1`, next: `${syncId}#2`, records: [], listing: { syncId, isLast: true, complete } },
  ];
  for (const one of pages) await sink().store(one);
  return pages;
}

async function hear(change: Partial<ConnectorChanged> = {}, tenant = 'acme'): Promise<void> {
  const message: ConnectorChanged = {
    type: 'ConnectorChanged',
    connectorId: 'con_1',
    app: 'docusign',
    name: 'Docusign',
    status: 'CONNECTED',
    version: 1,
    connectedAt: now(),
    streams: [{ name: 'SETTINGS', status: 'UP_TO_DATE', lastSuccessAt: now(), isFirstSyncDone: true }],
    capabilities: [],
    ownAccountExternalId: null,
    isRemoved: false,
    ...change,
  };
  await test.service.receive({
    id: `evt_${tenant}_${message.connectorId}_${message.version}`,
    tenant,
    subject: message.connectorId,
    sentAt: now(),
    message,
  });
}

const FINDING = `id control { id title } connector { id } outcome status share unknownReason explanation missingScopes earned possible since evaluatedAt evidenceAt
  affectedCount affected { type id name scope account { __typename id } } evidence decision { status isInForce } decisions { status reason }`;

async function findingOf(control: string, tenant = 'acme'): Promise<any> {
  const { data, errors } = await test.ask(
    `query ($control: String) { findings(filter: { control: { eq: $control } }) { nodes { ${FINDING} } } }`,
    { control },
    anAdmin({ tenant }),
  );
  expect(errors).toBeUndefined();
  return data.findings.nodes[0];
}

const SCORE =
  'percent verified claimed accepted possible unknown floor coveragePercent grade asOf failedCritical weakestConnector { id } coverage { state }';

async function scoreOf(args = '', tenant = 'acme'): Promise<any> {
  const { data, errors } = await test.ask(`{ secureScore${args} { ${SCORE} } }`, {}, anAdmin({ tenant }));
  expect(errors).toBeUndefined();
  return data.secureScore;
}

const DECIDE = `mutation ($ids: [ID!]!, $input: FindingStatusInput!) {
  setFindingStatus(ids: $ids, input: $input) { findings { id status earned } problems { code path message } } }`;

async function decide(ids: string[], input: Record<string, unknown>): Promise<any> {
  const { data, errors } = await test.ask(DECIDE, { ids, input });
  expect(errors).toBeUndefined();
  return data.setFindingStatus;
}

describe('after a listing of settings', () => {
  it('every control of the app has a finding, also what was never read', async () => {
    await list([read(SETTINGS, { sessionTimeout: '20' })]);
    const { data } = await test.ask('{ findings(first: 1000) { totalCount nodes { outcome } } }');
    expect(data.findings.totalCount).toBe(providerOf('docusign')!.controls.length);
    expect(await findingOf('docusign.session-timeout')).toMatchObject({
      outcome: 'PASS',
      status: 'COMPLETED',
      earned: 9,
      possible: 9,
      since: NOW,
    });
    expect(await findingOf('docusign.single-session')).toMatchObject({
      outcome: 'UNKNOWN',
      unknownReason: 'FIELD_MISSING',
      earned: 0,
      possible: 0,
    });
    expect(await findingOf('docusign.monitor-enabled')).toMatchObject({
      outcome: 'UNKNOWN',
      unknownReason: 'NOT_COLLECTED',
      evidenceAt: null,
    });
  });

  it('shows what was found, where and when', async () => {
    await list([read(SETTINGS, { sessionTimeout: '480' })]);
    const { outcome, evidence } = await findingOf('docusign.session-timeout');
    expect(outcome).toBe('FAIL');
    expect(evidence).toMatchObject({
      operation: SETTINGS,
      expected: { operator: 'between', value: [1, 20] },
      documents: [{ scope: 'Account acc-1', found: '480', readAt: NOW }],
    });
  });

  it('names the accounts at fault, under the ids that inventory knows', async () => {
    await list([
      read(ACTIVE_USERS, {
        users: [
          { userId: 'u1', userName: 'Ada', lastLogin: NOW },
          { userId: 'u2', userName: 'Bob', lastLogin: '2020-01-01T00:00:00Z' },
        ],
      }),
    ]);
    expect(await findingOf('docusign.dormant-users')).toMatchObject({
      outcome: 'FAIL',
      share: 0.5,
      earned: 2.5,
      affectedCount: 1,
      affected: [{ type: 'ACCOUNT', id: 'u2', name: 'Bob', account: { __typename: 'Account', id: accountId('acme', 'con_1', 'u2') } }],
    });
  });

  it('says which scope is missing instead of guessing', async () => {
    await list([refused(PROVIDERS, ['identity_provider_read'])]);
    expect(await findingOf('docusign.sso-provider-configured')).toMatchObject({
      outcome: 'UNKNOWN',
      unknownReason: 'FORBIDDEN',
      missingScopes: ['identity_provider_read'],
    });
  });

  it('takes the mean over several accounts, and gives no points to a switch that is right in one of two', async () => {
    await list([read(SETTINGS, { sessionTimeout: '20' }, 'acc-1'), read(SETTINGS, { sessionTimeout: '480' }, 'acc-2')]);
    expect(await findingOf('docusign.session-timeout')).toMatchObject({ outcome: 'FAIL', share: 0.5, earned: 0 });
  });

  it('forgets an account that the next full listing no longer shows, and keeps all when a listing broke off', async () => {
    await list([read(SETTINGS, { sessionTimeout: '20' }, 'acc-1'), read(SETTINGS, { sessionTimeout: '480' }, 'acc-2')]);
    const { cursor } = await sink().position(keyOf());
    const listing = { syncId: 'run_broken', isLast: false, complete: ['evidence'] as const };
    await sink().store({
      key: keyOf(),
      fence: 1,
      from: cursor,
      next: 'run_broken#1',
      records: [read(SETTINGS, { sessionTimeout: '20' }, 'acc-1')],
      listing,
      readAt: now(),
    });
    await test.ask('mutation { evaluatePosture(connectorId: "con_1") { controlsEvaluated } }');
    expect(await findingOf('docusign.session-timeout')).toMatchObject({ share: 0.5 });
    await list([read(SETTINGS, { sessionTimeout: '20' }, 'acc-1')]);
    expect(await findingOf('docusign.session-timeout')).toMatchObject({ outcome: 'PASS', share: 1 });
  });

  it('refuses the same page again, and nothing changes', async () => {
    const pages = await list([read(SETTINGS, { sessionTimeout: '20' })]);
    const before = [await findingOf('docusign.session-timeout'), await sink().position(keyOf())];
    for (const page of pages) await expect(sink().store(page)).rejects.toMatchObject({ code: 'BULK_PAGE_STALE' });
    expect([await findingOf('docusign.session-timeout'), await sink().position(keyOf())]).toEqual(before);
  });

  it('counts an unchanged document as unchanged, but knows when it was seen', async () => {
    await list([read(SETTINGS, { sessionTimeout: '20' })]);
    clock.advance(DAY);
    const { cursor } = await sink().position(keyOf());
    const stored = await sink().store({
      key: keyOf(),
      fence: 1,
      from: cursor,
      next: 'x',
      records: [read(SETTINGS, { sessionTimeout: '20' })],
      readAt: now(),
    });
    expect(stored.changed).toBe(0);
    await test.ask('mutation { evaluatePosture(connectorId: "con_1") { controlsEvaluated } }');
    expect((await findingOf('docusign.session-timeout')).evidenceAt).toBe('2026-11-21T12:00:00.000Z');
  });

  it('takes a document read on its own, such as after a setting was changed', async () => {
    await list([read(SETTINGS, { sessionTimeout: '480' })]);
    clock.advance(1_000);
    await sink().touch(keyOf(), [read(SETTINGS, { sessionTimeout: '15' })], now());
    expect(await findingOf('docusign.session-timeout')).toMatchObject({ outcome: 'PASS' });
  });

  it('sets a monstrous answer aside as unreadable and judges the rest', async () => {
    let deep: Json = {};
    for (let level = 0; level < 5_000; level++) deep = { deep };
    await list([read(SETTINGS, deep), read(PROVIDERS, { identity_providers: [{ id: '1' }] })]);
    expect(await findingOf('docusign.session-timeout')).toMatchObject({ outcome: 'UNKNOWN', unknownReason: 'ERROR' });
    expect(await findingOf('docusign.sso-provider-configured')).toMatchObject({ outcome: 'PASS' });
  });
});

describe('as time passes', () => {
  it('evidence older than seven days proves nothing: the finding, the filter and the score say so at once', async () => {
    await list([read(SETTINGS, { sessionTimeout: '20' })]);
    clock.advance(7 * DAY + 1);
    expect(await findingOf('docusign.session-timeout')).toMatchObject({
      outcome: 'UNKNOWN',
      unknownReason: 'STALE',
      status: 'TO_ADDRESS',
      possible: 0,
    });
    const { data } = await test.ask(
      '{ pass: findings(filter: { outcome: { in: [PASS] } }) { totalCount } done: findings(filter: { status: { in: [COMPLETED] } }) { totalCount } }',
    );
    expect(data).toEqual({ pass: { totalCount: 0 }, done: { totalCount: 0 } });
    expect(await scoreOf()).toMatchObject({ percent: null, verified: 0, grade: null });
  });

  it('a read that failed leaves the evidence before it, until that is stale', async () => {
    await list([read(SETTINGS, { sessionTimeout: '20' })]);
    clock.advance(DAY);
    await list([{ ...read(SETTINGS, null), outcome: { is: 'failed', message: 'HTTP 503' } }]);
    expect(await findingOf('docusign.session-timeout')).toMatchObject({
      outcome: 'PASS',
      explanation: expect.stringContaining('HTTP 503'),
    });
  });

  it('an outcome that becomes worse is drift and a message, one that becomes better is a message', async () => {
    await list([read(SETTINGS, { sessionTimeout: '20', disableUserSharing: 'false' })]);
    clock.advance(DAY);
    await list([read(SETTINGS, { sessionTimeout: '480', disableUserSharing: 'true' })]);
    const { data } = await test.ask(
      `{ postureDrift { totalCount nodes { controlId fromOutcome toOutcome fromShare toShare lastGoodAt detectedAt before finding { outcome } } } }`,
    );
    expect(data.postureDrift.totalCount).toBe(1);
    expect(data.postureDrift.nodes[0]).toMatchObject({
      controlId: 'docusign.session-timeout',
      fromOutcome: 'PASS',
      toOutcome: 'FAIL',
      lastGoodAt: NOW,
      finding: { outcome: 'FAIL' },
      before: { documents: [{ found: '20' }] },
    });
    const told = (await test.service.app.get(Outbox).waiting(1_000)).map(({ tenant, subject, message }) => ({
      tenant,
      subject,
      ...message,
    }));
    expect(told.slice(-2)).toEqual(
      [
        ['docusign.session-timeout', 'PASS', 'FAIL'],
        ['docusign.user-sharing-off', 'FAIL', 'PASS'],
      ].map(([controlId, from, to]) => ({
        tenant: 'acme',
        subject: 'con_1',
        type: 'FindingChanged',
        findingId: expect.stringMatching(/^fnd_/),
        controlId,
        connectorId: 'con_1',
        from,
        to,
        at: now(),
      })),
    );
    expect(told).toHaveLength(providerOf('docusign')!.controls.length + 2);
  });
});

describe('the score', () => {
  it('adds up the connectors, and names the weakest', async () => {
    await hear();
    await hear({ connectorId: 'con_2' });
    await list([read(SETTINGS, { sessionTimeout: '20' })]);
    await list([read(SETTINGS, { sessionTimeout: '480' })], keyOf('con_2'));
    expect(await scoreOf()).toMatchObject({
      percent: 50,
      verified: 9,
      claimed: 0,
      possible: 18,
      weakestConnector: { id: 'con_2' },
      coverage: { state: 'COMPLETE' },
    });
    expect(await scoreOf('(connector: "con_1")')).toMatchObject({ percent: 100, possible: 9 });
    expect(await scoreOf('(app: "okta")')).toMatchObject({ percent: null, possible: 0 });
  });

  it('of a connector that was never read is none, with everything unknown', async () => {
    await hear();
    const total = providerOf('docusign')!.controls.reduce((sum, { points }) => sum + points, 0);
    expect(await scoreOf('(connector: "con_1")')).toMatchObject({ percent: null, unknown: total, coveragePercent: 0 });
  });

  it('of a connector and its findings come with the connector, for many in one go', async () => {
    await list([read(SETTINGS, { sessionTimeout: '480' })]);
    const { data, errors } = await test.ask(
      `query ($references: [_Any!]!) { _entities(representations: $references) { ... on Connector { id secureScore { percent } findings(filter: { outcome: { in: [FAIL] } }) { control { id } } } } }`,
      { references: ['con_1', 'con_unknown'].map((id) => ({ __typename: 'Connector', id })) },
    );
    expect(errors).toBeUndefined();
    expect(data._entities).toEqual([
      { id: 'con_1', secureScore: { percent: 0 }, findings: [{ control: { id: 'docusign.session-timeout' } }] },
      { id: 'con_unknown', secureScore: null, findings: [] },
    ]);
  });

  it('has a history that tells what changed it', async () => {
    await list([read(SETTINGS, { sessionTimeout: '480', disableUserSharing: 'true' })]);
    clock.advance(DAY);
    await list([read(SETTINGS, { sessionTimeout: '20', disableUserSharing: 'true' })]);
    const { data, errors } = await test.ask(
      `{ secureScoreHistory(from: "2026-11-01T00:00:00Z", to: "2026-12-01T00:00:00Z", connector: "con_1") { at percent verified change { scope catalogue coverage decisions configuration } } }`,
    );
    expect(errors).toBeUndefined();
    const points = data.secureScoreHistory;
    expect(points).toHaveLength(2);
    expect(points[0]).toMatchObject({ verified: 4, change: null });
    expect(points[1]).toMatchObject({ percent: 100, verified: 13 });
    expect(points[1].change.configuration).toBeCloseTo(100 - (100 * 4) / 13);
  });

  it('refuses a history that ends before it begins', async () => {
    const { errors } = await test.ask('{ secureScoreHistory(from: "2026-12-01T00:00:00Z", to: "2026-11-01T00:00:00Z") { at } }');
    expect(errors?.[0]?.extensions?.code).toBe('POSTURE_HISTORY_RANGE_INVALID');
  });

  it('leaves out a connector that was removed, and its history ends there', async () => {
    await hear();
    await list([read(SETTINGS, { sessionTimeout: '480' })]);
    clock.advance(DAY);
    await hear({ version: 2, isRemoved: true });
    expect(await scoreOf()).toMatchObject({ percent: null, possible: 0, unknown: 0 });
    expect(await findingOf('docusign.session-timeout')).toBeUndefined();
    const { data } = await test.ask('{ secureScoreHistory(from: "2026-11-01T00:00:00Z", to: "2026-12-01T00:00:00Z") { possible } }');
    expect(data.secureScoreHistory).toEqual([{ possible: 9 }, { possible: 0 }]);
  });

  it('forgets all of a connector whose data was erased, and a page that comes too late leaves nothing', async () => {
    await list([read(SETTINGS, { sessionTimeout: '480' })]);
    await hear({ version: 2, isRemoved: true });
    await sink().erase('acme', 'con_1');
    await sink().erase('acme', 'con_1');
    await list([read(SETTINGS, { sessionTimeout: '480' })]);
    const { data } = await test.ask(
      '{ findings { totalCount } postureDrift { totalCount } secureScoreHistory(from: "2026-11-01T00:00:00Z", to: "2026-12-01T00:00:00Z") { at } }',
    );
    expect(data).toEqual({ findings: { totalCount: 0 }, postureDrift: { totalCount: 0 }, secureScoreHistory: [] });
  });
});

describe('a decision', () => {
  const until = new Date(Date.parse(NOW) + 30 * DAY).toISOString();
  let finding: { id: string };
  beforeEach(async () => {
    await list([read(SETTINGS, { sessionTimeout: '480', disableUserSharing: 'true' })]);
    finding = await findingOf('docusign.session-timeout');
  });

  it('that a third party does it earns claimed points, never verified ones, until it expires', async () => {
    const made = await decide([finding.id], { status: 'RESOLVED_BY_THIRD_PARTY', reason: WHY, product: 'Acme Proxy', expiresAt: until });
    expect(made).toEqual({ findings: [{ id: finding.id, status: 'RESOLVED_BY_THIRD_PARTY', earned: 9 }], problems: [] });
    expect(await scoreOf()).toMatchObject({ percent: 100, verified: 4, claimed: 9 });
    clock.set(until);
    await list([read(SETTINGS, { sessionTimeout: '480', disableUserSharing: 'true' })]);
    expect(await findingOf('docusign.session-timeout')).toMatchObject({
      status: 'TO_ADDRESS',
      earned: 0,
      decision: { status: 'RESOLVED_BY_THIRD_PARTY', isInForce: false },
    });
    expect(await scoreOf()).toMatchObject({ verified: 4, claimed: 0 });
  });

  it('to accept the risk earns nothing', async () => {
    await decide([finding.id], { status: 'RISK_ACCEPTED', reason: WHY, expiresAt: until });
    expect(await scoreOf()).toMatchObject({ verified: 4, claimed: 0, accepted: 9, possible: 13 });
    const { data } = await test.ask('{ findings(filter: { status: { in: [RISK_ACCEPTED] } }) { nodes { control { id } } } }');
    expect(data.findings.nodes).toEqual([{ control: { id: 'docusign.session-timeout' } }]);
  });

  it('is kept when the next supersedes it, newest first', async () => {
    await decide([finding.id], { status: 'PLANNED', reason: WHY });
    await decide([finding.id], { status: 'TO_ADDRESS', reason: 'It turned out that nobody has the time for it.' });
    expect(await findingOf('docusign.session-timeout')).toMatchObject({
      status: 'TO_ADDRESS',
      decisions: [{ status: 'TO_ADDRESS' }, { status: 'PLANNED', reason: WHY }],
    });
  });

  it('survives the next judging', async () => {
    await decide([finding.id], { status: 'PLANNED', reason: WHY });
    await list([read(SETTINGS, { sessionTimeout: '481' })]);
    expect(await findingOf('docusign.session-timeout')).toMatchObject({ status: 'PLANNED', outcome: 'FAIL' });
  });

  it('gives way to evidence', async () => {
    await decide([finding.id], { status: 'RISK_ACCEPTED', reason: WHY, expiresAt: until });
    clock.advance(1);
    await list([read(SETTINGS, { sessionTimeout: '20' })]);
    expect(await findingOf('docusign.session-timeout')).toMatchObject({ status: 'COMPLETED' });
  });

  it('is refused by name where something is missing, and the others are made', async () => {
    expect(await decide([finding.id], { status: 'COMPLETED', reason: WHY })).toMatchObject({
      findings: [],
      problems: [{ code: 'POSTURE_COMPLETED_ONLY_BY_EVIDENCE' }],
    });
    expect(await decide([], { status: 'PLANNED', reason: WHY })).toMatchObject({ problems: [{ code: 'POSTURE_FINDING_IDS_INVALID' }] });
    const made = await decide([finding.id, 'fnd_none'], { status: 'PLANNED', reason: WHY });
    expect(made).toMatchObject({ findings: [{ id: finding.id }], problems: [{ code: 'POSTURE_FINDING_NOT_FOUND', path: ['ids', '1'] }] });
  });
});

describe('controls', () => {
  it('are listed without any connector, with what to do', async () => {
    const { data, errors } = await test.ask(
      '{ controls(app: "docusign") { id app { id } category severity points remediation references { standard section } impact } control(id: "docusign.session-timeout") { title } }',
    );
    expect(errors).toBeUndefined();
    expect(data.controls.length).toBe(providerOf('docusign')!.controls.length);
    expect(data.controls[0].remediation).toMatch(/^1\. .+\n2\. /);
    expect(data.control.title).toBeTruthy();
  });
});

describe('the walls', () => {
  const OPERATIONS = [
    '{ controls { id } }',
    '{ findings { nodes { id } } }',
    '{ secureScore { percent } }',
    '{ secureScoreHistory(from: "2026-11-01T00:00:00Z", to: "2026-12-01T00:00:00Z") { at } }',
    '{ postureDrift { totalCount } }',
    'mutation { evaluatePosture(connectorId: "con_1") { controlsEvaluated } }',
    'mutation { setFindingStatus(ids: ["x"], input: { status: PLANNED, reason: "" }) { problems { code } } }',
    'query { _entities(representations: [{ __typename: "Finding", id: "x" }]) { ... on Finding { id } } }',
    'query { _entities(representations: [{ __typename: "Connector", id: "con_1" }]) { ... on Connector { secureScore { percent } } } }',
  ];

  it.each(OPERATIONS)('%s is refused without the scope', async (operation) => {
    await list([read(SETTINGS, { sessionTimeout: '480' })]);
    const { id } = await findingOf('docusign.session-timeout');
    const { errors } = await test.ask(
      operation.replaceAll('"x"', `"${id}"`),
      {},
      anAdmin({ scopes: ['inventory:read', 'connectors:read'] }),
    );
    expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });

  it('a reader may not decide', async () => {
    const { errors } = await test.ask(OPERATIONS[6]!, {}, anAdmin({ scopes: ['posture:read'] }));
    expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });

  it('another tenant sees and changes nothing, by list, id, filter, cursor or reference', async () => {
    await hear();
    await list([read(SETTINGS, { sessionTimeout: '20' })]);
    clock.advance(DAY);
    await list([read(SETTINGS, { sessionTimeout: '480' })]);
    const finding = await findingOf('docusign.session-timeout');
    const { data: own } = await test.ask('{ findings(first: 1) { pageInfo { endCursor } } }');
    const stranger = anAdmin({ tenant: 'apex' });
    const { data, errors } = await test.ask(
      `query ($id: ID!, $cursor: String) { findings(after: $cursor) { totalCount nodes { id } } byConnector: findings(filter: { connector: { eq: "con_1" } }) { nodes { id } coverage { state reasons { message } } }
        finding(id: $id) { id } postureDrift(connector: "con_1") { totalCount nodes { id } } secureScore { possible unknown }
        secureScoreHistory(from: "2026-11-01T00:00:00Z", to: "2026-12-01T00:00:00Z", connector: "con_1") { at }
        _entities(representations: [{ __typename: "Finding", id: "${finding.id}" }, { __typename: "Connector", id: "con_1" }]) { ... on Finding { id } ... on Connector { secureScore { percent } findings { id } } } }`,
      { id: finding.id, cursor: own.findings.pageInfo.endCursor },
      stranger,
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      findings: { totalCount: 0, nodes: [] },
      byConnector: { nodes: [], coverage: { state: 'UNAVAILABLE', reasons: [] } },
      finding: null,
      postureDrift: { totalCount: 0, nodes: [] },
      secureScore: { possible: 0, unknown: 0 },
      secureScoreHistory: [],
      _entities: [null, { secureScore: null, findings: [] }],
    });
    expect((await test.ask('{ secureScore(connector: "con_1") { percent } }', {}, stranger)).errors?.[0]?.extensions?.code).toBe(
      'POSTURE_CONNECTOR_NOT_FOUND',
    );
    const evaluated = await test.ask(
      'mutation { evaluatePosture(connectorId: "con_1") { controlsEvaluated problems { code } } }',
      {},
      stranger,
    );
    expect(evaluated.data.evaluatePosture).toEqual({ controlsEvaluated: 0, problems: [{ code: 'POSTURE_CONNECTOR_NOT_FOUND' }] });
    const decided = await test.ask(DECIDE, { ids: [finding.id], input: { status: 'PLANNED', reason: WHY } }, stranger);
    expect(decided.data.setFindingStatus).toMatchObject({ findings: [], problems: [{ code: 'POSTURE_FINDING_NOT_FOUND' }] });
    expect(await findingOf('docusign.session-timeout')).toEqual(finding);
  });
});

describe('the list of findings', () => {
  it('begins with the most urgent and goes on where the page before ended', async () => {
    await list([read(SETTINGS, { sessionTimeout: '20' })]);
    await list([read(SETTINGS, { sessionTimeout: '20' })], keyOf('con_2'));
    const seen: { id: string; control: { severity: string; points: number } }[] = [];
    for (let after: string | null = null; ;) {
      const { data }: { data: any } = await test.ask(
        'query ($after: String) { findings(first: 7, after: $after) { nodes { id control { severity points } } pageInfo { hasNextPage endCursor } } }',
        { after },
      );
      seen.push(...data.findings.nodes);
      if (!data.findings.pageInfo.hasNextPage) break;
      after = data.findings.pageInfo.endCursor;
    }
    expect(new Set(seen.map(({ id }) => id)).size).toBe(2 * providerOf('docusign')!.controls.length);
    const ranks = seen.map(({ control }) => ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'].indexOf(control.severity) * 100 + control.points);
    expect(ranks).toEqual([...ranks].sort((a, b) => b - a));
  });

  it('nests its filters, and refuses one that is too deep', async () => {
    await list([read(SETTINGS, { sessionTimeout: '480' })]);
    const { data } = await test.ask(
      '{ findings(filter: { anyOf: [{ control: { contains: "SESSION-TIME" }, outcome: { in: [FAIL] } }, { severity: { in: [CRITICAL] } }], not: { app: { eq: "okta" } } }) { nodes { control { id severity } } } }',
    );
    const ids = data.findings.nodes.map((node: { control: { id: string } }) => node.control.id);
    expect(ids).toContain('docusign.session-timeout');
    expect(
      data.findings.nodes.filter((node: { control: { id: string; severity: string } }) => node.control.severity !== 'CRITICAL'),
    ).toHaveLength(1);
    const deep = `${'not: { '.repeat(9)}app: { eq: "x" }${' }'.repeat(9)}`;
    expect((await test.ask(`{ findings(filter: { ${deep} }) { nodes { id } } }`)).errors?.[0]?.extensions?.code).toBe(
      'POSTURE_FILTER_TOO_LARGE',
    );
  });
});
