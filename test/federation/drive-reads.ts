import type { Capability } from '#libs/contracts';

import type { ConnectedApp } from './connected-app.js';

/** Proves one capability of one app through the graph; throws when it does not hold. */
export type Driver = (app: ConnectedApp) => Promise<void>;

const DAY_MS = 86_400_000;

/** Apps whose API lists the grants without their scopes. */
const TELLS_NO_SCOPES = new Set(['salesforce']);

/** How each reading capability is proven. */
export const readDrivers = {
  LIST_ACCOUNTS: listAccounts,
  LIST_GROUPS: listGroups,
  LIST_PRIVILEGES: listPrivileges,
  SIGN_IN_ACTIVITY: (app) => activities(app, { category: { eq: 'SIGN_IN' } }, ({ category }) => category === 'SIGN_IN'),
  USER_ACTIVITY: (app) =>
    activities(
      app,
      { isAdminActivity: { eq: false }, not: { category: { in: ['SIGN_IN', 'UNMAPPED'] } } },
      ({ category, isAdminActivity }) => !isAdminActivity && category !== 'SIGN_IN' && category !== 'UNMAPPED',
    ),
  ADMIN_ACTIVITY: (app) => activities(app, { isAdminActivity: { eq: true } }, ({ isAdminActivity }) => isAdminActivity),
  VIEW_APP_GRANTS: viewAppGrants,
  POSTURE: posture,
} as const satisfies { readonly [C in Capability]?: Driver };

async function listAccounts(app: ConnectedApp): Promise<void> {
  const { accounts } = await app.read(`query ($id: String!) { accounts(filter: { connector: { eq: $id } }, first: 1000) {
    totalCount nodes { externalId username email displayName status type isAdmin } coverage { state }
  } }`);
  const shown: readonly { status: string; isAdmin: boolean | null; username: string | null; email: string | null; displayName: string }[] =
    accounts.nodes;
  expect(shown.length).toBe(accounts.totalCount);
  expect(shown.length).toBeGreaterThan(app.sandbox.company.people.length / 2);
  expect(accounts.coverage.state).toBe('COMPLETE');
  const statuses = shown.map(({ status }) => status);
  expect(statuses.filter((status) => status === 'ACTIVE').length).toBeGreaterThan(shown.length / 2);
  expect(statuses.filter((status) => status === 'UNKNOWN').length).toBeLessThan(shown.length / 4);
  expect(shown.filter((account) => !account.username && !account.email && !account.displayName)).toEqual([]);
  const admins = shown.filter(({ isAdmin }) => isAdmin === true);
  expect(admins.length).toBeGreaterThan(0);
  expect(admins.length).toBeLessThan(shown.length / 2);
}

async function listGroups(app: ConnectedApp): Promise<void> {
  const { groups } = await app.read(`query ($id: String!) { groups(filter: { connector: { eq: $id } }, first: 20) {
    totalCount nodes { id name members(first: 50) { totalCount nodes { account { id connector { id } } group { id } } } }
  } }`);
  expect(groups.totalCount).toBeGreaterThan(0);
  const members = groups.nodes.flatMap((group: { members: { nodes: unknown[] } }) => group.members.nodes);
  const people = members.filter((member: { account: unknown }) => member.account !== null);
  expect(people.length).toBeGreaterThan(0);
  for (const { account } of people) expect(account.connector.id).toBe(app.connectorId);
  expect(groups.nodes.filter((group: { name: string }) => group.name.trim() === '')).toEqual([]);
}

async function listPrivileges(app: ConnectedApp): Promise<void> {
  const { accounts } = await app.read(`query ($id: String!) { accounts(filter: { connector: { eq: $id } }, first: 1000) {
    nodes { isAdmin privileges { externalId name isAdmin } }
  } }`);
  const privileges = accounts.nodes.flatMap((account: { privileges: unknown[] }) => account.privileges);
  expect(privileges.length).toBeGreaterThan(0);
  expect(privileges.filter((privilege: { name: string }) => privilege.name.trim() === '')).toEqual([]);
  expect(privileges.some((privilege: { isAdmin: boolean | null }) => privilege.isAdmin === true)).toBe(true);
  // Whoever holds an administrator's privilege is one: no flag is lost on the way from the privilege to the account.
  const unmarked = accounts.nodes.filter(
    (account: { isAdmin: boolean | null; privileges: { isAdmin: boolean | null }[] }) =>
      account.isAdmin !== true && account.privileges.some((privilege) => privilege.isAdmin === true),
  );
  expect(unmarked).toEqual([]);
}

