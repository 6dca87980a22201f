import { existsSync, readFileSync } from 'node:fs';

import type { CategoryRow } from './categorize.js';
import { categorizer } from './categorize.js';

const TABLE: readonly CategoryRow[] = [
  { events: ['user.session.start'], category: 'SIGN_IN', classUid: 3002, activityId: 1 },
  { events: ['Alert.TooManyLoginFailures', 'Alert.*'], category: 'THREAT', classUid: 2004, activityId: 1 },
  { events: ['USERS.*deactivated*'], category: 'USER', classUid: 3007, activityId: 5 },
  { events: ['USERS.*activated*'], category: 'USER', classUid: 3007, activityId: 4 },
];

describe('an event whose name the table holds', () => {
  const categorize = categorizer(TABLE);

  it.each([
    ['user.session.start', 'SIGN_IN', 1],
    ['USER.Session.Start', 'SIGN_IN', 1],
    ['Alert.SomethingNew', 'THREAT', 1],
    ['USERS.Ada was deactivated', 'USER', 5],
    ['USERS.Ada was activated by Bob', 'USER', 4],
  ])('"%s" is %s', (name, category, activityId) => {
    expect(categorize(name)).toMatchObject({ category, activityId, mapping: 'exact' });
  });

  it('gets the same answer again from the cache', () => {
    expect(categorize('user.session.start')).toBe(categorize('user.session.start'));
  });

  it('needs all text of a pattern, once', () => {
    const strict = categorizer([{ events: ['a*ba'], category: 'DATA', classUid: 6001, activityId: 1 }]);
    expect(strict('aba').mapping).toBe('exact');
    expect(strict('ab').mapping).toBe('none');
    expect(strict('a').mapping).toBe('none');
  });
});

describe('an event whose name no table holds', () => {
  const categorize = categorizer([]);

  it.each([
    ['user.account.unlock', 'USER', 3007, 7],
    ['user.lifecycle.deactivate', 'USER', 3007, 5],
    ['group.user_membership.remove', 'GROUP', 3006, 4],
    ['user.mfa.factor.deactivate', 'CREDENTIAL', 3007, 13],
    ['user.account.reset_password', 'CREDENTIAL', 3007, 9],
    ['zone.create', 'ADMIN', 3004, 1],
    ['user.session.end', 'SIGN_IN', 3002, 2],
    ['system.api_token.revoke', 'APP_GRANT', 3007, 19],
    ['FileDownloaded', 'DATA', 6006, 2],
    ['file_unshare', 'SHARING', 6006, 13],
    ['role.assigned_to_member', 'PRIVILEGE', 3007, 16],
    ['security.threat.detected', 'THREAT', 2004, 1],
  ])('"%s" is %s by its words', (name, category, classUid, activityId) => {
    expect(categorize(name)).toEqual({ category, classUid, activityId, mapping: 'rule' });
  });

  it('is UNMAPPED when its words say nothing', () => {
    expect(categorize('frobnicate.quux')).toEqual({ category: 'UNMAPPED', classUid: 0, activityId: 99, mapping: 'none' });
    expect(categorize('')).toMatchObject({ mapping: 'none' });
  });

  it('is a call on a resource in a cloud', () => {
    expect(categorizer([], { isCloud: true })('DescribeFrobs')).toMatchObject({ category: 'RESOURCE', classUid: 6003, activityId: 2 });
  });

  it('takes no time to speak of, however long it is', () => {
    const started = performance.now();
    categorize('aA'.repeat(500_000));
    categorize('a '.repeat(500_000));
    expect(performance.now() - started).toBeLessThan(200);
  });
});

const TABLES = new URL('../../../../../shared/ocsf/mapping.json', import.meta.url);

const haveTables = existsSync(TABLES);
// The vendors' tables stand beside the project, not in it.
(haveTables ? describe : describe.skip)(
  `the rules without any table${haveTables ? '' : ' (skipped: ../shared/ocsf/mapping.json is not here)'}`,
  () => {
    it('tell the category of at least 70 % of all names that we know from vendors', () => {
      const categorize = categorizer([]);
      const inCloud = categorizer([], { isCloud: true });
      const { apps } = JSON.parse(readFileSync(TABLES, 'utf8')) as { apps: Record<string, { rows: CategoryRow[] }> };
      let right = 0;
      let all = 0;
      for (const [app, { rows }] of Object.entries(apps)) {
        const categorizeApp = ['aws', 'azure', 'gcp'].includes(app) ? inCloud : categorize;
        for (const row of rows) {
          for (const event of row.events.filter((name) => !/[*"]/.test(name))) {
            all++;
            if (categorizeApp(event).category === row.category) right++;
          }
        }
      }
      expect(all).toBeGreaterThan(1_000);
      expect(right / all).toBeGreaterThanOrEqual(0.7);
    });
  },
);
