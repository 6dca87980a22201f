import type { SandboxAnswer } from '../sdk/index.js';

import { escaped, queryAnswer, refuse, xml, xmlList, type Call } from './sandbox-answers.js';
import { reportCsv } from './sandbox-report.js';
import { ACCOUNT_ID, awsId, awsTime } from './sandbox-ids.js';
import { arnOf, bulkUser, type AwsState, type SandboxGroup, type SandboxUser } from './sandbox-state.js';

/** Fields of a call, from its address or its form. */
export type Fields = Readonly<Record<string, string>>;
type Action = (call: Call, fields: Fields) => SandboxAnswer;

/** A user as reads show it: changes come in only after the lag that the switches ask for. */
export function shownUser(call: Call, name: string): SandboxUser | undefined {
  const held = call.state.users.get(name);
  if (held) return call.now.getTime() - held.changedAt < call.switches.readLagMs ? held.before : held.now;
  const number = /^bulk-(\d{1,7})$/.exec(name)?.[1];
  return number !== undefined && Number(number) < call.state.bulkAccounts ? bulkUser(Number(number)) : undefined;
}

function groupXml(group: SandboxGroup): string {
  return xml({
    Path: '/',
    GroupName: group.name,
    GroupId: group.id,
    Arn: `arn:aws:iam::${ACCOUNT_ID}:group/${group.name}`,
    CreateDate: '2023-01-01T00:00:00Z',
  });
}

function userXml(user: SandboxUser): string {
  return xml({ Path: user.path, UserName: user.name, UserId: user.id, Arn: arnOf(user), CreateDate: user.createdAt });
}

function tagsXml(user: SandboxUser): string {
  return user.email === null ? '' : xmlList('Tags', [xml({ Key: 'email', Value: user.email })]);
}

function attachedXml(state: AwsState, arns: readonly string[], name = 'AttachedManagedPolicies'): string {
  return xmlList(
    name,
    arns.map((arn) => xml({ PolicyName: arn.split('/').at(-1), PolicyArn: arn })),
  );
}

// Documents travel encoded as RFC 3986 has it, inside the XML.
function inlineXml(name: string, inline: Readonly<Record<string, string>>): string {
  return xmlList(
    name,
    Object.entries(inline).map(([policy, document]) => xml({ PolicyName: policy, PolicyDocument: encodeURIComponent(document) })),
  );
}

// ---------------------------------------------------------------- pages

interface Window {
  readonly start: number;
  readonly size: number;
}

/** Lists may be cut shorter than asked for, and go on all the same. */
function windowOf(call: Call, fields: Fields): Window | undefined {
  const size = Number(fields['MaxItems'] ?? 100);
  const start = fields['Marker'] === undefined ? 0 : Number(/^sandbox-(\d{1,9})$/.exec(fields['Marker'])?.[1] ?? Number.NaN);
  if (!(size >= 1 && size <= 1_000) || !Number.isInteger(start)) return undefined;
  const isCut = call.switches.emptyPages && start === 0 && fields['Marker'] === undefined;
  return { start, size: isCut ? 0 : size };
}

function paged<T>(
  call: Call,
  fields: Fields,
  total: number,
  at: (index: number) => T,
  shape: (rows: readonly T[]) => string,
): SandboxAnswer {
  const window = windowOf(call, fields);
  const action = fields['Action'] ?? '';
  if (!window) return refuse(call, 400, 'ValidationError', 'Marker or MaxItems is not valid.');
  const end = Math.min(total, window.start + window.size);
  const first = call.switches.duplicateRows && window.start > 0 ? window.start - 1 : window.start;
  const rows = Array.from({ length: Math.max(0, end - first) }, (_, index) => at(first + index));
  // An empty page that goes on starts the same place again under a marker of its own.
  const hasMore = end < total;
  return queryAnswer(call, action, `${shape(rows)}${xml({ IsTruncated: hasMore, Marker: hasMore ? `sandbox-${end}` : null })}`);
}

function listed(call: Call, fields: Fields, name: string, rows: readonly string[]): SandboxAnswer {
  return paged(
    call,
    fields,
    rows.length,
    (index) => rows[index]!,
    (page) => xmlList(name, page),
  );
}