interface ShownActivity {
  readonly category: string;
  readonly isAdminActivity: boolean;
  readonly occurredAt: string;
  readonly eventType: string;
  readonly actor: { readonly id: string } | null;
  readonly actorName: string | null;
  readonly actorEmail: string | null;
  readonly raw: unknown;
}

async function activities(app: ConnectedApp, filter: object, belongs: (activity: ShownActivity) => boolean): Promise<void> {
  const answer = await app.read(
    `query ($filter: ActivityFilter) { activities(filter: $filter, first: 200) {
      totalCount nodes { category isAdminActivity occurredAt eventType actor { id } actorName actorEmail raw }
    } }`,
    { filter: { connector: { eq: app.connectorId }, ...filter } },
  );
  const shown: readonly ShownActivity[] = answer.activities.nodes;
  expect(shown.length).toBeGreaterThan(0);
  expect(shown.filter((activity) => !belongs(activity))).toEqual([]);
  const [earliest, latest] = [Date.now() - 31 * DAY_MS, Date.now() + DAY_MS];
  expect(shown.map(({ occurredAt }) => Date.parse(occurredAt)).filter((at) => !(at > earliest && at < latest))).toEqual([]);
  expect(shown.filter(({ eventType }) => eventType === '')).toEqual([]);
  expect(shown.filter(({ raw }) => typeof raw !== 'object' || raw === null || Object.keys(raw).length < 2)).toEqual([]);
  // Who did it is known for most, and of some the account as well: the log's actor and the listed account are joined.
  const named = shown.filter(({ actor, actorName, actorEmail }) => actor ?? actorName ?? actorEmail);
  expect(named.length).toBeGreaterThan(shown.length / 2);
  expect(shown.some(({ actor }) => actor !== null)).toBe(true);
}

async function viewAppGrants(app: ConnectedApp): Promise<void> {
  const { appGrants } = await app.read(`query ($id: String!) { appGrants(filter: { connector: { eq: $id } }, first: 1000) {
    totalCount nodes { externalId appName appExternalId type level scopes thirdPartyApp { id name } }
  } }`);
  expect(appGrants.totalCount).toBeGreaterThan(0);
  expect(appGrants.nodes.filter((grant: { appName: string }) => grant.appName.trim() === '')).toEqual([]);
  const scoped = appGrants.nodes.filter((grant: { scopes: string[] }) => grant.scopes.length > 0);
  const levelled = appGrants.nodes.filter((grant: { level: string }) => grant.level !== 'UNKNOWN');
  // What may not be known is not guessed; where the app tells the scopes, they are weighed.
  const tells = !TELLS_NO_SCOPES.has(app.provider.manifest.key);
  expect({ tells, scoped: scoped.length > 0, levelled: levelled.length > 0 }).toEqual({ tells, scoped: tells, levelled: tells });
}

async function posture(app: ConnectedApp): Promise<void> {
  const { provider } = app;
  const query = `query ($id: String!) { findings(filter: { connector: { eq: $id } }, first: 1000) {
    totalCount nodes { outcome evidenceAt control { id app { id } } unknownReason explanation }
  } }`;
  const { findings } = await app.until(query, {}, (data) => data.findings?.totalCount === provider.controls.length);
  const outcomes: readonly string[] = findings.nodes.map((finding: { outcome: string }) => finding.outcome);
  expect(outcomes).toContain('PASS');
  expect(outcomes).toContain('FAIL');
  expect(outcomes.filter((outcome) => outcome === 'UNKNOWN').length).toBeLessThan(outcomes.length / 2);
  expect(
    findings.nodes.filter((finding: { control: { app: { id: string } } }) => finding.control.app.id !== provider.manifest.key),
  ).toEqual([]);
  // What could not be judged says why.
  const silent = findings.nodes.filter(
    (finding: { outcome: string; unknownReason: string | null }) => finding.outcome === 'UNKNOWN' && finding.unknownReason === null,
  );
  expect(silent).toEqual([]);
}
