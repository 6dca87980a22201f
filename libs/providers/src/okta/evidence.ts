import type { Json } from '#libs/kernel';
import { DAY_MS, parseDuration } from '#libs/kernel';

import type { AppClient, AppRequest, WireRecord } from '../sdk/index.js';
import {
  AppFailure,
  at,
  linkPages,
  list,
  malformed,
  record,
  requiredFlag,
  requiredList,
  requiredRecord,
  requiredText,
  requiredWhole,
  text,
  whole,
} from '../sdk/index.js';
import { readAdministrators, readUserRoles } from './admins.js';
import type { Operation } from './operations.js';
import { readApiToken, rowsOf } from './wire.js';

type Document = Readonly<Record<string, Json>>;
type Read = (app: AppClient) => Promise<Json>;

/**
 * How each document is read that a control names as its `operation`. Cut down to what controls read and people need to recognize; an answer without a field
 * that a control reads is malformed, so that a changed API makes a control unknown instead of passed.
 */
export const EVIDENCE: Readonly<Record<string, Read>> = {
  'GET /api/v1/policies?type=PASSWORD': async (app) => (await policies(app, 'PASSWORD')).map(passwordPolicy),
  'GET /api/v1/policies?type=OKTA_SIGN_ON then GET /api/v1/policies/{policyId}/rules': (app) =>
    activeRules(app, 'OKTA_SIGN_ON', sessionRule),
  'GET /api/v1/policies?type=USER_LIFECYCLE then GET /api/v1/policies/{policyId}/rules': (app) =>
    activeRules(app, 'USER_LIFECYCLE', automationRule),
  'GET /api/v1/policies/{policyId}/rules (Okta Admin Console)': (app) => rulesOfApp(app, 'saasure', 'Okta Admin Console'),
  'GET /api/v1/policies/{policyId}/rules (Okta Dashboard)': (app) => rulesOfApp(app, 'okta_enduser', 'Okta Dashboard'),
  'GET /api/v1/first-party-app-settings/admin-console': adminConsole,
  'GET /api/v1/authenticators': async (app) => (await all(app, 'GET /api/v1/authenticators')).map(authenticator),
  'GET /api/v1/threats/configuration': async (app) => pick(await one(app, 'GET /api/v1/threats/configuration'), { action: requiredText }),
  'GET /api/v1/zones': async (app) => (await all(app, 'GET /api/v1/zones')).map(zone),
  'GET /api/v1/behaviors': async (app) => (await all(app, 'GET /api/v1/behaviors')).map((rule) => pick(rule, NAMED_AND_TYPED)),
  'GET /api/v1/logStreams': async (app) => (await all(app, 'GET /api/v1/logStreams')).map((stream) => pick(stream, NAMED_AND_TYPED)),
  'GET /api/v1/api-tokens': async (app) =>
    (await tokens(app)).map(({ id, name, userId, connection, include }) => ({
      id,
      name,
      userId,
      network: { connection, include: [...include] },
    })),
  'GET /api/v1/api-tokens joined with GET /api/v1/users/{userId}/roles': tokensWithOwners,
  'GET /api/v1/iam/assignees/users joined with GET /api/v1/users/{userId}/roles': administratorRoles,
  'GET /api/v1/org/privacy/oktaSupport': async (app) =>
    pick(await one(app, 'GET /api/v1/org/privacy/oktaSupport'), { support: requiredText }),
  'GET /api/v1/org/settings/clientPrivilegesSetting': async (app) =>
    pick(await one(app, 'GET /api/v1/org/settings/clientPrivilegesSetting'), { clientPrivilegesSetting: requiredFlag }),
  'GET /attack-protection/api/v1/user-lockout-settings': async (app) =>
    pick(await oneOrFirst(app, 'GET /attack-protection/api/v1/user-lockout-settings'), {
      preventBruteForceLockoutFromUnknownDevices: requiredFlag,
    }),
  'GET /attack-protection/api/v1/authenticator-settings': async (app) =>
    pick(await oneOrFirst(app, 'GET /attack-protection/api/v1/authenticator-settings'), {
      verifyKnowledgeSecondWhen2faRequired: requiredFlag,
    }),
};

