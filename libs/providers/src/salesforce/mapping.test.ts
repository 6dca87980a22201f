import { existsSync, readFileSync } from 'node:fs';

import { toFileEvent, toThreat } from './activity-file.js';
import { failureOf, plainIp, toSetupChange, toSignIn } from './activity.js';
import { csvRows } from './csv.js';
import { toAccount, toGroup, toPrivileges, toTokenGrant } from './mapping.js';
import { sampleEvent } from './samples.js';
import { longId } from './soql.js';
import { readAssignment, readToken, readUser } from './wire.js';

type Row = Record<string, unknown>;

const fixture = (name: string): Row[] => JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8')) as Row[];
const RIGHTS = ['PermissionsModifyAllData', 'PermissionsViewAllData'];
const KNOWN = { states: new Map(), admins: new Set<string>(), withFactor: undefined };

const MAPPED: Readonly<Record<string, (rows: Row[]) => unknown[]>> = {
  users: (rows) => rows.map((row) => toAccount(readUser(row), KNOWN)),
  groups: (rows) => rows.map(toGroup),
  assignments: (rows) => rows.flatMap((row) => toPrivileges(readAssignment(row, RIGHTS))),
  tokens: (rows) => rows.map((row) => toTokenGrant(readToken(row))),
  'login-history': (rows) => rows.map((row) => toSignIn(row, 0)),
  'setup-audit-trail': (rows) => rows.map((row) => toSetupChange(row, 0)),
  'event-log-file': (rows) => rows.map((row) => toFileEvent(row, 0)),
};

describe('a recorded page of Salesforce', () => {
  it.each(Object.keys(MAPPED))('%s becomes what we expect of it', (name) => {
    // As the records travel: what is undefined is not told.
    const records: unknown = JSON.parse(JSON.stringify(MAPPED[name]!(fixture(name))));
    expect(records).toEqual(fixture(`${name}.expected`));
  });
});

describe('the oddities of Salesforce', () => {
  it.each([
    ['Invalid Password', 'INVALID_CREDENTIALS'],
    ['Failed: Password Lockout', 'ACCOUNT_LOCKED_OUT'],
    ['User Locked Out', 'ACCOUNT_LOCKED_OUT'],
    ['User is Inactive', 'ACCOUNT_DISABLED'],
    ['Failed: Inactive user', 'ACCOUNT_DISABLED'],
    ['Restricted IP', 'IP_NOT_ALLOWED'],
    ['Restricted Time', 'TIME_NOT_ALLOWED'],
    ['Failed: API security token required', 'INVALID_CREDENTIALS'],
    ['Failed: Computer activation required', 'DEVICE_NOT_TRUSTED'],
    ['Failed: Computer activation pending', 'DEVICE_NOT_TRUSTED'],
    ['Failed: Two-factor required', 'MFA_REQUIRED'],
    ['No Salesforce.com Access', 'NOT_ASSIGNED'],
    ['Login Rate Exceeded', 'RATE_LIMITED'],
    ['Failed: InResponseTo Invalid', 'IDP_ERROR'],
    ['Something of tomorrow', 'UNKNOWN'],
  ])('a sign-in that ended with "%s" failed as %s', (status, failure) => {
    expect(failureOf(status)).toBe(failure);
    expect(toSignIn({ Id: '0Ya', Status: status }, 0)).toMatchObject({ outcome: 'FAILURE', failure, outcomeDetail: status });
  });

  it('an act under "log in as" belongs to the person who logged in as somebody', () => {
    const row = {
      Id: '0Ym',
      Action: 'changedemail',
      Display: 'x',
      CreatedById: '005XX0000012345AAA',
      CreatedBy: { Username: 'sam@example.com' },
      DelegateUser: 'root@example.com',
    };
    const event = toSetupChange(row, 0);
    expect(event).toMatchObject({ isImpersonated: true, actor: { name: 'root@example.com', externalId: null } });
    expect(event.targets).toContainEqual({ type: 'OnBehalfOf', externalId: '005XX0000012345AAA', name: 'sam@example.com' });
  });

  it('only the text of a change tells whether somebody came or went', () => {
    const change = (Display: string) => toSetupChange({ Id: '0Ym', Action: 'groupMembership', Display }, 0).activityId;
    expect([change('Added user Sam to Deal Desk'), change('Removed user Sam from Deal Desk')]).toEqual([3, 4]);
  });

  it('a name of an action that nobody has seen is still placed by its words', () => {
    expect(toSetupChange({ Id: '0Ym', Action: 'changedpasswordpolicyMinLength' }, 0)).toMatchObject({
      category: 'ADMIN',
      mapping: 'exact',
    });
    expect(toSetupChange({ Id: '0Ym', Action: 'xqzzt' }, 0)).toMatchObject({
      category: 'UNMAPPED',
      mapping: 'none',
      isAdminActivity: true,
    });
  });

  it('ids of 15 letters, which differ in case alone, become those of 18', () => {
    expect(longId('0015000000VALrJ')).toBe('0015000000VALrJAAX');
    expect(longId('005XX0000012345AAA')).toBe('005XX0000012345AAA');
  });

  it('addresses come with ports, brackets, marks and words', () => {
    expect([
      plainIp('203.0.113.7:443'),
      plainIp('[2001:db8::1]:443'),
      plainIp('::ffff:203.0.113.7'),
      plainIp('Salesforce.com IP'),
      plainIp(''),
    ]).toEqual(['203.0.113.7', '2001:db8::1', '203.0.113.7', null, null]);
  });

  it.each([
    [{ EVENT_TYPE: 'RestApi', METHOD: 'DELETE' }, 4],
    [{ EVENT_TYPE: 'BulkApi2', OPERATION_TYPE: 'insert' }, 6],
    [{ EVENT_TYPE: 'BulkApi2', OPERATION_TYPE: 'query' }, 7],
    [{ EVENT_TYPE: 'ContentTransfer', TRANSACTION_TYPE: 'VersionUploadAction' }, 1],
  ])('a type of file tells acts apart by a column: %j', (row, activityId) => {
    expect(toFileEvent(row, 0).activityId).toBe(activityId);
  });

  it('times are compact, ISO, or neither', () => {
    const time = (row: Row) => new Date(toFileEvent({ EVENT_TYPE: 'Report', ...row }, 5).occurredAt).toISOString();
    expect(time({ TIMESTAMP: '20261121071541.123' })).toBe('2026-11-21T07:15:41.123Z');
    expect(time({ TIMESTAMP: '2024-01-20 15:45:30.123' })).toBe('2024-01-20T15:45:30.123Z');
    expect(time({ TIMESTAMP: 'soon' })).toBe('1970-01-01T00:00:00.005Z');
  });

  it('rows of files have no id: the same row has the same, another row of the same request another', () => {
    const [a, b] = [
      { EVENT_TYPE: 'API', REQUEST_ID: 'r', ROWS: '1' },
      { EVENT_TYPE: 'API', REQUEST_ID: 'r', ROWS: '2' },
    ];
    expect(toFileEvent(a, 0).externalId).toBe(toFileEvent({ ...a }, 9).externalId);
    expect(toFileEvent(a, 0).externalId).not.toBe(toFileEvent(b, 0).externalId);
  });

  it('an alert of Shield is as grave as it is sure', () => {
    expect(toThreat({ Id: '0Z7', Score: 0.93, EventDate: '2026-11-21T07:00:00.000+0000' }, 0, 'ReportAnomalyEventStore')).toMatchObject({
      eventType: 'ReportAnomalyEvent',
      category: 'THREAT',
      severity: 'HIGH',
    });
    expect(toThreat({ Id: '0Z7', Score: 88.7 }, 0, 'CredentialStuffingEventStore')).toMatchObject({ severity: 'MEDIUM' });
  });
});

