import type { Json } from '#libs/kernel';

import {
  AppFailure,
  at,
  flag,
  list,
  many,
  requiredList,
  requiredText,
  text,
  whole,
  type AppClient,
  type WireRecord,
} from '../sdk/index.js';

import { askEc2, askIam, askIamIfThere, askJson, iamPages, members, xmlOf } from './calls.js';
import { credentialReport, ROOT, toFacts, type ReportRow } from './credential-report.js';
import { accountIdOf } from './directory.js';
import { hostOf } from './http.js';
import { readDocument } from './policies.js';
import { homeRegion } from './regions.js';

export type Document = Readonly<Record<string, Json>>;

/** Documents of the account, by the operation that a control names. Cut down to what controls read. */
export const ACCOUNT_EVIDENCE: Readonly<Record<string, (app: AppClient) => Promise<Json>>> = {
  'iam:GetAccountSummary': summary,
  'iam:GetAccountPasswordPolicy': passwordPolicy,
  'cloudtrail:DescribeTrails': trails,
  's3control:GetPublicAccessBlock': accountPublicBlock,
};

/** Documents of each region. */
export const REGION_EVIDENCE: Readonly<Record<string, (app: AppClient, region: string) => Promise<Json>>> = {
  'access-analyzer:ListAnalyzers': analyzers,
  'config:DescribeConfigurationRecorderStatus': recorders,
  'guardduty:GetDetector': detector,
  'securityhub:DescribeHub': hub,
  'ec2:GetEbsEncryptionByDefault': diskEncryption,
  'ec2:DescribeSecurityGroups': securityGroups,
};

async function summary(app: AppClient): Promise<Json> {
  const operation = 'iam:GetAccountSummary';
  const entries = members(await askIam(app, 'GetAccountSummary'), 'SummaryMap', operation, 'entry');
  const numbers = new Map(entries.map((entry) => [text(entry['key']), whole(entry['value'])]));
  const map: Record<string, Json> = {};
  for (const name of ['AccountMFAEnabled', 'AccountAccessKeysPresent']) {
    const value = numbers.get(name);
    if (value !== undefined && value !== null) map[name] = value;
  }
  return { SummaryMap: map };
}

// An account without a policy of its own has the default one: eight letters, and no memory.
async function passwordPolicy(app: AppClient): Promise<Json> {
  const result = await askIamIfThere(app, 'GetAccountPasswordPolicy', {});
  if (result === undefined) return { PasswordPolicy: { MinimumPasswordLength: 8, PasswordReusePrevention: 0 } };
  const policy = at(result, 'PasswordPolicy');
  const length = whole(at(policy, 'MinimumPasswordLength'));
  if (length === null)
    throw new AppFailure({ kind: 'malformed', message: 'The password policy names no length.' }, 'iam:GetAccountPasswordPolicy', 200);
  return { PasswordPolicy: { MinimumPasswordLength: length, PasswordReusePrevention: whole(at(policy, 'PasswordReusePrevention')) ?? 0 } };
}

/** The three documents made of one credential report. */
export const REPORT_OPERATIONS = [
  'iam:GetCredentialReport',
  'iam:GetCredentialReport (access keys)',
  'iam:GetCredentialReport (credentials)',
] as const;

/** Users, their keys, and their passwords and keys together, as the controls count them. */
export async function reportEvidence(app: AppClient): Promise<Readonly<Record<(typeof REPORT_OPERATIONS)[number], Json>>> {
  const rows = await credentialReport(app);
  return {
    'iam:GetCredentialReport': rows.map(userRow),
    'iam:GetCredentialReport (access keys)': rows.flatMap(keyRows),
    'iam:GetCredentialReport (credentials)': rows.filter((row) => row['user'] !== ROOT).flatMap(credentialRows),
  };
}

function userRow(row: ReportRow): Document {
  const { lastSignInAt } = toFacts(row);
  const named = Object.fromEntries(['user', 'arn', 'password_enabled', 'mfa_active'].map((name) => [name, row[name] ?? '']));
  return { ...named, last_used: lastSignInAt === null ? 'no_information' : new Date(lastSignInAt).toISOString() };
}

function keyRows(row: ReportRow): Document[] {
  return [1, 2].map((number) => ({
    user: row['user'] ?? '',
    arn: row['arn'] ?? '',
    access_key: number,
    access_key_active: row[`access_key_${number}_active`] ?? '',
    access_key_last_rotated: row[`access_key_${number}_last_rotated`] ?? '',
  }));
}

// What was never used counts from the day it was set, so that a new user is not at fault.
function credentialRows(row: ReportRow): Document[] {
  const used = (value: string | undefined, since: string | undefined): string => (/^\d{4}-/.test(value ?? '') ? value! : (since ?? ''));
  const common = { user: row['user'] ?? '', arn: row['arn'] ?? '' };
  const password = {
    ...common,
    credential: `${common.user}: password`,
    is_enabled: row['password_enabled'] ?? '',
    last_used: used(row['password_last_used'], row['password_last_changed']),
  };
  const keys = [1, 2].map((number) => ({
    ...common,
    credential: `${common.user}: access key ${number}`,
    is_enabled: row[`access_key_${number}_active`] ?? '',
    last_used: used(row[`access_key_${number}_last_used_date`], row[`access_key_${number}_last_rotated`]),
  }));
  return [password, ...keys];
}

