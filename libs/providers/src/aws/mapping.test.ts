import { existsSync, readFileSync } from 'node:fs';

import { toActivity } from './activity.js';
import { readReport, toFacts } from './credential-report.js';
import { toAccount, toTrustGrants } from './mapping.js';
import { givesEverything, holdDocument, readDocument, readHold } from './policies.js';
import { sampleEvent } from './samples.js';
import { readGroup, readUser } from './wire.js';

const RECEIVED_AT = Date.parse('2026-11-22T00:00:00Z');
const CSV = `user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,new_column
<root_account>,arn:aws:iam::111122223333:root,2020-01-01T00:00:00+00:00,not_supported,2024-03-01T09:00:00+00:00,not_supported,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,x
alex.roe,arn:aws:iam::111122223333:user/alex.roe,2024-02-11T08:12:45+00:00,true,2026-11-20T07:58:01+00:00,2026-06-01T08:00:00+00:00,N/A,false,true,2025-01-10T10:00:00+00:00,2026-11-19T11:00:00+00:00,eu-west-1,s3,false,N/A,N/A,x
"o,dd",arn:aws:iam::111122223333:user/odd,2024-02-11T08:12:45+00:00,false,N/A,N/A,N/A,false,false,N/A,N/A,N/A,N/A,false,N/A,N/A,x`;

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8'));
}