describe('a file of events', () => {
  const rows = (csv: string) => [...csvRows(csv, 'GET file')];

  it('is read with quotes, commas, line breaks and empty cells', () => {
    expect(rows('"EVENT_TYPE","A","B"\r\n"Report","x, ""y""\nz",\n\n')).toEqual([{ EVENT_TYPE: 'Report', A: 'x, "y"\nz', B: '' }]);
    expect(rows('EVENT_TYPE,A\nReport,1\nReport,2')).toHaveLength(2);
    expect(rows('')).toEqual([]);
  });

  it('that was cut, or is another page, is no file without events', () => {
    expect(() => rows('"EVENT_TYPE","A"\n"Report"\n')).toThrow(/row of 2 cells/);
    expect(() => rows('<html>Maintenance</html>')).toThrow(/EVENT_TYPE/);
  });
});

const SHARED = new URL('../../../../../shared/samples/', import.meta.url);
const ifThere = existsSync(SHARED) ? describe : describe.skip;

ifThere("other people's events (skipped where ../shared is absent)", () => {
  const lines = (path: string): Row[] =>
    readFileSync(new URL(path, SHARED), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Row);

  it('have the time, and whatever else their authors say of them', () => {
    const wrong: string[] = [];
    for (const sample of lines('activities/salesforce.jsonl')) {
      const event = sampleEvent(sample['api'] ?? sample['raw']);
      const told: Row = {
        time: event && new Date(event.occurredAt).toISOString(),
        id: event?.externalId,
        actorId: event?.actor.externalId,
        actorEmail: event?.actor.email,
        ip: event?.ip,
        action: event?.eventType,
        userAgent: event?.userAgent,
        outcome: event?.outcome.toLowerCase(),
      };
      for (const [field, value] of Object.entries(sample['expected'] as Row)) {
        if (field in told && told[field] !== value)
          wrong.push(`${String(sample['group'])} ${field}: ${String(told[field])} instead of ${String(value)}`);
      }
      const { ips, usernames } = sample['related'] as { ips: string[]; usernames: string[] };
      if (!ips.includes(event?.ip ?? '') || !usernames.includes(event?.actor.name ?? ''))
        wrong.push(`${String(sample['group'])}: address or user`);
    }
    expect(wrong).toEqual([]);
  });

  it('are read even when nobody says what they are', () => {
    for (const { raw } of lines('rawonly/salesforce.jsonl')) {
      expect(sampleEvent(raw)).toMatchObject({ category: 'THREAT', actor: { externalId: expect.stringMatching(/^005/) } });
      expect(sampleEvent(raw)!.occurredAt).toBeGreaterThan(0);
    }
  });
});