/** An attached policy of the customer, to be read by itself. */
export interface CustomerPolicy {
  readonly arn: string;
  readonly name: string;
  readonly version: string;
}

/** The customer's own policies that are attached to something. */
export async function customerPolicies(app: AppClient): Promise<CustomerPolicy[]> {
  const found: CustomerPolicy[] = [];
  for await (const page of iamPages(app, 'ListPolicies', { Scope: 'Local', OnlyAttached: 'true' })) {
    for (const policy of members(page, 'Policies', 'iam:ListPolicies')) {
      const arn = requiredText(policy['Arn'], 'iam:ListPolicies', 'the ARN of a policy');
      found.push({
        arn,
        name: text(policy['PolicyName']) ?? arn,
        version: requiredText(policy['DefaultVersionId'], 'iam:ListPolicies', 'the version of a policy'),
      });
    }
  }
  return found;
}

/** What one policy allows and denies, with single values made lists. */
export async function policyEvidence(app: AppClient, policy: CustomerPolicy): Promise<Json> {
  const operation = 'iam:GetPolicyVersion';
  const result = await askIam(app, 'GetPolicyVersion', { PolicyArn: policy.arn, VersionId: policy.version });
  const statements = readDocument(text(at(result, 'PolicyVersion', 'Document')));
  if (!statements)
    throw new AppFailure({ kind: 'malformed', message: `The text of the policy ${policy.name} cannot be read.` }, operation, 200);
  return {
    Document: {
      Statement: statements.map(({ effect, actions, resources }) => ({ Effect: effect, Action: [...actions], Resource: [...resources] })),
    },
  };
}

async function trails(app: AppClient): Promise<Json> {
  const operation = 'cloudtrail:DescribeTrails';
  const target = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.DescribeTrails';
  const body = await askJson(app, hostOf('cloudtrail', homeRegion(app.settings)), operation, target, { includeShadowTrails: true });
  const kept = ['Name', 'TrailARN', 'IsMultiRegionTrail', 'LogFileValidationEnabled', 'HomeRegion'];
  return {
    trailList: requiredList(body['trailList'], operation, 'the list "trailList"').map((trail) => ({
      ...cut(trail, kept),
      ...(text(at(trail, 'KmsKeyId')) !== null && { KmsKeyId: 'present' }),
    })),
  };
}

async function analyzers(app: AppClient, region: string): Promise<Json> {
  const operation = 'access-analyzer:ListAnalyzers';
  const found: Document[] = [];
  let nextToken: string | null = null;
  do {
    const query: Record<string, string> = nextToken === null ? {} : { nextToken };
    const answer = await app.call({ operation, at: hostOf('access-analyzer', region), path: '/analyzer', query });
    found.push(
      ...requiredList(at(answer.body, 'analyzers'), operation, 'the list "analyzers"').map((one) =>
        cut(one, ['arn', 'name', 'type', 'status']),
      ),
    );
    nextToken = text(at(answer.body, 'nextToken'));
  } while (nextToken !== null && found.length < 10_000);
  // Analyzers of unused access judge something else.
  return { analyzers: found.filter(({ type }) => type === 'ACCOUNT' || type === 'ORGANIZATION') };
}

async function recorders(app: AppClient, region: string): Promise<Json> {
  const operation = 'config:DescribeConfigurationRecorderStatus';
  const body = await askJson(app, hostOf('config', region), operation, 'StarlingDoveService.DescribeConfigurationRecorderStatus', {});
  const rows = requiredList(body['ConfigurationRecordersStatus'], operation, 'the list "ConfigurationRecordersStatus"');
  return { ConfigurationRecordersStatus: rows.map((row) => cut(row, ['name', 'recording', 'lastStatus'])) };
}

async function detector(app: AppClient, region: string): Promise<Json> {
  const host = hostOf('guardduty', region);
  const listed = await app.call({ operation: 'guardduty:ListDetectors', at: host, path: '/detector' });
  // A region has one detector or none.
  const id = text(requiredList(at(listed.body, 'detectorIds'), 'guardduty:ListDetectors', 'the list "detectorIds"')[0]);
  if (id === null) return { Status: 'DISABLED' };
  const operation = 'guardduty:GetDetector';
  const answer = await app.call({ operation, at: host, path: `/detector/${encodeURIComponent(id)}` });
  return { Status: requiredText(at(answer.body, 'status'), operation, 'the status') };
}

const NO_HUB = new Set(['InvalidAccessException', 'ResourceNotFoundException']);

// Where it was never switched on AWS refuses the question: that is an answer to it.
async function hub(app: AppClient, region: string): Promise<Json> {
  const operation = 'securityhub:DescribeHub';
  try {
    const answer = await app.call({ operation, at: hostOf('securityhub', region), path: '/accounts' });
    return { HubArn: requiredText(at(answer.body, 'HubArn'), operation, 'the ARN of the hub') };
  } catch (error) {
    if (error instanceof AppFailure && NO_HUB.has(error.classified.appCode ?? '')) return { HubArn: null };
    throw error;
  }
}

