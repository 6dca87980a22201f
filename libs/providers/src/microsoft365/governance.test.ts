import type { ActionKind, InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import { FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import type { ActionPlan, PlanTarget } from '../sdk/index.js';
import { AppFailure } from '../sdk/index.js';
import { microsoft365 } from './index.js';
import { appRolesKey, consentKey } from './mapping.js';
import { GLOBAL_ADMINISTRATOR } from './roles.js';
import type { Microsoft365State, SandboxGroup, SandboxUser } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');

let made: SandboxApp;
beforeEach(async () => {
  made = await sandboxApp(microsoft365, { clock: new FakeClock(NOW), now: NOW, people: 60, days: 2 });
});
afterEach(async () => {
  const { unhandled, unknown } = made.sandbox.ledger();
  await made.close();
  expect({ unhandled, unknown }).toEqual({ unhandled: [], unknown: [] });
});

const state = (): Microsoft365State => made.sandbox.state as Microsoft365State;
const plan = (kind: ActionKind): ActionPlan => microsoft365.actions[kind]!;
const effects = (): string[] => made.sandbox.ledger().effects.map((effect) => effect.operation);
const groupNamed = (name: string): SandboxGroup => [...state().groups.values()].find((group) => group.wire['displayName'] === name)!;
const appNamed = (name: string): string => String(state().apps.find((app) => app['displayName'] === name)!['id']);

function account(id: string, more: Partial<PlanTarget> = {}): PlanTarget {
  return { accountExternalId: id, groupExternalId: null, grantExternalId: null, ...more };
}

function someone(fits: (user: SandboxUser) => boolean = () => true): SandboxUser {
  const admins = new Set(state().assignments.now.map((one) => one.principalId));
  return [...state().users.values()].find(
    (user) =>
      !admins.has(user.id) &&
      user.standing.now.accountEnabled &&
      user.profile['userType'] === 'Member' &&
      !user.profile['onPremisesSyncEnabled'] &&
      fits(user),
  )!;
}

/** As the engine does it: look, refuse or act, look again. */
async function carryOut(kind: ActionKind, target: PlanTarget): Promise<Json> {
  const act = plan(kind);
  const before = await act.observe(made.app, target);
  expect(act.isDone(before, target)).toBe(false);
  expect(act.refuse?.(before, target)).toBeUndefined();
  await act.run(made.app, target, before);
  expect(act.isDone(await act.observe(made.app, target), target)).toBe(true);
  return before;
}

async function undo(kind: ActionKind, target: PlanTarget, before: Json): Promise<void> {
  const { revert, observe } = plan(kind);
  if ('impossible' in revert) throw new Error(revert.impossible);
  await revert.by(made.app, target, before);
  expect(revert.isDone(await observe(made.app, target), before)).toBe(true);
}

async function refusalOf(kind: ActionKind, target: PlanTarget): Promise<string | undefined> {
  return plan(kind).refuse?.(await plan(kind).observe(made.app, target), target)?.code;
}

async function refreshed(kind: ActionKind, target: PlanTarget): Promise<InventoryRecord | undefined> {
  return (await plan(kind).refresh(made.app, target))[0];
}

async function failureOf(act: () => Promise<unknown>): Promise<AppFailure> {
  try {
    await act();
  } catch (error) {
    if (error instanceof AppFailure) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}

describe('blocking sign-in', () => {
  it('blocks, shows in the account, and is undone', async () => {
    const target = account(someone().id);
    const before = await carryOut('SUSPEND_USER', target);
    expect(await refreshed('SUSPEND_USER', target)).toMatchObject({ kind: 'account', status: 'DISABLED' });
    await undo('SUSPEND_USER', target, before);
    expect(await refreshed('SUSPEND_USER', target)).toMatchObject({ status: 'ACTIVE' });
    expect(effects()).toEqual(['PATCH /users/{id}', 'PATCH /users/{id}']);
  });

  it('of somebody who was blocked before is undone to blocked', async () => {
    const user = someone();
    user.standing.set({ ...user.standing.now, accountEnabled: false }, NOW);
    const target = account(user.id);
    await undo('SUSPEND_USER', target, await plan('SUSPEND_USER').observe(made.app, target));
    expect(user.standing.now.accountEnabled).toBe(false);
  });

  it('of somebody who is gone says so', async () => {
    const nobody = account('11111111-2222-4333-8444-555555555555');
    expect(await failureOf(() => plan('SUSPEND_USER').observe(made.app, nobody))).toMatchObject({ kind: 'missing' });
    expect(await refreshed('SUSPEND_USER', nobody)).toBeUndefined();
  });

  it('without the permission names it', async () => {
    made.sandbox.setSwitches({ missingScopes: ['User.EnableDisableAccount.All'] });
    expect(await failureOf(() => plan('SUSPEND_USER').run(made.app, account(someone().id), null))).toMatchObject({
      kind: 'forbidden',
      classified: { missingScopes: ['User.EnableDisableAccount.All'] },
    });
  });

  it('of an administrator needs a directory role for the app itself, and says so', async () => {
    made.sandbox.setSwitches({ withoutRole: true });
    const admin = state().assignments.now.find((one) => one.roleDefinitionId === GLOBAL_ADMINISTRATOR)!.principalId;
    expect(await failureOf(() => plan('SUSPEND_USER').run(made.app, account(admin), null))).toMatchObject({
      kind: 'forbidden',
      message: expect.stringMatching(/directory role/),
    });
  });

  it('with its answer lost is not sent twice, and is found done', async () => {
    made.sandbox.setSwitches({ loseAnswer: 'PATCH /users/{id}' });
    const target = account(someone().id);
    expect(await failureOf(() => plan('SUSPEND_USER').run(made.app, target, null))).toMatchObject({ kind: 'down' });
    expect(effects()).toEqual(['PATCH /users/{id}']);
    expect(plan('SUSPEND_USER').isDone(await plan('SUSPEND_USER').observe(made.app, target), target)).toBe(true);
  });

  it('shows only after a while where reads lag', async () => {
    const target = account(someone().id);
    made.sandbox.setSwitches({ readLagMs: 60_000 });
    await plan('SUSPEND_USER').run(made.app, target, null);
    expect(plan('SUSPEND_USER').isDone(await plan('SUSPEND_USER').observe(made.app, target), target)).toBe(false);
    made.sandbox.setSwitches({ readLagMs: 0 });
    expect(plan('SUSPEND_USER').isDone(await plan('SUSPEND_USER').observe(made.app, target), target)).toBe(true);
  });

  it('counts the global administrators that would be left, and does not count who is blocked', async () => {
    const admins = state()
      .assignments.now.filter((one) => one.roleDefinitionId === GLOBAL_ADMINISTRATOR)
      .map((one) => one.principalId);
    const left = () => plan('SUSPEND_USER').administratorsLeft!(made.app, account(admins[0]!));
    expect(admins.length).toBeGreaterThan(1);
    expect(await left()).toBe(admins.length - 1);
    for (const id of admins.slice(1)) {
      const user = state().users.get(id)!;
      user.standing.set({ ...user.standing.now, accountEnabled: false }, NOW);
    }
    expect(await left()).toBe(0);
  });

  it('does not know how many would be left when the roles may not be read', async () => {
    made.sandbox.setSwitches({
      missingScopes: ['RoleManagement.Read.Directory', 'RoleManagement.ReadWrite.Directory', 'Directory.Read.All'],
    });
    expect(await plan('SUSPEND_USER').administratorsLeft!(made.app, account(someone().id))).toBeNull();
  });
});

describe('unblocking sign-in', () => {
  it('lets in again, and is undone', async () => {
    const user = someone();
    user.standing.set({ ...user.standing.now, accountEnabled: false }, NOW);
    const before = await carryOut('UNSUSPEND_USER', account(user.id));
    await undo('UNSUSPEND_USER', account(user.id), before);
  });
});

describe('requiring a new sign-in', () => {
  it('moves the moment from which sessions count', async () => {
    await carryOut('REQUIRE_SIGN_IN_AGAIN', account(someone().id));
    expect(effects()).toEqual(['POST /users/{id}/revokeSignInSessions']);
  });

  it('is not taken for done because of a password change an hour ago', async () => {
    const user = someone();
    user.standing.set({ ...user.standing.now, signInSessionsValidFromDateTime: new Date(NOW.getTime() - 3_600_000).toISOString() }, NOW);
    const act = plan('REQUIRE_SIGN_IN_AGAIN');
    expect(act.isDone(await act.observe(made.app, account(user.id)), account(user.id))).toBe(false);
  });

  it('cannot be undone, and says why', () => {
    expect(plan('REQUIRE_SIGN_IN_AGAIN').revert).toMatchObject({ impossible: expect.stringMatching(/session/) });
  });
});

describe('resetting a password', () => {
  it('sets one that nobody knows and that must be changed', async () => {
    await carryOut('EXPIRE_PASSWORD', account(someone().id));
    const [effect] = made.sandbox.ledger().effects;
    expect(effect).toMatchObject({
      body: { passwordProfile: { forceChangePasswordNextSignIn: true, password: expect.stringMatching(/^.{30,}$/) } },
    });
  });

  it('is refused where Active Directory keeps the password, and for guests', async () => {
    const user = someone();
    (user.profile as { onPremisesSyncEnabled?: boolean }).onPremisesSyncEnabled = true;
    expect(await refusalOf('EXPIRE_PASSWORD', account(user.id))).toBe('MICROSOFT365_PASSWORD_KEPT_ON_PREMISES');
    const guest = [...state().users.values()].find((one) => one.profile['userType'] === 'Guest')!;
    expect(await refusalOf('EXPIRE_PASSWORD', account(guest.id))).toBe('MICROSOFT365_GUEST_PASSWORD');
  });

  it('without the permission names it', async () => {
    made.sandbox.setSwitches({ missingScopes: ['User-PasswordProfile.ReadWrite.All'] });
    expect(await failureOf(() => plan('EXPIRE_PASSWORD').run(made.app, account(someone().id), null))).toMatchObject({
      classified: { missingScopes: ['User-PasswordProfile.ReadWrite.All'] },
    });
  });
});

describe('deleting a user', () => {
  it('deletes, shows the account as deleted, and is undone by restoring it', async () => {
    const target = account(groupNamed('Finance').members.now[0]!.id);
    const before = await carryOut('DEACTIVATE_USER', target);
    expect(await refreshed('DEACTIVATE_USER', target)).toMatchObject({ status: 'DELETED' });
    await undo('DEACTIVATE_USER', target, before);
    expect(await refreshed('DEACTIVATE_USER', target)).toMatchObject({ status: 'ACTIVE' });
    expect(effects()).toEqual(['DELETE /users/{id}', 'POST /directory/deletedItems/{id}/restore']);
  });

  it('of somebody who is gone for good says so', async () => {
    const nobody = account('11111111-2222-4333-8444-555555555555');
    expect(await failureOf(() => plan('DEACTIVATE_USER').observe(made.app, nobody))).toMatchObject({ kind: 'missing' });
    expect(await refreshed('DEACTIVATE_USER', nobody)).toBeUndefined();
  });
});

describe('removing directory roles', () => {
  it('takes all that are held directly and gives them back', async () => {
    const admin = state().assignments.now.find((one) => one.roleDefinitionId === GLOBAL_ADMINISTRATOR)!.principalId;
    const held = () =>
      state()
        .assignments.now.filter((one) => one.principalId === admin)
        .map((one) => one.roleDefinitionId)
        .sort();
    const roles = held();
    const before = await carryOut('REVOKE_ADMIN_PRIVILEGES', account(admin));
    expect(held()).toEqual([]);
    await undo('REVOKE_ADMIN_PRIVILEGES', account(admin), before);
    expect(held()).toEqual(roles);
    const records = await plan('REVOKE_ADMIN_PRIVILEGES').refresh(made.app, account(admin));
    expect(records.map((record) => record.kind)).toEqual(['account', ...roles.map(() => 'privilege')]);
  });

  it('is refused where a group gives the role, naming the group', async () => {
    const group = [...state().groups.values()].find((one) => one.wire['isAssignableToRole'])!;
    const target = account(group.members.now[0]!.id);
    const refusal = plan('REVOKE_ADMIN_PRIVILEGES').refuse!(await plan('REVOKE_ADMIN_PRIVILEGES').observe(made.app, target), target);
    expect(refusal).toMatchObject({ code: 'MICROSOFT365_ROLE_BY_GROUP', remedy: expect.stringContaining(group.id) });
  });
});

describe('removing from a group', () => {
  it('removes, and puts back', async () => {
    const group = groupNamed('Finance');
    const target = account(group.members.now[0]!.id, { groupExternalId: group.id });
    const before = await carryOut('REMOVE_FROM_GROUP', target);
    expect(await plan('REMOVE_FROM_GROUP').refresh(made.app, target)).toMatchObject([{ kind: 'account' }]);
    await undo('REMOVE_FROM_GROUP', target, before);
    expect((await plan('REMOVE_FROM_GROUP').refresh(made.app, target)).map((record) => record.kind)).toEqual(['account', 'member']);
  });

  it.each(['All Employees', 'Domain Users', 'Announcements'])('is refused for %s, whose members are kept elsewhere', async (name) => {
    const target = account(someone().id, { groupExternalId: groupNamed(name).id });
    expect(await refusalOf('REMOVE_FROM_GROUP', target)).toBe('MICROSOFT365_GROUP_KEPT_ELSEWHERE');
  });

  it('counts as taking an administrator away only where the group makes global administrators', async () => {
    const admins = state()
      .assignments.now.filter((one) => one.roleDefinitionId === GLOBAL_ADMINISTRATOR)
      .map((one) => one.principalId);
    const target = account(admins[0]!, { groupExternalId: groupNamed('Finance').id });
    expect(await plan('REMOVE_FROM_GROUP').administratorsLeft!(made.app, target)).toBe(admins.length);
  });
});

describe('revoking a grant', () => {
  const grant = (grantExternalId: string): PlanTarget => ({ accountExternalId: null, groupExternalId: null, grantExternalId });

  it('of a user withdraws the consents to all APIs of that app, and nothing of other users', async () => {
    const notes = appNamed('Meeting Notes');
    const person = String(state().grants.now.find((one) => one['clientId'] === notes)!['principalId']);
    const others = state().grants.now.filter((one) => one['principalId'] !== person).length;
    await carryOut('REVOKE_APP_GRANT', grant(consentKey(notes, person)));
    expect(state().grants.now.filter((one) => one['principalId'] === person)).toEqual([]);
    expect(state().grants.now).toHaveLength(others);
  });

  it('that an administrator gave for all users withdraws it', async () => {
    await carryOut('REVOKE_APP_GRANT', grant(consentKey(appNamed('Calendar Helper'), null)));
    expect(effects()).toEqual(['DELETE /oauth2PermissionGrants/{id}']);
  });

  it('of application permissions takes each of them away', async () => {
    await carryOut('REVOKE_APP_GRANT', grant(appRolesKey(appNamed('Microsoft Graph'), appNamed('HR Sync'))));
    expect(state().appRoles.now.map((one) => one['principalDisplayName'])).toEqual(['Castellan']);
  });

  it('is refused for the permissions that we work with', async () => {
    const target = grant(appRolesKey(appNamed('Microsoft Graph'), appNamed('Castellan')));
    expect(await refusalOf('REVOKE_APP_GRANT', target)).toBe('MICROSOFT365_OWN_GRANT');
  });

  it('that is gone already is nothing to do, and an id that is none of ours is refused', async () => {
    const gone = grant(consentKey(appNamed('Meeting Notes'), 'nobody'));
    expect(plan('REVOKE_APP_GRANT').isDone(await plan('REVOKE_APP_GRANT').observe(made.app, gone), gone)).toBe(true);
    expect(await failureOf(() => plan('REVOKE_APP_GRANT').observe(made.app, grant('something')))).toMatchObject({ kind: 'rejected' });
  });
});

describe('every action', () => {
  it('names only permissions that the setup explains, and one that writes', () => {
    const known = new Map(microsoft365.manifest.setup.scopes.map((need) => [need.scope, need.forWriting]));
    for (const { scopes, kind } of Object.values(microsoft365.actions)) {
      expect({ kind, unknown: scopes.filter((scope) => !known.has(scope)) }).toEqual({ kind, unknown: [] });
      expect(scopes.some((scope) => known.get(scope))).toBe(true);
    }
  });

  it('leaves its trace in the directory audits, with the app that did it', async () => {
    const user = someone();
    await carryOut('SUSPEND_USER', account(user.id));
    const later = await made.connect();
    const feed = microsoft365.feeds['directoryAudits']!;
    const app = { ...later, now: () => new Date(NOW.getTime() + 600_000), call: later.call, each: later.each };
    const events = [];
    for await (const page of feed.pages(app, feed.start(app, NOW))) events.push(...page.events);
    expect(events.find((event) => event.eventType === 'Disable account' && event.targets[0]?.externalId === user.id)).toMatchObject({
      actor: { type: 'service', externalId: state().servicePrincipalId },
      isAdminActivity: true,
    });
  });
});
