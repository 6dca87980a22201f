import type { SandboxAnswer, SandboxRoute } from '../sdk/index.js';
import { flag, record } from '../sdk/index.js';
import { OPERATIONS } from './operations.js';
import { change, NO_CONTENT, notFound, ok, pageOf, refuse, settle, type Context } from './sandbox-answers.js';
import { logged } from './sandbox-admin-log.js';
import type { SandboxUser, WorkspaceState } from './sandbox-state.js';
import { SCOPE } from './scopes.js';

const READ = [SCOPE.users, SCOPE.manageUsers];
const WRITE = [SCOPE.manageUsers];

/** Users: listed, looked up, changed, signed out, made administrators. */
export const userRoutes: readonly SandboxRoute<WorkspaceState>[] = [
  { method: 'GET', operation: OPERATIONS.users, scopes: READ, answer: listUsers },
  {
    method: 'GET',
    operation: OPERATIONS.user,
    scopes: READ,
    answer: (context) => withUser(context, (user) => ok(context, wireOf(context.state, user))),
  },
  {
    method: 'PATCH',
    operation: OPERATIONS.patchUser,
    scopes: WRITE,
    answer: (context) => withUser(context, (user) => patch(context, user)),
  },
  {
    method: 'POST',
    operation: OPERATIONS.signOut,
    scopes: [SCOPE.security],
    answer: (context) => withUser(context, (user) => signOut(context, user)),
  },
  {
    method: 'POST',
    operation: OPERATIONS.makeAdmin,
    scopes: WRITE,
    answer: (context) => withUser(context, (user) => makeAdmin(context, user)),
  },
];

/** Answers about the user that the path names; deleted ones are not found. */
export function withUser(context: Context, answer: (user: SandboxUser) => SandboxAnswer): SandboxAnswer {
  settle(context);
  const user = context.state.users.find(context.params['userKey'] ?? '');
  return user && user.deletedAt === undefined ? answer(user) : notFound('userKey');
}

function listUsers(context: Context): SandboxAnswer {
  settle(context);
  const { query, state } = context;
  if (!['my_customer', state.customerId].includes(query.get('customer') ?? '') && query.get('domain') === null) {
    return refuse(400, 'badRequest', 'Bad Request');
  }
  const form = { kind: 'admin#directory#users', name: 'users', most: 500, usual: 100 };
  const wire = (user: SandboxUser | undefined): object | undefined => user && wireOf(state, user);
  const filter = filterOf(context);
  if (!filter) return refuse(400, 'invalid', 'Invalid Input: query');
  // Searches and the deleted are among the real people; the plain list has all, with those made up for volume.
  if (filter.isNarrow) {
    const found = state.users.people.filter(filter.fits);
    return pageOf(context, form, found.length, (position) => wire(found[position]));
  }
  return pageOf(context, form, state.users.size, (position) => wire(state.users.at(position)));
}

function filterOf({ query }: Context): { readonly isNarrow: boolean; readonly fits: (user: SandboxUser) => boolean } | undefined {
  const isDeleted = query.get('showDeleted') === 'true';
  const [name, value] = (query.get('query') ?? '').split('=', 2);
  const wanted = FILTERS[name ?? ''];
  if (!wanted) return undefined;
  return {
    isNarrow: isDeleted || name !== '',
    fits: (user) => (user.deletedAt !== undefined) === isDeleted && (name === '' || wanted(user) === (value === 'true')),
  };
}

const FILTERS: Readonly<Record<string, (user: SandboxUser) => boolean>> = {
  '': () => true,
  isAdmin: (user) => user.isSuperAdmin,
  isSuspended: (user) => user.suspended,
};

function wireOf(state: WorkspaceState, user: SandboxUser): object {
  const held = [...state.assignments.values()].some(({ assignedTo, roleId }) => assignedTo === user.id && roleId !== state.roles[0]!.id);
  return {
    kind: 'admin#directory#user',
    id: user.id,
    etag: `"${user.id}"`,
    primaryEmail: user.email,
    name: { givenName: user.givenName, familyName: user.familyName, fullName: `${user.givenName} ${user.familyName}` },
    isAdmin: user.isSuperAdmin,
    isDelegatedAdmin: held,
    lastLoginTime: new Date(user.lastLoginAt).toISOString(),
    creationTime: new Date(user.createdAt).toISOString(),
    ...(user.deletedAt !== undefined && { deletionTime: new Date(user.deletedAt).toISOString() }),
    agreedToTerms: user.hasAgreed,
    suspended: user.suspended,
    ...(user.suspended && { suspensionReason: user.suspensionReason ?? 'ADMIN' }),
    archived: user.archived,
    changePasswordAtNextLogin: user.mustChangePassword,
    ipWhitelisted: false,
    customerId: state.customerId,
    orgUnitPath: user.orgUnitPath,
    isMailboxSetup: user.hasAgreed,
    isEnrolledIn2Sv: user.isEnrolled,
    isEnforcedIn2Sv: user.isEnforced,
    includeInGlobalAddressList: true,
  };
}

function patch(context: Context, user: SandboxUser): SandboxAnswer {
  const body = record(context.body) ?? {};
  const suspended = flag(body['suspended']);
  const mustChange = flag(body['changePasswordAtNextLogin']);
  const isProtected = context.switches['isPlainAdmin'] === true && user.isSuperAdmin;
  if (isProtected) return refuse(403, 'forbidden', 'Not Authorized to access this resource/api');
  if (suspended === false && user.suspended && (user.suspensionReason ?? 'ADMIN') !== 'ADMIN') {
    return refuse(412, 'conditionNotMet', 'User is suspended by Google and cannot be restored with this call.');
  }
  change(context, () => {
    if (suspended !== null && suspended !== user.suspended) {
      user.suspended = suspended;
      logged(context, 'USER_SETTINGS', suspended ? 'SUSPEND_USER' : 'UNSUSPEND_USER', { USER_EMAIL: user.email });
    }
    if (mustChange !== null && mustChange !== user.mustChangePassword) {
      user.mustChangePassword = mustChange;
      logged(context, 'USER_SETTINGS', 'CHANGE_PASSWORD_ON_NEXT_LOGIN', { USER_EMAIL: user.email, NEW_VALUE: String(mustChange) });
    }
    context.state.users.keep(user);
  });
  return ok(context, wireOf(context.state, user));
}

function signOut(context: Context, user: SandboxUser): SandboxAnswer {
  change(context, () => logged(context, 'USER_SETTINGS', 'RESET_SIGNIN_COOKIES', { USER_EMAIL: user.email }));
  return NO_CONTENT;
}

function makeAdmin(context: Context, user: SandboxUser): SandboxAnswer {
  const status = flag(record(context.body)?.['status']);
  if (status === null) return refuse(400, 'invalid', 'Invalid Input: status');
  const { state } = context;
  const seed = state.roles[0]!;
  change(context, () => {
    user.isSuperAdmin = status;
    for (const one of [...state.assignments.values()]) {
      if (one.assignedTo === user.id && one.roleId === seed.id) state.assignments.delete(one.id);
    }
    if (status) {
      const id = String(8_000_000_000 + state.serial++);
      state.assignments.set(id, { id, roleId: seed.id, assignedTo: user.id, assigneeType: 'user', scopeType: 'CUSTOMER' });
    }
    logged(context, 'USER_SETTINGS', status ? 'GRANT_ADMIN_PRIVILEGE' : 'REVOKE_ADMIN_PRIVILEGE', { USER_EMAIL: user.email });
    state.users.keep(user);
  });
  return NO_CONTENT;
}