interface Row {
  readonly wire: WireRecord;
  readonly operation: string;
}

const NAMED_AND_TYPED = { id: requiredText, name: requiredText, status: requiredText, type: requiredText };

function pick<K extends string>(
  { wire, operation }: Row,
  fields: Readonly<Record<K, (value: unknown, operation: string, what: string) => Json>>,
): Record<K, Json> {
  const read = Object.entries(fields) as [K, (value: unknown, operation: string, what: string) => Json][];
  return Object.fromEntries(read.map(([name, required]) => [name, required(wire[name], operation, `"${name}"`)])) as Record<K, Json>;
}

async function one(app: AppClient, operation: Operation): Promise<Row> {
  const answer = await app.call({ operation, path: operation.slice(operation.indexOf('/')) });
  return { wire: requiredRecord(answer.body, operation, 'an object'), operation };
}

// Described as an object; organizations answer with a list of one.
async function oneOrFirst(app: AppClient, operation: Operation): Promise<Row> {
  const answer = await app.call({ operation, path: operation.slice(operation.indexOf('/')) });
  return { wire: requiredRecord(list(answer.body)?.[0] ?? answer.body, operation, 'an object'), operation };
}

async function all(app: AppClient, operation: Operation, request: Partial<AppRequest> = {}): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of linkPages(app, { operation, path: operation.slice(operation.indexOf('/')), ...request })) {
    rows.push(
      ...requiredList(page.body, operation, 'a list').map((wire) => ({ wire: requiredRecord(wire, operation, 'an object'), operation })),
    );
  }
  return rows;
}

function policies(app: AppClient, type: string): Promise<Row[]> {
  return all(app, 'GET /api/v1/policies', { query: { type } });
}

function passwordPolicy(row: Row): Document {
  const { operation } = row;
  const settings = requiredRecord(at(row.wire, 'settings', 'password'), operation, 'password settings');
  const complexity = requiredRecord(settings['complexity'], operation, 'password complexity');
  const kinds = (['minLowerCase', 'minUpperCase', 'minNumber', 'minSymbol'] as const).map((name) =>
    requiredWhole(complexity[name], operation, `"${name}"`),
  );
  return {
    ...pick(row, { id: requiredText, name: requiredText, status: requiredText }),
    settings: {
      password: {
        complexity: {
          minLength: requiredWhole(complexity['minLength'], operation, '"minLength"'),
          fewestOfAKind: Math.min(...kinds),
          dictionary: { common: { exclude: requiredFlag(at(complexity, 'dictionary', 'common', 'exclude'), operation, '"exclude"') } },
        },
        age: { historyCount: requiredWhole(at(settings, 'age', 'historyCount'), operation, '"historyCount"') },
        lockout: { maxAttempts: requiredWhole(at(settings, 'lockout', 'maxAttempts'), operation, '"maxAttempts"') },
        isBreachedActedUpon: isActedUpon(record(settings['breachedProtection'])),
      },
    },
  };
}

// Where the feature was never set, Okta leaves the whole object out.
function isActedUpon(protection: WireRecord | undefined): boolean {
  if (!protection) return false;
  return (
    whole(protection['expireAfterDays']) !== null ||
    protection['logoutEnabled'] === true ||
    text(protection['delegatedWorkflowId']) !== null
  );
}

async function activeRules(app: AppClient, type: string, toDocument: (rule: Row) => Document): Promise<Document[]> {
  const active = (await policies(app, type)).filter(({ wire }) => wire['status'] === 'ACTIVE');
  const rules = await app.each(active, async (policy) => {
    const { id, name } = pick(policy, { id: requiredText, name: requiredText });
    return (await rulesOf(app, String(id))).map((rule) => named(toDocument(rule), String(name)));
  });
  return rules.flat();
}

function rulesOf(app: AppClient, policyId: string): Promise<Row[]> {
  return all(app, 'GET /api/v1/policies/{policyId}/rules', { path: `/api/v1/policies/${encodeURIComponent(policyId)}/rules` });
}

