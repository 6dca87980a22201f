import type { AppGrantRecord, InventoryRecord, PermissionLevel } from '#libs/contracts';
import { AppFailure, at, flag, record, requiredText, text, timeMs, type AppClient, type Listing, type ListingPage } from '../sdk/index.js';

import { baseOf, factsOf, type AccountFact } from './facts.js';
import { OPERATIONS, pathOf } from './operations.js';
import { accountPages, accountUsers } from './pages.js';
import { countUsers, DELEGATIONS_AT_ONCE, usersOfTheDay } from './watch.js';
import { accountGroup, rowsOf } from './wire.js';

/** Who else may act or listen: webhooks that carry envelopes out, and users who let others act for them. Consents to apps have no API. */
export const appGrants: Listing<InventoryRecord> = { everySeconds: 12 * 3_600, complete: ['appGrant'], pages: listGrants };

async function* listGrants(app: AppClient): AsyncGenerator<ListingPage<InventoryRecord>> {
  const facts = factsOf(app);
  for (const account of facts.accounts) yield { records: (await webhooksOf(app, account)).map((hook) => toWebhookGrant(hook, account)) };
  const isSmall = (await countUsers(app, facts)) <= DELEGATIONS_AT_ONCE;
  const today = isSmall ? [] : await usersOfTheDay(app, facts.organizationId, facts.accounts);
  for (const account of facts.accounts) {
    const users = isSmall
      ? await activeUsers(app, account)
      : [...new Set([...(await administratorsOf(app, account)), ...facts.delegators, ...today])];
    const found = await app.each(users, (userId) => delegationsOf(app, account, userId), 4);
    const records = found.flatMap((delegations, index) => delegations.map((item) => toDelegationGrant(item, account, users[index]!)));
    if (records.length > 0) yield { records };
  }
}

async function activeUsers(app: AppClient, account: AccountFact): Promise<string[]> {
  const users: string[] = [];
  for await (const { rows } of accountUsers(app, account, { status: 'Active' })) users.push(...rows.map(({ id }) => id));
  return users;
}

// The built-in group of administrators: a page of it instead of a walk over a hundred thousand users.
async function administratorsOf(app: AppClient, account: AccountFact): Promise<string[]> {
  const users: string[] = [];
  const operation = OPERATIONS.groups;
  for await (const { rows } of accountPages(
    app,
    { operation, at: baseOf(account), path: pathOf(operation, { accountId: account.id }) },
    'groups',
  )) {
    for (const group of rows.map((row) => accountGroup(row, operation)).filter(({ type }) => type?.toLowerCase() === 'admingroup')) {
      for await (const page of accountUsers(app, account, { group_id: group.id, status: 'Active' }))
        users.push(...page.rows.map(({ id }) => id));
    }
  }
  return users;
}

// ---------------------------------------------------------------- webhooks

/** An outgoing webhook of an account ("Connect configuration"). */
export interface Webhook {
  readonly id: string;
  readonly name: string | null;
  /** The host alone: addresses may carry secrets. */
  readonly host: string | null;
  readonly isHttps: boolean | null;
  readonly isOn: boolean | null;
  readonly sendsDocuments: boolean | null;
  readonly isSigned: boolean | null;
  readonly isMutualTls: boolean | null;
  readonly isForAllUsers: boolean | null;
}

/** The webhooks of an account. */
export async function webhooksOf(app: AppClient, account: AccountFact): Promise<Webhook[]> {
  const operation = OPERATIONS.connect;
  const answer = await app.call({ operation, at: baseOf(account), path: pathOf(operation, { accountId: account.id }) });
  return rowsOf(answer.body, 'configurations', operation).map((row) => webhook(row, operation));
}