async function diskEncryption(app: AppClient, region: string): Promise<Json> {
  const result = await askEc2(app, 'GetEbsEncryptionByDefault', region);
  const isOn = flag(result['ebsEncryptionByDefault']);
  if (isOn === null)
    throw new AppFailure(
      { kind: 'malformed', message: 'The answer does not say whether new disks are encrypted.' },
      'ec2:GetEbsEncryptionByDefault',
      200,
    );
  return { EbsEncryptionByDefault: isOn };
}

async function securityGroups(app: AppClient, region: string): Promise<Json> {
  const found: Document[] = [];
  let next: string | null = null;
  do {
    const fields: Record<string, string> = next === null ? { MaxResults: '1000' } : { MaxResults: '1000', NextToken: next };
    const page = await askEc2(app, 'DescribeSecurityGroups', region, fields);
    found.push(...members(page, 'securityGroupInfo', 'ec2:DescribeSecurityGroups', 'item').map(securityGroup));
    next = text(page['nextToken']);
  } while (next !== null && found.length < 100_000);
  return { SecurityGroups: found };
}

function securityGroup(row: WireRecord): Document {
  const permissions = many(at(row, 'ipPermissions', 'item')).map((permission): Document => {
    const [from, to] = [whole(at(permission, 'fromPort')), whole(at(permission, 'toPort'))];
    return {
      IpProtocol: text(at(permission, 'ipProtocol')),
      ...(from !== null && { FromPort: from }),
      ...(to !== null && { ToPort: to }),
      IpRanges: many(at(permission, 'ipRanges', 'item')).map((range) => ({ CidrIp: text(at(range, 'cidrIp')) })),
      Ipv6Ranges: many(at(permission, 'ipv6Ranges', 'item')).map((range) => ({ CidrIpv6: text(at(range, 'cidrIpv6')) })),
    };
  });
  return { GroupId: text(row['groupId']), GroupName: text(row['groupName']), IpPermissions: permissions };
}

const SWITCHES = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const;

async function accountPublicBlock(app: AppClient): Promise<Json> {
  const operation = 's3control:GetPublicAccessBlock';
  const answer = await app.call({
    operation,
    at: 's3-control',
    path: '/v20180820/configuration/publicAccessBlock',
    headers: { 'x-amz-account-id': await accountIdOf(app) },
    as: 'text',
    accept: [404],
  });
  // Never configured: all four are off.
  const told = answer.status === 404 ? {} : at(xmlOf(answer), 'PublicAccessBlockConfiguration');
  return { PublicAccessBlockConfiguration: Object.fromEntries(SWITCHES.map((name) => [name, flag(at(told, name)) === true])) };
}

/** A bucket and where it stands. */
export interface Bucket {
  readonly name: string;
  readonly region: string;
}

/** All buckets of the account, page by page: accounts with very many are refused when they ask for all at once. */
export async function buckets(app: AppClient): Promise<Bucket[]> {
  const operation = 's3:ListBuckets';
  const found: Bucket[] = [];
  let next: string | null = null;
  do {
    const query: Record<string, string> = { 'max-buckets': '1000', ...(next !== null && { 'continuation-token': next }) };
    const answer = await app.call({ operation, at: hostOf('s3', homeRegion(app.settings)), path: '/', query, as: 'text' });
    const result = at(xmlOf(answer), 'ListAllMyBucketsResult');
    for (const bucket of members(result, 'Buckets', operation, 'Bucket')) {
      found.push({
        name: requiredText(bucket['Name'], operation, 'the name of a bucket'),
        region: text(bucket['BucketRegion']) ?? homeRegion(app.settings),
      });
    }
    next = text(at(result, 'ContinuationToken'));
  } while (next !== null && found.length < 100_000);
  return found;
}

/** The statements of a bucket's policy; none where it has no policy. */
export async function bucketEvidence(app: AppClient, { name, region }: Bucket): Promise<Json> {
  const operation = 's3:GetBucketPolicy';
  const path = `/${encodeURIComponent(name)}`;
  try {
    const answer = await app.call({ operation, at: hostOf('s3', region), path, query: { policy: '' } });
    const statements = at(answer.body, 'Statement');
    const rows = list(statements) ?? (statements === undefined ? [] : [statements]);
    return {
      Policy: {
        Statement: rows.map((statement) => {
          const secure =
            text(at(statement, 'Condition', 'Bool', 'aws:SecureTransport')) ??
            flag(at(statement, 'Condition', 'Bool', 'aws:SecureTransport'));
          return {
            Effect: text(at(statement, 'Effect')),
            Condition: { Bool: secure === null ? {} : { 'aws:SecureTransport': String(secure) } },
          };
        }),
      },
    };
  } catch (error) {
    if (error instanceof AppFailure && error.classified.appCode === 'NoSuchBucketPolicy') return { Policy: { Statement: [] } };
    throw error;
  }
}

function cut(row: unknown, names: readonly string[]): Document {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = at(row, name);
      return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number' ? [[name, value]] : [];
    }),
  );
}
