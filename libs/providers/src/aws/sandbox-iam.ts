import type { SandboxAnswer } from '../sdk/index.js';

import { fieldsOf, queryAnswer, refuse, xml, type Call } from './sandbox-answers.js';
import { missing, READS, shownUser, type Fields } from './sandbox-iam-reads.js';
import { awsTime, guid } from './sandbox-ids.js';
import type { SandboxUser } from './sandbox-state.js';
import { entryOf } from './sandbox-trail.js';

type Change = (call: Call, user: SandboxUser, fields: Fields) => SandboxUser | SandboxAnswer;

function without(inline: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(inline).filter(([policy]) => policy !== name));
}

const CHANGES: Readonly<Record<string, Change>> = {
  PutUserPolicy: (call, user, fields) => {
    const { PolicyName = '', PolicyDocument = '' } = fields;
    if (!PolicyDocument.startsWith('{')) return refuse(call, 400, 'MalformedPolicyDocument', 'Syntax errors in policy.');
    return { ...user, inline: { ...user.inline, [PolicyName]: PolicyDocument } };
  },
  DeleteUserPolicy: (call, user, { PolicyName = '' }) =>
    PolicyName in user.inline
      ? { ...user, inline: without(user.inline, PolicyName) }
      : missing(call, `user policy with name ${PolicyName}`),
  AttachUserPolicy: (_call, user, { PolicyArn = '' }) => ({ ...user, attached: [...new Set([...user.attached, PolicyArn])] }),
  DetachUserPolicy: (call, user, { PolicyArn = '' }) =>
    user.attached.includes(PolicyArn)
      ? { ...user, attached: user.attached.filter((arn) => arn !== PolicyArn) }
      : missing(call, `policy ${PolicyArn}`),
  UpdateAccessKey: (call, user, { AccessKeyId = '', Status = '' }) => {
    if (Status !== 'Active' && Status !== 'Inactive') return refuse(call, 400, 'ValidationError', 'Status is not valid.');
    if (!user.keys.some(({ id }) => id === AccessKeyId)) return missing(call, `Access Key with id ${AccessKeyId}`);
    return { ...user, keys: user.keys.map((key) => (key.id === AccessKeyId ? { ...key, status: Status } : key)) };
  },
  DeleteLoginProfile: (call, user) => {
    if (user.password === null) return missing(call, `Login Profile for User ${user.name}`);
    const age = call.now.getTime() - Date.parse(user.password.changedAt);
    if (age < 3_000)
      return refuse(
        call,
        409,
        'EntityTemporarilyUnmodifiable',
        `Login Profile for User ${user.name} cannot be modified while login profile is being created.`,
      );
    return { ...user, password: null };
  },
  CreateLoginProfile: (call, user, { Password = '', PasswordResetRequired }) => {
    if (user.password !== null) return refuse(call, 409, 'EntityAlreadyExists', `Login Profile for user ${user.name} already exists.`);
    if (Password.length < 12) return refuse(call, 400, 'PasswordPolicyViolation', 'Password should have a minimum length of 12');
    return { ...user, password: { isResetRequired: PasswordResetRequired === 'true', changedAt: awsTime(call.now) } };
  },
  UpdateLoginProfile: (call, user, { PasswordResetRequired }) => {
    if (user.password === null) return missing(call, `Login Profile for User ${user.name}`);
    return { ...user, password: { ...user.password, isResetRequired: PasswordResetRequired === 'true' } };
  },
  RemoveUserFromGroup: (call, user, { GroupName = '' }) =>
    call.state.groups.has(GroupName)
      ? { ...user, groups: user.groups.filter((name) => name !== GroupName) }
      : missing(call, `group with name ${GroupName}`),
  AddUserToGroup: (call, user, { GroupName = '' }) =>
    call.state.groups.has(GroupName)
      ? { ...user, groups: [...new Set([...user.groups, GroupName])] }
      : missing(call, `group with name ${GroupName}`),
};

/** Answers any action of IAM, however it was sent; a change is logged as AWS logs it. */
export function answerIam(call: Call): SandboxAnswer {
  const fields = fieldsOf(call);
  const action = fields['Action'] ?? '';
  const read = READS[action];
  if (read) return read(call, fields);
  const change = CHANGES[action];
  if (!change) return refuse(call, 400, 'InvalidAction', `Could not find operation ${action} for version ${fields['Version'] ?? ''}`);
  const name = fields['UserName'] ?? '';
  const user = call.state.users.get(name)?.now ?? (name.startsWith('bulk-') ? shownUser(call, name) : undefined);
  if (!user) return missing(call, `user with name ${name}`);
  const changed = change(call, user, fields);
  if ('status' in changed) return changed;
  call.state.users.set(name, { now: changed, before: user, changedAt: call.now.getTime() });
  note(call, action, fields);
  return queryAnswer(
    call,
    action,
    action === 'CreateLoginProfile'
      ? `<LoginProfile>${xml({ UserName: name, CreateDate: awsTime(call.now), PasswordResetRequired: true })}</LoginProfile>`
      : undefined,
  );
}

const KEPT = ['UserName', 'GroupName', 'PolicyName', 'PolicyArn', 'AccessKeyId', 'Status'];

function note(call: Call, action: string, fields: Fields): void {
  const request = Object.fromEntries(
    KEPT.flatMap((name) => (fields[name] === undefined ? [] : [[name.charAt(0).toLowerCase() + name.slice(1), fields[name]]])),
  );
  const { state, now } = call;
  state.writes++;
  state.trail.add(
    entryOf({
      id: guid(`write ${state.writes} ${now.getTime()}`),
      at: now.getTime(),
      source: 'iam.amazonaws.com',
      name: action,
      user: state.own.userName,
      ip: '192.0.2.10',
      request,
    }),
  );
}
