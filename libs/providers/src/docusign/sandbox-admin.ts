import type { SandboxAnswer, SandboxRoute } from '../sdk/index.js';

import { OPERATIONS } from './operations.js';
import { answer, change, enact, failsItems, itemsIn, note, numberIn, refuseAdmin, settle, type Context } from './sandbox-answers.js';
import { guid } from './sandbox-log.js';
import { isAdminIn, nameOf, type SandboxAccount, type SandboxMembership, type SandboxUser } from './sandbox-records.js';
import type { DocusignSandbox } from './sandbox-state.js';

const ADMIN = 'https://api.docusign.net';
const MOST = 250;

/** The Admin API: everything by organization, in snake case, with real numbers and booleans. */
export const adminRoutes: readonly SandboxRoute<DocusignSandbox>[] = [
  route(OPERATIONS.organizations, ['organization_read'], organizations),
  route(OPERATIONS.organizationUsers, ['user_read'], users),
  route(OPERATIONS.profile, ['user_read'], profile),
  route(OPERATIONS.closeMemberships, ['user_write'], closeMemberships),
  route(OPERATIONS.activateMembership, ['user_write'], activateMembership),
  route(OPERATIONS.changeProfiles, ['user_write'], changeProfiles),
  route(OPERATIONS.identityProviders, ['identity_provider_read'], identityProviders),
  route(OPERATIONS.reservedDomains, ['domain_read'], reservedDomains),
];

function route(operation: string, scopes: readonly string[], serve: (context: Context) => SandboxAnswer): SandboxRoute<DocusignSandbox> {
  return {
    method: operation.slice(0, operation.indexOf(' ')) as SandboxRoute['method'],
    operation,
    host: ADMIN,
    scopes,
    answer: (context) => {
      settle(context);
      const { organizationId } = context.params;
      const hasOrganization = !context.switches.unlicensed.includes('admin');
      const isOurs = organizationId === undefined || organizationId.toLowerCase() === context.state.organization.id;
      return hasOrganization && isOurs ? serve(context) : refuseAdmin(context, 404, 'not_found', 'The organization was not found.');
    },
  };
}

function organizations(context: Context): SandboxAnswer {
  const { organization, accounts, domains } = context.state;
  return answer(context, 200, {
    organizations: [
      {
        id: organization.id,
        name: organization.name,
        description: '',
        default_account_id: accounts[0]?.id,
        created_on: adminTime(organization.createdAt),
        accounts: accounts.map(({ id, name, externalId, siteId }) => ({ id, name, external_account_id: externalId, site_id: siteId })),
        reserved_domains: domains.map(({ id, status, host }) => ({ id, status, host_name: host })),
        links: [],
      },
    ],
  });
}

// ---------------------------------------------------------------- users

function users(context: Context): SandboxAnswer {
  const { state, query } = context;
  const accountId = query.get('account_id')?.toLowerCase();
  const email = query.get('email')?.toLowerCase();
  if (!accountId && !email && !query.get('organization_reserved_domain_id')) {
    return refuseAdmin(context, 400, 'invalid_request', 'account_id, organization_reserved_domain_id or email is required.');
  }
  const account = state.accounts.find(({ id }) => id === accountId) ?? (accountId ? undefined : state.accounts[0]);
  if (!account) return refuseAdmin(context, 400, 'invalid_account_id', 'The account does not belong to the organization.');
  const start = numberIn(context, 'start', 0);
  const take = Math.min(numberIn(context, 'take', 20) || 20, MOST);
  const since = Date.parse(query.get('last_modified_since') ?? '');
  const wanted = query.get('membership_status');
  const filter = [email, Number.isFinite(since) ? since : undefined, wanted].filter((part) => part != null).join(' ');
  const found = state.people.page(account.index, start, take, filter, (user) => {
    const { status } = user.memberships[account.index]!;
    return (
      (email === undefined || user.email.toLowerCase() === email) && !(user.modifiedAt < since) && (wanted === null || status === wanted)
    );
  });
  const rows = found.rows.map((user) => userRow(user, user.memberships[account.index]!));
  return answer(context, 200, { users: rows, paging: paging(context, start, take, rows.length, found.total) });
}

function userRow(user: SandboxUser, membership: SandboxMembership): Record<string, unknown> {
  return {
    id: user.id,
    user_name: nameOf(user),
    first_name: user.firstName,
    last_name: user.lastName,
    user_status: user.status,
    membership_status: membership.status,
    email: user.email,
    created_on: adminTime(user.createdAt),
    membership_id: membership.id,
    membership_created_on: adminTime(membership.createdAt),
    ...(membership.closedAt !== undefined && { membership_closed_on: adminTime(membership.closedAt) }),
    is_managed_by_scim: false,
    is_membership_managed_by_scim: false,
  };
}

