import { jest } from '@jest/globals';

import { SCOPES, type Principal } from '#libs/contracts';
import { Database } from '#libs/platform';
import { FakeClock } from '#libs/testing';
import { anAdmin, startTestService, type TestService } from '#libs/testing/services';
import { isObjectType } from 'graphql';

import { aConnector, accountsChanged, anAccount, envelope, OKTA, succeeded } from './governance.builders.js';
import { governanceService } from './governance.module.js';

const bob = anAccount('bob', { personId: 'per_bob' });
const foreigner = anAdmin({ tenant: 'apex', subject: 'mallory@apex.example' });

let governance: TestService;
let actionId: string;

beforeEach(async () => {
  const clock = new FakeClock();
  governance = await startTestService(governanceService, { clock });
  for (const message of [aConnector(), accountsChanged([bob])]) await governance.service.receive(envelope(message));
  clock.advance(1_000);
  const { data } = await governance.ask(
    `mutation { suspendUser(input: { accountIds: ["${bob.id}"], reason: "stolen laptop" }) { actions { id } } }`,
  );
  actionId = data.suspendUser.actions[0].id;
  await governance.service.receive(envelope(succeeded(actionId, 20)));
  await governance.ask(`mutation { protectAccount(accountId: "${bob.id}", reason: "break glass") { problems { code } } }`);
});
afterEach(() => governance.close());

const REPRESENTATIONS = (): string =>
  `[{ __typename: "Action", id: "${actionId}" }, { __typename: "Account", id: "${bob.id}" }, { __typename: "Connector", id: "${OKTA}" }]`;
const input = (): string => `input: { accountIds: ["${bob.id}"], reason: "stolen laptop" }`;

describe('another tenant', () => {
  it('sees nothing of ours, by any query or entity look-up', async () => {
    const { data, errors } = await governance.ask(
      `{ actions { totalCount nodes { id } } action(id: "${actionId}") { id } protectedAccounts { reason } governanceLog { totalCount nodes { what } } verifyGovernanceLog { entries }
         previewAction(input: { kind: SUSPEND_USER, accountIds: ["${bob.id}"] }) { items { title } problems { code } budgetLeft }
         person: previewAction(input: { kind: SUSPEND_USER, personId: "per_bob" }) { items { title } problems { code } }
         _entities(representations: ${REPRESENTATIONS()}) { ... on Action { reason } ... on Account { actions { totalCount nodes { id } } availableActions } ... on Connector { availableActions } } }`,
      {},
      foreigner,
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      actions: { totalCount: 0, nodes: [] },
      action: null,
      protectedAccounts: [],
      governanceLog: { totalCount: 0, nodes: [] },
      verifyGovernanceLog: { entries: 0 },
      previewAction: { items: [], problems: [{ code: 'ACCOUNT_NOT_FOUND' }], budgetLeft: 100 },
      person: { items: [], problems: [{ code: 'PERSON_NOT_FOUND' }] },
      _entities: [null, { actions: { totalCount: 0, nodes: [] }, availableActions: [] }, { availableActions: [] }],
    });
  });

  it('changes nothing of ours, by any mutation, and is told the same as for what does not exist', async () => {
    const accountMutations = [
      'suspendUser',
      'unsuspendUser',
      'requireSignInAgain',
      'expirePassword',
      'deactivateUser',
      'revokeAdminPrivileges',
    ];
    const group = 'groupId: "grp_1", groupExternalId: "1"';
    const grant = 'grantId: "agr_1", grantExternalId: "1"';
    const mutations = [
      ...accountMutations.map((name) => `${name}(${input()}) { actions { id } problems { code message } }`),
      `removeFromGroup(input: { accountIds: ["${bob.id}"], reason: "stolen laptop", ${group} }) { actions { id } problems { code } }`,
      `revokeAppGrant(input: { accountId: "${bob.id}", reason: "stolen laptop", connectorId: "${OKTA}", ${grant} }) { actions { id } problems { code } }`,
      ...['cancelAction', 'retryAction'].map((name) => `${name}(id: "${actionId}") { actions { id } problems { code } }`),
      `revertAction(id: "${actionId}", reason: "laptop found") { actions { id } problems { code } }`,
      ...['protectAccount', 'unprotectAccount'].map(
        (name) => `${name}(accountId: "${bob.id}", reason: "break glass") { protectedAccount { reason } problems { code } }`,
      ),
    ];
    expect(mutations.map((text) => text.split('(')[0]).sort()).toEqual(fieldsOf('Mutation').sort());
    const before = (await governance.ask('{ governanceLog { totalCount } }')).data;
    for (const mutation of mutations) {
      const { data, errors } = await governance.ask(`mutation { answer: ${mutation} }`, {}, foreigner);
      expect(errors).toBeUndefined();
      expect(data.answer.actions ?? []).toEqual([]);
      expect(data.answer.protectedAccount ?? null).toBeNull();
      expect(['ACCOUNT_NOT_FOUND', 'ACTION_NOT_FOUND', 'ACTION_INPUT_INVALID']).toContain(data.answer.problems[0].code);
    }
    expect((await governance.ask('{ governanceLog { totalCount } }')).data).toEqual(before);
    expect((await governance.ask('{ protectedAccounts { reason } }')).data.protectedAccounts).toHaveLength(1);
  });
});