// People know a rule by its policy: "Contractors: Default Rule".
function named(rule: Document, policyName: string): Document {
  return { ...rule, name: `${policyName}: ${String(rule['name'])}`, policyName };
}

function sessionRule(rule: Row): Document {
  const signon = requiredRecord(at(rule.wire, 'actions', 'signon'), rule.operation, 'sign-on actions');
  const access = requiredText(signon['access'], rule.operation, '"access"');
  const base = { ...pick(rule, { id: requiredText, name: requiredText, status: requiredText }) };
  // A rule that denies starts no session, so it says nothing about one: it is left out of what is counted.
  if (access === 'DENY') return { ...base, status: 'DENIES', actions: { signon: { access } } };
  const session = requiredRecord(signon['session'], rule.operation, 'session limits');
  return {
    ...base,
    actions: {
      signon: {
        access,
        requireFactor: requiredFlag(signon['requireFactor'], rule.operation, '"requireFactor"'),
        session: {
          maxSessionIdleMinutes: requiredWhole(session['maxSessionIdleMinutes'], rule.operation, '"maxSessionIdleMinutes"'),
          maxSessionLifetimeMinutes: requiredWhole(session['maxSessionLifetimeMinutes'], rule.operation, '"maxSessionLifetimeMinutes"'),
          usePersistentCookie: requiredFlag(session['usePersistentCookie'], rule.operation, '"usePersistentCookie"'),
        },
      },
    },
  };
}

const DAYS_OF_UNIT: Readonly<Record<string, number>> = { DAY: 1, DAYS: 1, WEEK: 7, WEEKS: 7, MONTH: 30, MONTHS: 30 };

function automationRule(rule: Row): Document {
  const inactivity = record(at(rule.wire, 'conditions', 'people', 'users', 'inactivity'));
  const base = pick(rule, { id: requiredText, name: requiredText, status: requiredText });
  return inactivity ? { ...base, inactivityDays: inactivityDays(inactivity, rule.operation) } : base;
}

function inactivityDays(inactivity: WireRecord, operation: string): number {
  const unit = requiredText(inactivity['unit'], operation, 'the unit of inactivity').toUpperCase();
  const days = DAYS_OF_UNIT[unit] ?? (unit.startsWith('P') ? parseDuration(unit) / DAY_MS : undefined);
  if (days === undefined) throw malformed(operation, 'a known unit of inactivity');
  return requiredWhole(inactivity['number'], operation, 'the length of inactivity') * days;
}

async function rulesOfApp(app: AppClient, appName: string, label: string): Promise<Json> {
  const policy = await policyOfApp(app, appName, label);
  const { id, name } = pick(policy, { id: requiredText, name: requiredText });
  return (await rulesOf(app, String(id))).map((rule) => named(accessRule(rule), String(name)));
}

async function policyOfApp(app: AppClient, appName: string, label: string): Promise<Row> {
  const operation = 'GET /api/v1/policies/{policyId}/app';
  const active = (await policies(app, 'ACCESS_POLICY')).filter(({ wire }) => wire['status'] === 'ACTIVE');
  // The policy is usually named for the app: begin there and save calls.
  const likely = active.sort((a, b) => Number(isNamedFor(b, label)) - Number(isNamedFor(a, label)));
  for (const policy of likely) {
    const path = `/api/v1/policies/${encodeURIComponent(requiredText(policy.wire['id'], policy.operation, '"id"'))}/app`;
    if ((await all(app, operation, { path })).some(({ wire }) => wire['name'] === appName)) return policy;
  }
  const message = `No access policy is assigned to the ${label} as far as this credential can see.`;
  throw new AppFailure({ kind: 'missing', message }, operation, undefined);
}

function isNamedFor({ wire }: Row, label: string): boolean {
  return (text(wire['name']) ?? '').toLowerCase().includes(label.toLowerCase());
}