const admins = readGroup(
  {
    GroupName: 'Admins',
    GroupId: 'AGPA1',
    Arn: 'arn:aws:iam::111122223333:group/Admins',
    AttachedManagedPolicies: { member: { PolicyName: 'AdministratorAccess', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' } },
  },
  'test',
);
const directory = { groups: new Map([['Admins', admins]]), policies: new Map<string, boolean | null>() };
const facts = new Map(
  readReport(CSV, 'test')
    .map(toFacts)
    .map((one) => [one.user, one]),
);

const MAPPED: Readonly<Record<string, (page: unknown) => unknown>> = {
  users: (page) =>
    (page as { UserDetailList: { member: Record<string, unknown>[] } }).UserDetailList.member
      .map((row) => readUser(row, 'test'))
      .map((user) => toAccount(user, facts.get(user.name), directory)),
  events: (page) => (page as unknown[]).map((row) => ({ ...toActivity(row, RECEIVED_AT), raw: undefined })),
};

describe('a recorded page of AWS', () => {
  it.each(Object.keys(MAPPED))('%s becomes what we expect of it', (name) => {
    const records: unknown = JSON.parse(JSON.stringify(MAPPED[name]!(fixture(name))));
    expect(records).toEqual(fixture(`${name}.expected`));
  });
});

describe('the credential report', () => {
  it('goes by the names of its columns, whatever AWS adds, and reads quoted names', () => {
    expect([...facts.keys()]).toEqual(['<root_account>', 'alex.roe', 'o,dd']);
    expect(facts.get('alex.roe')).toMatchObject({
      hasPassword: true,
      hasMfa: false,
      hasActiveKey: true,
      lastSignInAt: Date.parse('2026-11-20T07:58:01Z'),
    });
    expect(facts.get('<root_account>')).toMatchObject({ hasPassword: true, hasActiveKey: false, hasMfa: true });
    expect(facts.get('o,dd')).toMatchObject({ hasPassword: false, hasActiveKey: false, lastSignInAt: null });
  });

  it('that is something else cannot be read', () => {
    expect(() => readReport('<html></html>', 'iam:GetCredentialReport')).toThrow(/GetCredentialReport/);
  });
});

describe('a policy document', () => {
  it.each([
    ['{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}', true],
    ['{"Statement":[{"Effect":"Allow","Action":["s3:*","iam:*"],"Resource":["*"]}]}', true],
    ['{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}', false],
    ['{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}', false],
    ['{"Statement":[{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::one"}]}', false],
  ])('%s gives everything: %s', (document, isAll) => {
    expect(givesEverything(readDocument(encodeURIComponent(document))!)).toBe(isAll);
  });

  it('that cannot be read is not taken for a harmless one', () => {
    expect(readDocument('%')).toBeUndefined();
    expect(readDocument('{"no":1}')).toBeUndefined();
  });

  it('of a hold remembers keys and password in letters and digits alone', () => {
    const held = { activeKeys: ['AKIAEXAMPLE01', 'AKIAEXAMPLE02'], hadPassword: true };
    const document = holdDocument(held);
    expect(readHold(encodeURIComponent(document))).toEqual(held);
    expect((JSON.parse(document) as { Statement: { Sid: string }[] }).Statement[0]!.Sid).toMatch(/^[A-Za-z0-9]+$/);
    expect(readHold(holdDocument({ activeKeys: [], hadPassword: false }))).toEqual({ activeKeys: [], hadPassword: false });
  });
});

describe('a role', () => {
  it('that anybody may assume is shown as open to anybody, our own account as nobody else', () => {
    const trust = JSON.stringify({
      Statement: [
        { Effect: 'Allow', Principal: '*' },
        { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:root' } },
      ],
    });
    const role = {
      name: 'Open',
      arn: 'arn:aws:iam::111122223333:role/Open',
      createdAt: null,
      trust,
      attached: [],
      inline: [],
      lastUsedAt: null,
    };
    expect(toTrustGrants(role, '111122223333', new Map()).map(({ appExternalId }) => appExternalId)).toEqual(['*']);
  });
});

describe('an event', () => {
  it('is stored without the session token that its answer held', () => {
    const assumed = (fixture('events') as { eventID: string }[]).find(({ eventID }) => eventID === 'e7');
    const { raw } = toActivity(assumed, RECEIVED_AT);
    expect(raw).toContain('ASIAEXAMPLE3');
    expect(raw).not.toContain('IQoJb3JpZ2lu');
  });

  it('without an id gets one that stays the same', () => {
    const event = { eventName: 'CreateUser', eventSource: 'iam.amazonaws.com' };
    expect(toActivity(event, 1).externalId).toBe(toActivity({ ...event }, 2).externalId);
    expect(toActivity(event, 1)).toMatchObject({ isIdDerived: true, occurredAt: 1 });
  });

  it('of the console by root is tied to the root account', () => {
    const event = {
      eventName: 'ConsoleLogin',
      eventSource: 'signin.amazonaws.com',
      userIdentity: { type: 'Root', accountId: '111122223333' },
    };
    expect(toActivity(event, 1).actor).toMatchObject({ externalId: 'arn:aws:iam::111122223333:root', name: 'root', type: 'person' });
  });
});

const SAMPLES = new URL('../../../../../shared/samples/activities/aws.jsonl', import.meta.url);

(existsSync(SAMPLES) ? describe : describe.skip)("other people's events (skipped where ../shared is absent)", () => {
  it('say what other people read in them, in 98 of 100 cases', () => {
    const wrong: string[] = [];
    let asserted = 0;
    for (const line of readFileSync(SAMPLES, 'utf8').split('\n').filter(Boolean)) {
      const sample = JSON.parse(line) as { raw: unknown; api?: unknown; group: string; expected: Record<string, string> };
      const event = sampleEvent(sample.api ?? sample.raw, sample.group);
      const told: Record<string, unknown> = {
        id: event?.externalId,
        time: event && new Date(event.occurredAt).toISOString(),
        actorEmail: event?.actor.email,
        actorId: event?.actor.externalId,
        ip: event?.ip,
        action: event?.eventType,
        userAgent: event?.userAgent,
        outcome: event?.outcome.toLowerCase(),
      };
      for (const [field, wanted] of Object.entries(sample.expected)) {
        if (!(field in told)) continue;
        asserted++;
        if (told[field] !== wanted) wrong.push(`${sample.group} ${field}: ${String(told[field])} instead of ${wanted}`);
      }
    }
    expect(asserted).toBeGreaterThan(200);
    expect({ share: 1 - wrong.length / asserted >= 0.98, wrong: wrong.length / asserted > 0.02 ? wrong : [] }).toEqual({
      share: true,
      wrong: [],
    });
  });
});