function webhook(row: unknown, operation: string): Webhook {
  const url = text(at(row, 'urlToPublishTo'));
  return {
    id: requiredText(at(row, 'connectId'), operation, 'the connectId of a webhook'),
    name: text(at(row, 'name')),
    host: url === null ? null : (/^[a-z]+:\/\/(?:[^/?#@]*@)?([^/?#]+)/i.exec(url)?.[1]?.toLowerCase() ?? null),
    isHttps: url === null ? null : url.toLowerCase().startsWith('https://'),
    isOn: flag(at(row, 'allowEnvelopePublish')),
    sendsDocuments: flag(at(row, 'includeDocuments')),
    isSigned: flag(at(row, 'includeHMAC')),
    isMutualTls: flag(at(row, 'requireMutualTls')),
    isForAllUsers: flag(at(row, 'allUsers')),
  };
}

/** A webhook that is switched off is still shown: it can be switched on again at any time. */
export function toWebhookGrant(hook: Webhook, account: AccountFact): AppGrantRecord {
  const isOff = hook.isOn === false;
  const scopes = isOff ? [] : ['envelope events', ...(hook.sendsDocuments ? ['documents'] : [])];
  const level: PermissionLevel = isOff ? 'LOW' : hook.sendsDocuments ? 'HIGH' : hook.sendsDocuments === null ? 'UNKNOWN' : 'MEDIUM';
  return {
    kind: 'appGrant',
    externalId: `${account.id}/connect/${hook.id}`,
    type: 'WEBHOOK',
    appExternalId: hook.host ?? `connect/${hook.id}`,
    appName: hook.name ?? hook.host ?? hook.id,
    account: null,
    scopes,
    level,
    attributes: {
      accountId: account.id,
      account: account.name,
      isEnabled: hook.isOn,
      isHttps: hook.isHttps,
      isSigned: hook.isSigned,
      isMutualTls: hook.isMutualTls,
      isForAllUsers: hook.isForAllUsers,
    },
  };
}

// ---------------------------------------------------------------- shared access

/** One user (the agent) may act for another (the principal). */
export interface Delegation {
  readonly id: string;
  readonly permission: string;
  readonly agentId: string;
  readonly agentName: string | null;
  readonly agentEmail: string | null;
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  readonly createdAt: number | null;
  /** As the app wrote them, to be sent back when it is given again. */
  readonly startDate: string | null;
  readonly endDate: string | null;
}

/** Who may act for this user in this account. */
export async function delegationsOf(app: AppClient, account: AccountFact, userId: string): Promise<Delegation[]> {
  const operation = OPERATIONS.authorizations;
  const request = {
    operation,
    at: baseOf(account),
    path: pathOf(operation, { accountId: account.id, userId }),
    query: { active_only: 'true' },
  };
  const found: Delegation[] = [];
  try {
    for await (const { rows } of accountPages(app, request, 'authorizations')) {
      found.push(...rows.flatMap((row) => delegation(row, operation)));
    }
  } catch (failure) {
    // The user does not belong to this account (any more), and shares nothing in it.
    if (failure instanceof AppFailure && failure.kind === 'missing') return [];
    throw failure;
  }
  return found;
}

function delegation(row: unknown, operation: string): Delegation[] {
  const agent = record(at(row, 'agentUser'));
  const agentId = text(agent?.['userId']) ?? text(agent?.['email']);
  const permission = text(at(row, 'permission'));
  if (agentId === null || permission === null) return [];
  return [
    {
      id: requiredText(at(row, 'authorizationId'), operation, 'the id of an authorization'),
      permission,
      agentId,
      agentName: text(agent?.['name']),
      agentEmail: text(agent?.['email']),
      startsAt: timeMs(at(row, 'startDate')),
      endsAt: timeMs(at(row, 'endDate')),
      createdAt: timeMs(at(row, 'created')),
      startDate: text(at(row, 'startDate')),
      endDate: text(at(row, 'endDate')),
    },
  ];
}

/** The name of a delegation that stays the same when it is taken away and given again; the app's own id does not. */
export function delegationIdOf(accountId: string, principalId: string, delegated: Pick<Delegation, 'agentId' | 'permission'>): string {
  return [accountId, 'delegation', principalId, delegated.agentId, delegated.permission].join('/');
}

const LEVEL_OF_PERMISSION: Readonly<Record<string, PermissionLevel>> = { manage: 'HIGH', sign: 'HIGH', send: 'MEDIUM' };

export function toDelegationGrant(item: Delegation, account: AccountFact, principalId: string): AppGrantRecord {
  return {
    kind: 'appGrant',
    externalId: delegationIdOf(account.id, principalId, item),
    type: 'DELEGATION',
    appExternalId: item.agentId,
    appName: item.agentName ?? item.agentEmail ?? item.agentId,
    account: principalId,
    scopes: [item.permission],
    level: LEVEL_OF_PERMISSION[item.permission.toLowerCase()] ?? 'UNKNOWN',
    grantedAt: item.createdAt ?? item.startsAt,
    expiresAt: item.endsAt,
    attributes: { accountId: account.id, account: account.name, agentEmail: item.agentEmail },
  };
}