// The next page is a whole URL, with all of the query in it.
function paging(context: Context, start: number, take: number, rows: number, total: number): Record<string, unknown> {
  const next = new URLSearchParams(context.query);
  next.set('start', String(start + rows));
  next.set('take', String(take));
  return {
    result_set_size: rows,
    result_set_start_position: start,
    result_set_end_position: Math.max(start, start + rows - 1),
    total_set_size: total,
    ...(rows > 0 && start + rows < total && { next: `${ADMIN}${context.path}?${next.toString()}` }),
  };
}

// ---------------------------------------------------------------- profile

function profile(context: Context): SandboxAnswer {
  const { state, params } = context;
  const user = state.people.get(params['userId'] ?? '');
  if (!user) return refuseAdmin(context, 404, 'user_not_found', 'The user was not found.');
  const site = state.accounts[0]!;
  return answer(context, 200, {
    users: [
      {
        id: user.id,
        site_id: site.siteId,
        site_name: site.siteName,
        user_name: nameOf(user),
        first_name: user.firstName,
        last_name: user.lastName,
        user_status: user.status,
        default_account_id: state.accounts.find(({ index }) => user.memberships[index])?.id,
        language_culture: 'en',
        federated_status: user.federatedStatus,
        is_organization_admin: user.isOrganizationAdmin,
        created_on: adminTime(user.createdAt),
        require_two_step_verification: user.requiresTwoStep,
        device_verification_enabled: true,
        memberships: state.accounts.flatMap((account) => membershipRow(account, user)),
        identities:
          user.federatedStatus === 'RemoveStatus'
            ? []
            : [{ id: guid(`identity ${user.id}`), provider_id: state.providers[0]?.id, user_id: user.id, immutable_id: user.email }],
      },
    ],
  });
}

function membershipRow(account: SandboxAccount, user: SandboxUser): Record<string, unknown>[] {
  const membership = user.memberships[account.index];
  if (!membership) return [];
  const held = account.profiles.find(({ id }) => id === membership.profileId);
  return [
    {
      id: membership.id,
      email: user.email,
      account_id: account.id,
      external_account_id: String(account.externalId),
      account_name: account.name,
      is_external_account: false,
      status: membership.status,
      permission_profile: { id: membership.profileId, name: held?.name ?? '' },
      created_on: adminTime(membership.createdAt),
      groups: account.groups
        .filter(({ id }) => membership.groupIds.includes(id))
        .map(({ id, name, type }) => ({ id, name, type: type.replace(/Group$/, '_group') })),
      is_admin: isAdminIn(account, membership),
    },
  ];
}

// ---------------------------------------------------------------- writes

// 200 even when single accounts fail: what failed stands at the item.
function closeMemberships(context: Context): SandboxAnswer {
  const { state, params, body, now } = context;
  const user = state.people.get(params['userId'] ?? '');
  if (!user) return refuseAdmin(context, 404, 'user_not_found', 'The user was not found.');
  const isFailing = failsItems(context);
  const results = itemsIn(body, 'accounts').map((item, position) => {
    const id = String(item['id']);
    const account = state.accounts.find((one) => one.id === id.toLowerCase());
    const membership = account && user.memberships[account.index];
    if (isFailing && position === 0)
      return { id, error_details: { error: 'membership_close_failed', error_description: 'The membership could not be closed.' } };
    if (!account || !membership)
      return { id, error_details: { error: 'membership_not_found', error_description: 'The user has no membership in this account.' } };
    enact(context, () => setMembership(context, user.id, account, { status: 'closed', closedAt: now.getTime() }));
    note(context, {
      object: 'Account',
      action: 'UserRemoved',
      accountId: account.id,
      affectedUserId: user.id,
      data: { AffectedUserId: user.id, AffectedMembershipId: membership.id },
    });
    return { id };
  });
  return answer(context, 200, { success: results.every((item) => !('error_details' in item)), accounts: results });
}

/** Changes one membership of a user as it is by then: the other ones may have changed meanwhile. */
export function setMembership(context: Context, userId: string, account: SandboxAccount, changes: Partial<SandboxMembership>): void {
  const user = context.state.people.get(userId);
  const memberships = user?.memberships.map((membership, index) =>
    membership && index === account.index ? { ...membership, ...changes } : membership,
  );
  if (user && memberships) change(context, user, { memberships });
}

