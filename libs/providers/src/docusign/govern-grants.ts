import type { InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import { AppFailure, at, flag, list, text, type ActionPlan, type AppClient, type PlanTarget } from '../sdk/index.js';

import { accountOf, baseOf, sameId, type AccountFact } from './facts.js';
import { delegationsOf, toDelegationGrant, toWebhookGrant, webhooksOf, type Delegation, type Webhook } from './grants.js';
import { OPERATIONS, pathOf } from './operations.js';
import { needed } from './people.js';

export const revokeAppGrant: ActionPlan = {
  kind: 'REVOKE_APP_GRANT',
  title: 'Switch a webhook off, or end shared access',
  effect:
    'A webhook gets no more envelopes; shared access ends at once. The consent that a user gave to an app cannot be taken back by API.',
  target: 'app-grant',
  scopes: ['signature'],
  observe,
  isDone: (observed) => at(observed, 'isGranted') !== true,
  run: revoke,
  revert: {
    by: grantAgain,
    isDone: (observed, before) => at(observed, 'isGranted') === at(before, 'isGranted'),
    note: 'Shared access is given again with the dates it had; Docusign gives it a new number.',
  },
  refresh,
};

type Grant =
  | { readonly is: 'webhook'; readonly account: AccountFact; readonly connectId: string }
  | {
      readonly is: 'delegation';
      readonly account: AccountFact;
      readonly principalId: string;
      readonly agentId: string;
      readonly permission: string;
    };

function grantOf(app: AppClient, target: PlanTarget): Grant {
  const [accountId = '', kind, ...rest] = needed(target.grantExternalId, 'an app grant').split('/');
  const [first, agentId, permission] = rest;
  if (kind === 'connect' && first && rest.length === 1) return { is: 'webhook', account: accountOf(app, accountId), connectId: first };
  if (kind === 'delegation' && first && agentId && permission && rest.length === 3) {
    return { is: 'delegation', account: accountOf(app, accountId), principalId: first, agentId, permission };
  }
  throw new AppFailure(
    { kind: 'rejected', message: 'This is no webhook and no shared access: Docusign cannot revoke it by API.' },
    'plan',
    undefined,
  );
}

async function observe(app: AppClient, target: PlanTarget): Promise<Json> {
  const grant = grantOf(app, target);
  if (grant.is === 'webhook') {
    const hook = await webhookOf(app, grant.account, grant.connectId);
    return { is: 'webhook', name: hook.name, isGranted: hook.isOn !== false };
  }
  const found = await sharedAccess(app, grant);
  return {
    is: 'delegation',
    isGranted: found.length > 0,
    authorizations: found.map(({ id, startDate, endDate, agentName, agentEmail }) => ({ id, startDate, endDate, agentName, agentEmail })),
  };
}

async function webhookOf(app: AppClient, account: AccountFact, connectId: string): Promise<Webhook> {
  const hook = (await webhooksOf(app, account)).find(({ id }) => id === connectId);
  if (hook) return hook;
  throw new AppFailure(
    { kind: 'missing', message: `The account ${account.name} has no webhook ${connectId}.` },
    OPERATIONS.connect,
    undefined,
  );
}

async function sharedAccess(app: AppClient, grant: Extract<Grant, { is: 'delegation' }>): Promise<Delegation[]> {
  const all = await delegationsOf(app, grant.account, grant.principalId);
  return all.filter(({ agentId, permission }) => sameId(agentId, grant.agentId) && permission === grant.permission);
}

async function revoke(app: AppClient, target: PlanTarget, before: Json): Promise<void> {
  const grant = grantOf(app, target);
  if (grant.is === 'webhook') return publish(app, grant.account, grant.connectId, false);
  const ids = (list(at(before, 'authorizations')) ?? []).map((item) => text(at(item, 'id'))).filter((id) => id !== null);
  if (ids.length === 0) return;
  const operation = OPERATIONS.deauthorize;
  const answer = await app.call({
    operation,
    method: 'DELETE',
    at: baseOf(grant.account),
    path: pathOf(operation, { accountId: grant.account.id, userId: grant.principalId }),
    json: { authorizations: ids },
  });
  // 200 also when single ones could not be deleted.
  const failed = (list(at(answer.body, 'results')) ?? []).filter((result) => flag(at(result, 'success')) === false);
  if (failed.length === 0) return;
  const message = `Docusign did not end ${failed.length} of ${ids.length} authorization(s): ${text(at(failed[0], 'errorMessage')) ?? 'it gave no reason'}.`;
  throw new AppFailure({ kind: 'rejected', message }, operation, answer.status);
}

async function grantAgain(app: AppClient, target: PlanTarget, before: Json): Promise<void> {
  const grant = grantOf(app, target);
  if (grant.is === 'webhook') return publish(app, grant.account, grant.connectId, at(before, 'isGranted') === true);
  const operation = OPERATIONS.authorize;
  for (const item of list(at(before, 'authorizations')) ?? []) {
    const [startDate, endDate] = [text(at(item, 'startDate')), text(at(item, 'endDate'))];
    const agentUser = { accountId: grant.account.id, userId: grant.agentId };
    await app.call({
      operation,
      method: 'POST',
      at: baseOf(grant.account),
      path: pathOf(operation, { accountId: grant.account.id, userId: grant.principalId }),
      json: { agentUser, permission: grant.permission, ...(startDate !== null && { startDate }), ...(endDate !== null && { endDate }) },
    });
  }
}

async function publish(app: AppClient, account: AccountFact, connectId: string, isOn: boolean): Promise<void> {
  const operation = OPERATIONS.changeConnect;
  await app.call({
    operation,
    method: 'PUT',
    at: baseOf(account),
    path: pathOf(operation, { accountId: account.id }),
    json: { connectId, allowEnvelopePublish: String(isOn) },
  });
}

// Shared access that has ended is no record any more; the next listing takes it away.
async function refresh(app: AppClient, target: PlanTarget): Promise<readonly InventoryRecord[]> {
  const grant = grantOf(app, target);
  if (grant.is === 'webhook') return [toWebhookGrant(await webhookOf(app, grant.account, grant.connectId), grant.account)];
  return (await sharedAccess(app, grant)).map((item) => toDelegationGrant(item, grant.account, grant.principalId));
}
