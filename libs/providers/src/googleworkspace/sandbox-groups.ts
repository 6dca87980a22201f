import type { SandboxAnswer, SandboxRoute } from '../sdk/index.js';
import { record, text } from '../sdk/index.js';
import { OPERATIONS } from './operations.js';
import { logged } from './sandbox-admin-log.js';
import { change, NO_CONTENT, notFound, ok, pageOf, refuse, settle, type Context } from './sandbox-answers.js';
import type { SandboxGroup, SandboxMember, WorkspaceState } from './sandbox-state.js';
import { SCOPE } from './scopes.js';

const READ_GROUPS = [SCOPE.groups];
const READ_MEMBERS = [SCOPE.members, SCOPE.manageMembers];
const WRITE = [SCOPE.manageMembers];

/** Groups and their members. */
export const groupRoutes: readonly SandboxRoute<WorkspaceState>[] = [
  { method: 'GET', operation: OPERATIONS.groups, scopes: READ_GROUPS, answer: listGroups },
  {
    method: 'GET',
    operation: OPERATIONS.group,
    scopes: READ_GROUPS,
    answer: (context) => withGroup(context, (group) => ok(context, wireOf(group))),
  },
  {
    method: 'GET',
    operation: OPERATIONS.members,
    scopes: READ_MEMBERS,
    answer: (context) => withGroup(context, (group) => listMembers(context, group)),
  },
  {
    method: 'GET',
    operation: OPERATIONS.member,
    scopes: READ_MEMBERS,
    answer: (context) => withMember(context, (_group, member) => ok(context, memberWire(context, member))),
  },
  {
    method: 'POST',
    operation: OPERATIONS.addMember,
    scopes: WRITE,
    answer: (context) => withGroup(context, (group) => addMember(context, group)),
  },
  {
    method: 'DELETE',
    operation: OPERATIONS.removeMember,
    scopes: WRITE,
    answer: (context) => withMember(context, (group, member) => remove(context, group, member)),
  },
];

function listGroups(context: Context): SandboxAnswer {
  settle(context);
  const groups = [...context.state.groups.values()];
  const form = { kind: 'admin#directory#groups', name: 'groups', most: 200, usual: 200 };
  return pageOf(context, form, groups.length, (position) => wireOf(groups[position]!));
}

function wireOf(group: SandboxGroup): object {
  const { id, email, name, description, members } = group;
  return {
    kind: 'admin#directory#group',
    id,
    etag: `"${id}"`,
    email,
    name,
    description,
    directMembersCount: String(members.length),
    adminCreated: true,
  };
}

function withGroup(context: Context, answer: (group: SandboxGroup) => SandboxAnswer): SandboxAnswer {
  settle(context);
  const key = context.params['groupKey'] ?? '';
  const group = context.state.groups.get(key) ?? [...context.state.groups.values()].find(({ email }) => email === key);
  return group ? answer(group) : notFound('groupKey');
}

function withMember(context: Context, answer: (group: SandboxGroup, member: SandboxMember) => SandboxAnswer): SandboxAnswer {
  return withGroup(context, (group) => {
    const key = context.params['memberKey'] ?? '';
    const member = group.members.find(({ id, email }) => id === key || email === key);
    return member ? answer(group, member) : notFound('memberKey');
  });
}

function listMembers(context: Context, group: SandboxGroup): SandboxAnswer {
  const isDerived = context.query.get('includeDerivedMembership') === 'true';
  const members = isDerived ? derived(context.state, group, new Set()) : group.members;
  const form = { kind: 'admin#directory#members', name: 'members', most: 200, usual: 200 };
  return pageOf(context, form, members.length, (position) => memberWire(context, members[position]!));
}

// Members of groups in the group too, each once; groups may hold each other.
function derived(state: WorkspaceState, group: SandboxGroup, seen: Set<string>): SandboxMember[] {
  if (seen.has(group.id)) return [];
  seen.add(group.id);
  const inner = group.members.flatMap(({ id, type }) => {
    const found = type === 'GROUP' && id !== undefined ? state.groups.get(id) : undefined;
    return found ? derived(state, found, seen) : [];
  });
  const all = [...group.members, ...inner];
  return all.filter((member, index) => all.findIndex((one) => (one.id ?? one.email) === (member.id ?? member.email)) === index);
}

function memberWire({ state }: Context, { id, email, role, type }: SandboxMember): object {
  const user = id === undefined ? undefined : state.users.find(id);
  return {
    kind: 'admin#directory#member',
    etag: `"${id ?? email}"`,
    ...(id !== undefined && { id }),
    ...(email !== undefined && { email }),
    role,
    type,
    ...(type === 'USER' && user && { status: user.suspended ? 'SUSPENDED' : 'ACTIVE' }),
  };
}

function addMember(context: Context, group: SandboxGroup): SandboxAnswer {
  const body = record(context.body) ?? {};
  const user = context.state.users.find(text(body['id']) ?? text(body['email']) ?? '');
  if (!user) return notFound('memberKey');
  if (group.members.some(({ id }) => id === user.id)) return refuse(409, 'duplicate', 'Member already exists.');
  const member: SandboxMember = { id: user.id, email: user.email, role: text(body['role']) ?? 'MEMBER', type: 'USER' };
  change(context, () => {
    group.members.push(member);
    logged(context, 'GROUP_SETTINGS', 'ADD_GROUP_MEMBER', { USER_EMAIL: user.email, GROUP_EMAIL: group.email });
  });
  return ok(context, memberWire(context, member));
}

function remove(context: Context, group: SandboxGroup, member: SandboxMember): SandboxAnswer {
  change(context, () => {
    group.members.splice(group.members.indexOf(member), 1);
    logged(context, 'GROUP_SETTINGS', 'REMOVE_GROUP_MEMBER', { USER_EMAIL: member.email ?? '', GROUP_EMAIL: group.email });
  });
  return NO_CONTENT;
}
