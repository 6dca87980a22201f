import type { AccountRecord, AppGrantRecord, EvidenceRecord, InventoryRecord, PrivilegeRecord } from '#libs/contracts';
import { FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import { AppFailure } from '../sdk/index.js';
import { aws } from './index.js';
import type { AwsState } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');

let made: SandboxApp;
beforeEach(async () => {
  made = await sandboxApp(aws, { clock: new FakeClock(NOW), now: NOW, people: 40, days: 3 });
  made.app.learn(await aws.discover!(made.app));
});
afterEach(async () => {
  const { unhandled, unknown } = made.sandbox.ledger();
  await made.close();
  expect({ unhandled, unknown }).toEqual({ unhandled: [], unknown: [] });
});

async function all(stream: keyof typeof aws.listings): Promise<InventoryRecord[]> {
  const records: InventoryRecord[] = [];
  for await (const page of aws.listings[stream]!.pages(made.app)) records.push(...page.records);
  return records;
}

const state = (): AwsState => made.sandbox.state as AwsState;
const accountNamed = (records: readonly InventoryRecord[], name: string) =>
  records.find((record): record is AccountRecord => record.kind === 'account' && record.username === name);

describe('the accounts of AWS', () => {
  it('are all IAM users and the root user, with what the credential report tells', async () => {
    const records = await all('ACCOUNTS');
    expect(records).toHaveLength(state().users.size + 1);
    expect(accountNamed(records, 'root')).toMatchObject({
      externalId: 'arn:aws:iam::111122223333:root',
      status: 'ACTIVE',
      isAdmin: true,
      hasSecondFactor: true,
    });
    expect(accountNamed(records, 'backup-bot')).toMatchObject({
      externalId: 'arn:aws:iam::111122223333:user/svc/backup-bot',
      type: 'service',
      status: 'ACTIVE',
      isAdmin: false,
      hasSecondFactor: false,
    });
    const leaver = made.sandbox.company.people.find(({ traits }) => traits.includes('LEAVER'))!;
    expect(accountNamed(records, leaver.email.split('@')[0]!)).toMatchObject({ status: 'DISABLED', email: leaver.email });
  });

  it('shows every administrator: by policy, by group, by inline policy and by a policy of the customer', async () => {
    const records = await all('ACCOUNTS');
    for (const name of ['deploy-bot', 'legacy-ops']) expect(accountNamed(records, name)?.isAdmin).toBe(true);
    const admins = made.sandbox.company.people.filter(({ traits }) => traits.includes('ADMIN'));
    for (const { email } of admins) expect(accountNamed(records, email.split('@')[0]!)?.isAdmin).toBe(true);
  });

  it('do not guess passwords, keys and factors where the report may not be read', async () => {
    made.sandbox.setSwitches({ missingScopes: ['iam:GetCredentialReport'] });
    const records = await all('ACCOUNTS');
    const bot = accountNamed(records, 'backup-bot')!;
    expect(bot.status).toBe('UNKNOWN');
    expect('hasSecondFactor' in bot).toBe(false);
    expect(accountNamed(records, 'root')).toMatchObject({ isAdmin: true, hasSecondFactor: true });
  });

  it('are complete though the first page comes empty and rows come twice', async () => {
    made.sandbox.setSwitches({ emptyPages: true, duplicateRows: true });
    const ids = (await all('ACCOUNTS')).map((record) => (record.kind === 'account' ? record.externalId : ''));
    expect(new Set(ids).size).toBe(state().users.size + 1);
  });

  it('waits for a report that is still being made', async () => {
    await all('ACCOUNTS');
    const { operations } = made.sandbox.ledger();
    expect(Object.entries(operations).find(([name]) => name.includes('=GetCredentialReport'))?.[1]).toBeDefined();
    expect(state().report?.readyAt).toBeGreaterThan(NOW.getTime());
  });
});

describe('groups, privileges and grants', () => {
  it('show groups with their members', async () => {
    const records = await all('GROUPS');
    expect(records.filter(({ kind }) => kind === 'group')).toHaveLength(3);
    const expected = [...state().users.values()].reduce((sum, { now }) => sum + now.groups.length, 0);
    expect(records.filter(({ kind }) => kind === 'member')).toHaveLength(expected);
  });

  it('show what comes through a group as such, and root as what it is', async () => {
    const records = (await all('PRIVILEGES')) as PrivilegeRecord[];
    expect(records.find(({ name }) => name === 'Root user')).toMatchObject({ isAdmin: true });
    expect(records.find(({ viaGroup }) => viaGroup === 'arn:aws:iam::111122223333:group/Admins')).toMatchObject({
      name: 'AdministratorAccess',
      isAdmin: true,
    });
    expect(records.find(({ externalId }) => externalId === 'inline/deploy-all')).toMatchObject({ isAdmin: true });
    expect(new Set(records.map(({ account, externalId }) => `${account} ${externalId}`)).size).toBe(records.length);
  });

  it('show active keys with their last use, trusts of other accounts and identity providers', async () => {
    const records = (await all('APP_GRANTS')) as AppGrantRecord[];
    const keys = [...state().users.values()].flatMap(({ now }) => now.keys.filter(({ status }) => status === 'Active'));
    expect(
      records
        .filter(({ type }) => type === 'ACCESS_KEY')
        .map(({ externalId }) => externalId)
        .sort(),
    ).toEqual(keys.map(({ id }) => id).sort());
    for (const key of keys) {
      const record = records.find(({ externalId }) => externalId === key.id)!;
      expect(record.lastUsedAt).toBe(key.lastUsedAt === null ? null : Date.parse(key.lastUsedAt));
    }
    expect(records.filter(({ type }) => type === 'DELEGATION').map(({ appExternalId, level }) => [appExternalId, level])).toEqual([
      ['999988887777', 'MEDIUM'],
      ['444455556666', 'HIGH'],
    ]);
    expect(records.filter(({ type }) => type === 'INSTALLATION')).toHaveLength(2);
  });
});

describe('testing the connection', () => {
  it('runs every probe', async () => {
    for (const { run } of aws.probes) await expect(run(made.app)).resolves.not.toThrow();
    expect((await aws.identify(made.app)).accountExternalId).toBe('arn:aws:sts::111122223333:assumed-role/SaasSecurityReader/castellan');
  });

  it('names the permission that is missing, for XML and for JSON services', async () => {
    made.sandbox.setSwitches({ missingScopes: ['iam:GetAccountAuthorizationDetails', 'cloudtrail:LookupEvents'] });
    for (const [capability, missing] of [
      ['LIST_ACCOUNTS', 'iam:GetAccountAuthorizationDetails'],
      ['ADMIN_ACTIVITY', 'cloudtrail:LookupEvents'],
    ]) {
      const failure = await aws.probes
        .find((one) => one.capability === capability)!
        .run(made.app)
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      expect(failure).toBeInstanceOf(AppFailure);
      expect(failure).toMatchObject({ kind: 'forbidden', classified: { missingScopes: [missing] } });
    }
  });

  it.each([
    ['serverError', 'GetAccountSummary', 'down'],
    ['malformed', 'GetAccountSummary', 'malformed'],
    ['htmlPage', 'GetAccountSummary', 'malformed'],
  ])('%s is told as %s', async (fault, operation, kind) => {
    made.sandbox.setSwitches({ [fault]: operation });
    const probe = aws.probes.find((one) => one.capability === 'POSTURE')!;
    await expect(probe.run(made.app)).rejects.toMatchObject({ kind });
  });

  it('waits when AWS says Throttling with 400', async () => {
    made.sandbox.setSwitches({ throttleNext: 3 });
    await expect(aws.probes[0]!.run(made.app)).resolves.toBeUndefined();
    expect(made.sandbox.switches().throttleNext).toBe(0);
  });
});

describe('the posture of AWS', () => {
  async function evidence(): Promise<EvidenceRecord[]> {
    const records: EvidenceRecord[] = [];
    for await (const page of aws.evidence!.pages(made.app)) records.push(...page.records);
    return records;
  }

  it('has a document for each operation that a control names, in each region, bucket and policy', async () => {
    const records = await evidence();
    const failed = records.filter(({ outcome }) => outcome.is === 'failed');
    expect(failed).toEqual([]);
    for (const { evidence: needs } of aws.controls) expect(records.map(({ operation }) => operation)).toContain(needs.operation);
    expect(records.filter(({ operation }) => operation === 's3:GetBucketPolicy').map(({ scope }) => scope)).toEqual([
      'acme-trail',
      'acme-website',
      'acme-exports',
    ]);
    expect(
      records
        .filter(({ operation }) => operation === 'ec2:DescribeSecurityGroups')
        .map(({ scope }) => scope)
        .sort(),
    ).toEqual(['eu-central-1', 'eu-west-1', 'us-east-1']);
    expect(records.filter(({ operation }) => operation === 'iam:GetPolicyVersion')).toHaveLength(2);
  });

  it('tells where Security Hub was never switched on and GuardDuty has no detector', async () => {
    const records = await evidence();
    const of = (operation: string, scope: string) =>
      records.find((record) => record.operation === operation && record.scope === scope)?.outcome;
    expect(of('securityhub:DescribeHub', 'eu-west-1')).toEqual({ is: 'read', document: { HubArn: null } });
    expect(of('securityhub:DescribeHub', 'us-east-1')).toMatchObject({ is: 'read' });
    expect(of('guardduty:GetDetector', 'eu-central-1')).toEqual({ is: 'read', document: { Status: 'DISABLED' } });
  });

  it('says unlicensed for a region that is not switched on, and goes on', async () => {
    made.sandbox.setSwitches({ closedRegion: 'eu-west-1' });
    const records = await evidence();
    const closed = records.filter(({ scope }) => scope === 'eu-west-1');
    expect(closed.length).toBeGreaterThan(4);
    expect(closed.every(({ outcome }) => outcome.is === 'unlicensed')).toBe(true);
    expect(records.filter(({ scope }) => scope === 'us-east-1').every(({ outcome }) => outcome.is === 'read')).toBe(true);
  });

  it('takes the default password policy and a missing public access block for what they are', async () => {
    made.sandbox.setSwitches({ noPasswordPolicy: true, noPublicBlock: true });
    const records = await evidence();
    const of = (operation: string) => records.find((record) => record.operation === operation)?.outcome;
    expect(of('iam:GetAccountPasswordPolicy')).toEqual({
      is: 'read',
      document: { PasswordPolicy: { MinimumPasswordLength: 8, PasswordReusePrevention: 0 } },
    });
    expect(of('s3control:GetPublicAccessBlock')).toMatchObject({
      document: { PublicAccessBlockConfiguration: { BlockPublicAcls: false } },
    });
  });

  it('records a refusal as a refusal, with the permission', async () => {
    made.sandbox.setSwitches({ missingScopes: ['iam:GetCredentialReport', 's3:ListAllMyBuckets'] });
    const records = await evidence();
    const reports = records.filter(({ operation }) => operation.startsWith('iam:GetCredentialReport'));
    expect(reports.map(({ outcome }) => outcome)).toEqual(
      Array.from({ length: 3 }, () => expect.objectContaining({ is: 'refused', missing: ['iam:GetCredentialReport'] })),
    );
    expect(records.find(({ operation }) => operation === 's3:GetBucketPolicy')?.outcome).toMatchObject({
      is: 'refused',
      missing: ['s3:ListAllMyBuckets'],
    });
  });
});