// ---------------------------------------------------------------- reads

function details(call: Call, fields: Fields): SandboxAnswer {
  const { state } = call;
  const wanted = new Set(Object.entries(fields).flatMap(([name, value]) => (name.startsWith('Filter.member.') ? [value] : [])));
  const names = wanted.has('User') ? [...state.users.keys()] : [];
  const groups = wanted.has('Group') ? [...state.groups.values()] : [];
  const roles = wanted.has('Role') ? state.roles : [];
  const policies = wanted.has('LocalManagedPolicy') ? state.policies : [];
  const bulk = wanted.has('User') ? state.bulkAccounts : 0;
  const sections: readonly [string, number, (index: number) => string][] = [
    [
      'UserDetailList',
      names.length + bulk,
      (index) => userDetail(call, index < names.length ? shownUser(call, names[index]!)! : bulkUser(index - names.length)),
    ],
    ['GroupDetailList', groups.length, (index) => groupDetail(call.state, groups[index]!)],
    ['RoleDetailList', roles.length, (index) => roleDetail(call.state, roles[index]!)],
    ['Policies', policies.length, (index) => policyDetail(policies[index]!)],
  ];
  const total = sections.reduce((sum, [, count]) => sum + count, 0);
  const at = (index: number): readonly [string, string] => {
    let rest = index;
    for (const [name, count, show] of sections) {
      if (rest < count) return [name, show(rest)];
      rest -= count;
    }
    return ['', ''];
  };
  return paged(call, fields, total, at, (rows) =>
    sections
      .map(([name]) =>
        xmlList(
          name,
          rows.filter(([section]) => section === name).map(([, row]) => row),
        ),
      )
      .join(''),
  );
}

function userDetail(call: Call, user: SandboxUser): string {
  return (
    userXml(user) +
    inlineXml('UserPolicyList', user.inline) +
    xmlList('GroupList', user.groups.map(escaped)) +
    attachedXml(call.state, user.attached) +
    tagsXml(user)
  );
}

function groupDetail(state: AwsState, group: SandboxGroup): string {
  return groupXml(group) + inlineXml('GroupPolicyList', group.inline) + attachedXml(state, group.attached);
}

function roleDetail(state: AwsState, role: AwsState['roles'][number]): string {
  const named = xml({
    Path: '/',
    RoleName: role.name,
    RoleId: awsId('AROA', role.name),
    Arn: `arn:aws:iam::${ACCOUNT_ID}:role/${role.name}`,
    CreateDate: '2024-02-01T00:00:00Z',
    AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(role.trust)),
  });
  const used =
    role.lastUsedAt === null
      ? '<RoleLastUsed/>'
      : `<RoleLastUsed>${xml({ LastUsedDate: role.lastUsedAt, Region: 'us-east-1' })}</RoleLastUsed>`;
  return `${named}<InstanceProfileList/><RolePolicyList/>${attachedXml(state, role.attached)}${used}`;
}

function policyDetail(policy: AwsState['policies'][number]): string {
  const version = xml({
    Document: encodeURIComponent(JSON.stringify(policy.document)),
    VersionId: 'v1',
    IsDefaultVersion: true,
    CreateDate: '2024-01-01T00:00:00Z',
  });
  return policyXml(policy) + xmlList('PolicyVersionList', [version]);
}

function policyXml(policy: AwsState['policies'][number]): string {
  return xml({
    PolicyName: policy.name,
    PolicyId: awsId('ANPA', policy.name),
    Arn: policy.arn,
    Path: '/',
    DefaultVersionId: 'v1',
    AttachmentCount: 1,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    CreateDate: '2024-01-01T00:00:00Z',
    UpdateDate: '2024-01-01T00:00:00Z',
  });
}

/** What IAM says of a thing that is not there. */
export function missing(call: Call, what: string): SandboxAnswer {
  return refuse(call, 404, 'NoSuchEntity', `The ${what} cannot be found.`);
}