function activateMembership(context: Context): SandboxAnswer {
  const { state, params, body, switches } = context;
  const user = state.people.get(params['userId'] ?? '');
  const account = user && state.accounts.find(({ index }) => user.memberships[index]?.id === params['membershipId']?.toLowerCase());
  if (!user || !account) return refuseAdmin(context, 404, 'membership_not_found', 'The membership was not found.');
  if (typeof (body as Record<string, unknown> | undefined)?.['site_id'] !== 'number')
    return refuseAdmin(context, 400, 'invalid_request', 'site_id is required.');
  const domain = user.email.split('@')[1] ?? '';
  const isClaimed = state.domains.some(({ host, status }) => host === domain && status === 'active');
  if (!isClaimed || switches['refuseActivation'] === true) {
    return refuseAdmin(context, 400, 'user_not_in_reserved_domain', 'Only users of a reserved domain can be activated.');
  }
  enact(context, () => setMembership(context, user.id, account, { status: 'active', closedAt: undefined }));
  note(context, { object: 'User', action: 'Activated', accountId: account.id, affectedUserId: user.id, data: { AffectedUserId: user.id } });
  return answer(context, 200, { status: 'success' });
}

function changeProfiles(context: Context): SandboxAnswer {
  const items = itemsIn(context.body, 'users');
  if (items.length === 0) return refuseAdmin(context, 400, 'invalid_request', 'users must not be empty.');
  const isFailing = failsItems(context);
  const results = items.map((item) => {
    const user = context.state.people.get(String(item['id']));
    const named = { id: String(item['id']), site_id: item['site_id'], email: user?.email };
    if (!user) return { ...named, error_details: { error: 'user_not_found', error_description: 'The user was not found.' } };
    if (isFailing) return { ...named, error_details: { error: 'user_update_failed', error_description: 'The user could not be changed.' } };
    changeOne(context, user, item);
    return named;
  });
  return answer(context, 200, { success: results.every((item) => !('error_details' in item)), users: results });
}

function changeOne(context: Context, user: SandboxUser, item: Readonly<Record<string, unknown>>): void {
  const forced = item['force_password_change'];
  if (typeof forced === 'boolean') {
    enact(context, () => {
      const now = context.state.people.get(user.id);
      if (now) change(context, now, { mustChangePassword: forced });
    });
    note(context, { object: 'User', action: 'PasswordReset', affectedUserId: user.id, data: { AffectedUserId: user.id } });
  }
  for (const wanted of itemsIn(item, 'memberships')) {
    const account = context.state.accounts.find(({ id }) => id === String(wanted['account_id']).toLowerCase());
    const profileId = (wanted['permission_profile'] as { readonly id?: unknown } | undefined)?.id;
    if (!account || typeof profileId !== 'number' || !account.profiles.some(({ id }) => id === profileId)) continue;
    enact(context, () => giveProfile(context, user.id, account, profileId));
    note(context, {
      object: 'Account',
      action: 'UserUpdated',
      accountId: account.id,
      affectedUserId: user.id,
      data: { AffectedUserId: user.id, PermissionProfileId: String(profileId) },
    });
  }
}

// The Administrators group is kept in step with the permission profile by Docusign itself.
function giveProfile(context: Context, userId: string, account: SandboxAccount, profileId: number): void {
  const membership = context.state.people.get(userId)?.memberships[account.index];
  const adminGroup = account.groups.find(({ type }) => type === 'adminGroup')?.id ?? 0;
  const isAdmin = account.profiles.find(({ id }) => id === profileId)?.isAdmin ?? false;
  const others = (membership?.groupIds ?? []).filter((id) => id !== adminGroup);
  setMembership(context, userId, account, { profileId, groupIds: isAdmin ? [adminGroup, ...others] : others });
}

// ---------------------------------------------------------------- organization

function identityProviders(context: Context): SandboxAnswer {
  return answer(context, 200, {
    identity_providers: context.state.providers.map(({ id, name }) => ({
      id,
      friendly_name: name,
      auto_provision_users: true,
      type: 'saml_20',
      links: [],
    })),
  });
}

function reservedDomains(context: Context): SandboxAnswer {
  return answer(context, 200, {
    reserved_domains: context.state.domains.map(({ id, host, status, providerId }) => ({
      id,
      status,
      host_name: host,
      txt_token: guid(`txt ${id}`),
      ...(providerId && { identity_provider_id: providerId }),
      settings: [],
      links: [],
    })),
  });
}

// The Admin API writes fractions of any length and no zone.
function adminTime(ms: number): string {
  return new Date(ms).toISOString().replace(/0*Z$/, '').replace(/\.$/, '');
}
