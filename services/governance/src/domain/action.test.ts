import { ACTION_KINDS, type AccountStatus } from '#libs/contracts';
import fc from 'fast-check';

import {
  ACTION_STATES,
  isAlreadySo,
  isSettled,
  LIFE,
  mayMove,
  mayTakeAdministrator,
  takesAway,
  whyNotRevertible,
  type Action,
  type ActionState,
} from './action.js';
import type { OfferedAction } from './action-catalogue.js';

const offer: OfferedAction = {
  kind: 'SUSPEND_USER',
  title: '',
  effect: '',
  target: 'account',
  scopes: [],
  revert: { isPossible: true },
  asksWhoIsLeft: false,
};
const done: Action = {
  id: 'gov_1',
  kind: 'SUSPEND_USER',
  status: 'SUCCEEDED',
  connectorId: 'con_1',
  app: 'okta',
  accountId: 'acc_1',
  accountExternalId: '1',
  groupExternalId: null,
  grantExternalId: null,
  reason: 'why',
  requestedBy: 'ada',
  requestedAt: 1,
  startedAt: 2,
  settledAt: 3,
  until: null,
  revertOf: null,
  revertedBy: null,
  attempt: 1,
  before: { status: 'ACTIVE' },
  wasAlreadySo: false,
  problem: null,
  isCancelRequested: false,
  chargedHour: 0,
};

describe('the life of an action', () => {
  it('leads out of what is settled only by a new attempt of what failed', () => {
    const ways = ACTION_STATES.flatMap((from) =>
      ACTION_STATES.filter((to) => isSettled(from) && mayMove(from, to)).map((to) => `${from}→${to}`),
    );
    expect(ways).toEqual(['FAILED→QUEUED']);
  });

  it('ends where it succeeded or was cancelled, whatever is tried afterwards', () => {
    const wish = fc.constantFrom(...ACTION_STATES);
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 30 }), (wishes) => {
        let state: ActionState = 'QUEUED';
        let final: ActionState | undefined;
        for (const to of wishes) {
          if (mayMove(state, to)) state = to;
          expect(final === undefined || state === final).toBe(true);
          if (state === 'SUCCEEDED' || state === 'CANCELLED') final = state;
        }
        expect(Object.keys(LIFE)).toContain(state);
      }),
    );
  });
});

describe('what an action takes away', () => {
  it('is given back by its revert, and the other way round for a reinstatement', () => {
    for (const kind of ACTION_KINDS) expect(takesAway(kind, 'do')).toBe(!takesAway(kind, 'undo'));
    expect(takesAway('UNSUSPEND_USER', 'do')).toBe(false);
  });

  it('may be an administrator when it is suspended, also by taking a reinstatement back', () => {
    expect(mayTakeAdministrator('SUSPEND_USER', 'do', offer)).toBe(true);
    expect(mayTakeAdministrator('UNSUSPEND_USER', 'undo', offer)).toBe(true);
    expect(mayTakeAdministrator('SUSPEND_USER', 'undo', offer)).toBe(false);
    expect(mayTakeAdministrator('EXPIRE_PASSWORD', 'do', offer)).toBe(false);
  });

  it('may be an administrator when the app counts who would be left', () => {
    expect(mayTakeAdministrator('REMOVE_FROM_GROUP', 'do', offer)).toBe(false);
    expect(mayTakeAdministrator('REMOVE_FROM_GROUP', 'do', { asksWhoIsLeft: true })).toBe(true);
  });
});

describe('being in the wanted state already', () => {
  it.each<[AccountStatus, boolean | undefined, boolean | undefined]>([
    ['ACTIVE', false, true],
    ['SUSPENDED', true, false],
    // A closed DocuSign membership is a deleted account, and can be opened again.
    ['DELETED', true, false],
    ['UNKNOWN', undefined, undefined],
  ])('of %s: suspended %s, reinstated %s', (status, suspended, reinstated) => {
    expect(isAlreadySo('SUSPEND_USER', { status, isAdmin: null })).toBe(suspended);
    expect(isAlreadySo('UNSUSPEND_USER', { status, isAdmin: null })).toBe(reinstated);
  });

  it('is not guessed when the app did not say who is an administrator', () => {
    expect(isAlreadySo('REVOKE_ADMIN_PRIVILEGES', { status: 'ACTIVE', isAdmin: null })).toBeUndefined();
  });
});

describe('taking an action back', () => {
  it('is possible once it succeeded and the state before is known', () => {
    expect(whyNotRevertible(done, offer)).toBeUndefined();
  });

  it.each<[string, Partial<Action>]>([
    ['it is QUEUED', { status: 'QUEUED' }],
    ['it changed nothing', { wasAlreadySo: true }],
    ['the state before it was not kept', { before: undefined }],
    ['it is itself a revert', { revertOf: 'gov_0' }],
  ])('is refused when %s', (why, change) => {
    expect(whyNotRevertible({ ...done, ...change }, offer)).toContain(why);
  });

  it("is refused with the app's reason where it has no way back", () => {
    expect(whyNotRevertible(done, { ...offer, revert: { isPossible: false, why: 'sessions stay ended' } })).toBe('sessions stay ended');
  });
});