function withUser(act: (call: Call, user: SandboxUser, fields: Fields) => SandboxAnswer): Action {
  return (call, fields) => {
    const user = shownUser(call, fields['UserName'] ?? '');
    return user ? act(call, user, fields) : missing(call, `user with name ${fields['UserName'] ?? ''}`);
  };
}

const READY_AFTER_MS = 4_000;
const REPORT_LIVES_MS = 4 * 3_600_000;

function generateReport(call: Call): SandboxAnswer {
  const now = call.now.getTime();
  const { report } = call.state;
  if (report && now - report.madeAt < REPORT_LIVES_MS) {
    const State = now >= report.readyAt ? 'COMPLETE' : 'INPROGRESS';
    return queryAnswer(call, 'GenerateCredentialReport', xml({ State }));
  }
  call.state.report = { madeAt: now, readyAt: now + READY_AFTER_MS, csv: reportCsv(call.state) };
  return queryAnswer(
    call,
    'GenerateCredentialReport',
    xml({ State: 'STARTED', Description: 'No report exists. Starting a new report generation task' }),
  );
}

function getReport(call: Call): SandboxAnswer {
  const now = call.now.getTime();
  const { report } = call.state;
  if (!report) return refuse(call, 410, 'ReportNotPresent', 'No report exists. Generate one.');
  if (now < report.readyAt) return refuse(call, 404, 'ReportInProgress', 'Report is being generated.');
  if (now - report.madeAt > REPORT_LIVES_MS) return refuse(call, 410, 'ReportExpired', 'The report has expired. Generate a new one.');
  const Content = Buffer.from(report.csv).toString('base64');
  return queryAnswer(call, 'GetCredentialReport', xml({ Content, ReportFormat: 'text/csv', GeneratedTime: awsTime(report.madeAt) }));
}

function summary(call: Call): SandboxAnswer {
  const numbers = {
    Users: call.state.users.size,
    Groups: call.state.groups.size,
    AccountMFAEnabled: 1,
    AccountAccessKeysPresent: 0,
    AccessKeysPerUserQuota: 2,
  };
  return queryAnswer(
    call,
    'GetAccountSummary',
    xmlList(
      'SummaryMap',
      Object.entries(numbers).map(([key, value]) => xml({ key, value })),
      'entry',
    ),
  );
}

function keyOwner(call: Call, id: string): SandboxUser | undefined {
  return [...call.state.users.keys()].map((name) => shownUser(call, name)!).find(({ keys }) => keys.some((key) => key.id === id));
}

function keyUse(call: Call, fields: Fields): SandboxAnswer {
  const id = fields['AccessKeyId'] ?? '';
  const user = keyOwner(call, id);
  if (!user)
    return refuse(call, 403, 'AccessDenied', `User is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key ${id}`);
  const used = user.keys.find((key) => key.id === id)?.lastUsedAt ?? null;
  const told = used === null ? { Region: 'N/A', ServiceName: 'N/A' } : { LastUsedDate: used, Region: 'us-east-1', ServiceName: 's3' };
  return queryAnswer(call, 'GetAccessKeyLastUsed', `${xml({ UserName: user.name })}<AccessKeyLastUsed>${xml(told)}</AccessKeyLastUsed>`);
}

