import { newAdministrator } from './new-administrator.js';
import { anActivity, aFailure, at, workdays, World } from './world.builders.js';

const aGrant = (change: Parameters<typeof anActivity>[0] = {}) =>
  anActivity({
    ...{ eventType: 'user.account.privilege.grant', category: 'PRIVILEGE', classUid: 3007, activityUid: 16, isAdminActivity: true },
    targets: [{ type: 'User', externalId: '00u2', name: 'Noor Aziz' }],
    ...change,
  });
const judge = (fresh: ReturnType<typeof aGrant>[], before = workdays(1, 19)) =>
  new World([...before, ...fresh]).judge(newAdministrator, fresh);

describe('a new administrator', () => {
  it('is an alert that names both sides', () => {
    expect(judge([aGrant()])).toMatchObject([
      {
        severity: 'MEDIUM',
        title: 'New administrator: Noor Aziz, by Dana Rivera',
        accountIds: ['acc_dana'],
        attackTechniques: ['T1098.003'],
      },
    ]);
  });

  it.each([
    ['admin.ASSIGN_ROLE', 16, [{ type: 'Role', externalId: null, name: 'Help desk administrator' }]],
    ['role_change_to_admin', 16, []],
    ['Account.AdminAdded', 16, []],
    ['AttachUserPolicy', 10, [{ type: 'Policy', externalId: null, name: 'AdministratorAccess' }]],
  ])('is found in %s', (eventType, activityUid, targets) => {
    expect(judge([aGrant({ eventType, activityUid, targets })])).toHaveLength(1);
  });

  it.each([
    ['PermSetAssign', 16, [{ type: 'PermissionSet', externalId: null, name: 'Marketing user' }]],
    ['team.promote_maintainer', 16, [{ type: 'User', externalId: null, name: 'system-admin-noor' }]],
    ['user.account.privilege.revoke', 17, []],
    ['AttachUserPolicy', 10, [{ type: 'Policy', externalId: null, name: 'ReadOnlyAccess' }]],
  ])('is not made by %s', (eventType, activityUid, targets) => {
    expect(judge([aGrant({ eventType, activityUid, targets })])).toEqual([]);
  });

  it('is not made by a grant that failed', () => {
    expect(judge([aGrant({ outcome: 'FAILURE' })])).toEqual([]);
  });

  it('is no news from somebody who made administrators on three earlier days', () => {
    const earlier = (days: number) => Array.from({ length: days }, (_, day) => aGrant({ occurredAt: at(10 + day) }));
    expect(judge([aGrant()], [...workdays(1, 19), ...earlier(2)])).toHaveLength(1);
    expect(judge([aGrant()], [...workdays(1, 19), ...earlier(3)])).toEqual([]);
    expect(judge([aGrant(), aGrant(), aGrant(), aGrant()])).toHaveLength(4);
  });

  it('is high, and never usual, when it is the granter themselves', () => {
    const earlier = [10, 11, 12, 13].map((day) => aGrant({ occurredAt: at(day) }));
    const own = aGrant({ targets: [{ type: 'User', externalId: '00u1', name: 'DANA@acme.example' }] });
    expect(judge([own], earlier)).toMatchObject([{ severity: 'HIGH', title: 'New administrator: Dana Rivera, by themselves' }]);
  });

  it('is explained, also where there is none', () => {
    const grant = aGrant();
    const world = new World([...workdays(1, 19), grant]);
    expect(world.explain(newAdministrator, grant)).toMatchObject({
      matched: true,
      summary: 'Dana Rivera gave Noor Aziz an administrator role in okta.',
      smallestChange: 'No alert if Dana Rivera had made administrators on 3 earlier days of the last 60, instead of 0.',
    });
    const failure = aFailure();
    expect(world.explain(newAdministrator, failure)).toMatchObject({ matched: false });
    expect(world.explain(newAdministrator, failure).smallestChange).toContain('category being PRIVILEGE');
    const earlier = [10, 11, 12].map((day) => aGrant({ occurredAt: at(day) }));
    expect(new World([...earlier, grant]).explain(newAdministrator, grant)).toMatchObject({
      matched: false,
      suppressions: [{ name: 'usualGranter', applied: true }],
      smallestChange: 'An alert would have needed: the suppression usualGranter not applying.',
    });
  });
});