describe('a token that lacks the scope', () => {
  const without = (...lacking: string[]): Principal => anAdmin({ scopes: SCOPES.filter((scope) => !lacking.includes(scope)) });

  it('acts on nobody without governance:act, and nothing is recorded', async () => {
    const { data, errors } = await governance.ask(
      `mutation { unsuspendUser(${input()}) { actions { id } } }`,
      {},
      without('governance:act'),
    );
    expect([data, errors?.[0]?.extensions?.code]).toEqual([null, 'FORBIDDEN']);
    expect((await governance.ask('{ actions { totalCount } }')).data.actions.totalCount).toBe(1);
  });

  it('protects nobody without governance:write', async () => {
    const { errors } = await governance.ask(
      `mutation { unprotectAccount(accountId: "${bob.id}", reason: "why not") { problems { code } } }`,
      {},
      without('governance:write'),
    );
    expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    expect((await governance.ask('{ protectedAccounts { reason } }')).data.protectedAccounts).toHaveLength(1);
  });

  it('reads nothing without governance:read, not even through an entity', async () => {
    const queries = [
      'actions { totalCount }',
      `action(id: "${actionId}") { id }`,
      'protectedAccounts { reason }',
      'governanceLog { totalCount }',
      'verifyGovernanceLog { entries }',
      'previewAction(input: { kind: SUSPEND_USER }) { budgetLeft }',
      `_entities(representations: [{ __typename: "Account", id: "${bob.id}" }]) { ... on Account { availableActions } }`,
    ];
    expect(queries.map((text) => text.split(/[ ({]/)[0]).sort()).toEqual(
      [...fieldsOf('Query').filter((name) => name !== '_service')].sort(),
    );
    for (const query of queries) {
      const { errors } = await governance.ask(`{ answer: ${query} }`, {}, without('governance:read'));
      expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    }
  });
});

describe('what governance adds to accounts and connectors', () => {
  it('is looked up for all of them together', async () => {
    const many = Array.from({ length: 50 }, (_, n) => anAccount(`user${n}`));
    await governance.service.receive(envelope(accountsChanged(many, OKTA, 2)));
    const database = governance.service.app.get(Database);
    const query = jest.spyOn(database, 'query');
    const representations = [bob, ...many].map(({ id }) => ({ __typename: 'Account', id }));
    const { data } = await governance.ask(
      'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Account { availableActions actions(first: 2) { totalCount nodes { id revertedBy { id } attempts { attempt } } } } } }',
      { of: representations },
    );
    expect(data._entities[0]).toEqual({
      availableActions: [],
      actions: { totalCount: 1, nodes: [{ id: actionId, revertedBy: null, attempts: [{ attempt: 1 }] }] },
    });
    expect(data._entities[1]).toEqual({
      availableActions: expect.arrayContaining(['SUSPEND_USER', 'EXPIRE_PASSWORD']),
      actions: { totalCount: 0, nodes: [] },
    });
    expect(data._entities[1].availableActions).not.toContain('UNSUSPEND_USER');
    expect(query.mock.calls.length).toBeLessThanOrEqual(5);
    query.mockRestore();
  });
});

function fieldsOf(type: string): string[] {
  const found = governance.service.subgraph.schema.getType(type);
  return isObjectType(found) ? Object.keys(found.getFields()) : [];
}