/** What can be asked of IAM, by action. */
export const READS: Readonly<Record<string, Action>> = {
  GetAccountAuthorizationDetails: details,
  GenerateCredentialReport: generateReport,
  GetCredentialReport: getReport,
  GetAccountSummary: summary,
  GetAccessKeyLastUsed: keyUse,
  ListUsers: (call, fields) =>
    listed(
      call,
      fields,
      'Users',
      [...call.state.users.keys()].map((name) => {
        const user = shownUser(call, name)!;
        return userXml(user) + xml({ PasswordLastUsed: user.passwordLastUsed });
      }),
    ),
  ListGroups: (call, fields) => listed(call, fields, 'Groups', [...call.state.groups.values()].map(groupXml)),
  GetUser: withUser((call, user) =>
    queryAnswer(call, 'GetUser', `<User>${userXml(user)}${xml({ PasswordLastUsed: user.passwordLastUsed })}${tagsXml(user)}</User>`),
  ),
  GetLoginProfile: withUser((call, user) => {
    if (user.password === null) return missing(call, `Login Profile for User ${user.name}`);
    const told = xml({ UserName: user.name, CreateDate: user.createdAt, PasswordResetRequired: user.password.isResetRequired });
    return queryAnswer(call, 'GetLoginProfile', `<LoginProfile>${told}</LoginProfile>`);
  }),
  ListAccessKeys: withUser((call, user, fields) =>
    listed(
      call,
      fields,
      'AccessKeyMetadata',
      user.keys.map(({ id, status, createdAt }) => xml({ UserName: user.name, AccessKeyId: id, Status: status, CreateDate: createdAt })),
    ),
  ),
  ListMFADevices: withUser((call, user, fields) => {
    const device = xml({ UserName: user.name, SerialNumber: `arn:aws:iam::${ACCOUNT_ID}:mfa/${user.name}`, EnableDate: user.createdAt });
    return listed(call, fields, 'MFADevices', user.hasMfa ? [device] : []);
  }),
  ListGroupsForUser: withUser((call, user, fields) =>
    listed(
      call,
      fields,
      'Groups',
      user.groups.map((name) => groupXml(call.state.groups.get(name)!)),
    ),
  ),
  ListAttachedUserPolicies: withUser((call, user, fields) =>
    listed(
      call,
      fields,
      'AttachedPolicies',
      user.attached.map((arn) => xml({ PolicyName: arn.split('/').at(-1), PolicyArn: arn })),
    ),
  ),
  ListUserPolicies: withUser((call, user, fields) => listed(call, fields, 'PolicyNames', Object.keys(user.inline).map(escaped))),
  GetUserPolicy: withUser((call, user, fields) => {
    const name = fields['PolicyName'] ?? '';
    const document = user.inline[name];
    if (document === undefined) return missing(call, `user policy with name ${name}`);
    return queryAnswer(call, 'GetUserPolicy', xml({ UserName: user.name, PolicyName: name, PolicyDocument: encodeURIComponent(document) }));
  }),
  GetAccountPasswordPolicy: (call) => {
    if (call.switches['noPasswordPolicy']) return missing(call, 'Password Policy with domain name');
    const policy = {
      MinimumPasswordLength: 12,
      RequireSymbols: true,
      ExpirePasswords: false,
      AllowUsersToChangePassword: true,
      PasswordReusePrevention: 24,
    };
    return queryAnswer(call, 'GetAccountPasswordPolicy', `<PasswordPolicy>${xml(policy)}</PasswordPolicy>`);
  },
  ListPolicies: (call, fields) => listed(call, fields, 'Policies', call.state.policies.map(policyXml)),
  GetPolicyVersion: (call, fields) => {
    const policy = call.state.policies.find(({ arn }) => arn === fields['PolicyArn']);
    if (!policy) return missing(call, `policy ${fields['PolicyArn'] ?? ''}`);
    const told = xml({
      Document: encodeURIComponent(JSON.stringify(policy.document)),
      VersionId: 'v1',
      IsDefaultVersion: true,
      CreateDate: '2024-01-01T00:00:00Z',
    });
    return queryAnswer(call, 'GetPolicyVersion', `<PolicyVersion>${told}</PolicyVersion>`);
  },
  ListSAMLProviders: (call) => {
    const provider = xml({
      Arn: `arn:aws:iam::${ACCOUNT_ID}:saml-provider/okta`,
      ValidUntil: '2028-01-01T00:00:00Z',
      CreateDate: '2024-01-01T00:00:00Z',
    });
    return queryAnswer(call, 'ListSAMLProviders', xmlList('SAMLProviderList', [provider]));
  },
  ListOpenIDConnectProviders: (call) => {
    const provider = xml({ Arn: `arn:aws:iam::${ACCOUNT_ID}:oidc-provider/token.actions.githubusercontent.com` });
    return queryAnswer(call, 'ListOpenIDConnectProviders', xmlList('OpenIDConnectProviderList', [provider]));
  },
};