function accessRule(rule: Row): Document {
  const appSignOn = requiredRecord(at(rule.wire, 'actions', 'appSignOn'), rule.operation, 'sign-on actions');
  const base = pick(rule, { id: requiredText, name: requiredText, status: requiredText });
  // A rule that denies asks for no factor and needs none.
  if (appSignOn['access'] === 'DENY') return { ...base, status: 'DENIES', actions: { appSignOn: { access: 'DENY' } } };
  const method = requiredRecord(appSignOn['verificationMethod'], rule.operation, 'a verification method');
  const constraints = (list(method['constraints']) ?? []).map((constraint) => ({
    possession: { phishingResistant: text(at(constraint, 'possession', 'phishingResistant')) ?? 'OPTIONAL' },
  }));
  // Chains of authentication methods have no mode; what we cannot judge is unknown.
  const factorMode = requiredText(method['factorMode'], rule.operation, '"factorMode"');
  return { ...base, actions: { appSignOn: { access: 'ALLOW', verificationMethod: { factorMode, constraints } } } };
}

async function adminConsole(app: AppClient): Promise<Json> {
  const operation = 'GET /api/v1/first-party-app-settings/{appName}';
  const answer = await app.call({ operation, path: '/api/v1/first-party-app-settings/admin-console' });
  const row = { wire: requiredRecord(answer.body, operation, 'an object'), operation };
  return pick(row, { sessionIdleTimeoutMinutes: requiredWhole, sessionMaxLifetimeMinutes: requiredWhole });
}

function authenticator(row: Row): Document {
  const allowedFor = text(at(row.wire, 'settings', 'allowedFor'));
  const isForSignIn = row.wire['status'] === 'ACTIVE' && allowedFor !== 'recovery' && allowedFor !== 'none';
  return { ...pick(row, { key: requiredText, name: requiredText, status: requiredText }), allowedFor, isForSignIn };
}

function zone(row: Row): Document {
  const included = list(at(row.wire, 'ipServiceCategories', 'include')) ?? [];
  const proxyType = text(row.wire['proxyType']);
  const blocksAnonymizers =
    included.some((category) => /ANONYMIZER|ALL_IP_SERVICES|ALL_PROXIES_VPNS/.test(text(category) ?? '')) ||
    proxyType === 'Any' ||
    proxyType === 'Tor' ||
    proxyType === 'NotTorAnonymizer';
  // A zone that only lists addresses may leave its usage out.
  return { ...pick(row, NAMED_AND_TYPED), usage: text(row.wire['usage']), blocksAnonymizers };
}

async function tokens(app: AppClient): Promise<ReturnType<typeof readApiToken>[]> {
  const operation = 'GET /api/v1/api-tokens';
  const found = [];
  for await (const page of linkPages(app, { operation, path: '/api/v1/api-tokens' }))
    found.push(...rowsOf(page.body, operation, readApiToken));
  return found;
}

async function tokensWithOwners(app: AppClient): Promise<Json> {
  const found = await tokens(app);
  const owners = [...new Set(found.map((token) => token.userId).filter((id) => id !== null))];
  const roles = new Map(await app.each(owners, async (id) => [id, await activeRoleTypes(app, id)] as const));
  return found.map(({ id, name, userId }) => {
    if (userId === null) throw malformed('GET /api/v1/api-tokens', "a token's owner");
    return { id, name, userId, isOwnerSuperAdmin: roles.get(userId)?.has('SUPER_ADMIN') ?? false };
  });
}

async function administratorRoles(app: AppClient): Promise<Json> {
  const { ids, groups } = await readAdministrators(app);
  const rows = await app.each([...ids], async (userId) => {
    const types = await activeRoleTypes(app, userId);
    for (const group of groups) if (group.members.includes(userId)) for (const role of group.roles) types.add(role.type);
    return [...types].sort().map((type) => ({ userId, type }));
  });
  return rows.flat();
}

async function activeRoleTypes(app: AppClient, userId: string): Promise<Set<string>> {
  try {
    return new Set((await readUserRoles(app, userId)).filter((role) => role.isActive).map((role) => role.type));
  } catch (error) {
    // The owner was deleted, and the roles with them.
    if (error instanceof AppFailure && error.kind === 'missing') return new Set();
    throw error;
  }
}
