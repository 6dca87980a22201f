import type { AccountRecord } from '#libs/contracts';

import { anAccount, NOON, OKTA } from '../inventory.fixtures.js';
import {
  asDeleted,
  isAnnounced,
  isChanged,
  linkedByHand,
  settled,
  withFacts,
  withoutFacts,
  withRecord,
  type AccountState,
} from './account.js';
import type { Source } from './listing.js';

const source: Source = {
  tenant: 'acme',
  connectorId: OKTA,
  app: 'okta',
  readAt: NOON,
  shown: { by: 'ACCOUNTS/main', in: 1 },
  isTouch: false,
};
const MANAGED = new Set(['acme.example']);

function read(change: Partial<AccountRecord> = {}, known?: AccountState, from: Partial<Source> = {}): AccountState {
  return settled(
    withRecord(known, anAccount({ externalId: 'ada', email: 'ada@acme.example', ...change }), { ...source, ...from }),
    'acme',
    MANAGED,
  );
}

describe('an account that is read again', () => {
  it('keeps what the second read does not tell, and forgets what it says it does not know', () => {
    const known = read({ hasSecondFactor: true, lastSignInAt: 5 });
    expect(read({}, known)).toMatchObject({ hasSecondFactor: true, lastSignInAt: 5 });
    expect(read({ hasSecondFactor: null }, known)).toMatchObject({ hasSecondFactor: null, lastSignInAt: 5 });
  });

  it('has not changed when it says the same', () => {
    const known = read({ attributes: { a: 1, b: 2 } });
    const again = read({ attributes: { b: 2, a: 1 } }, known, { shown: { by: 'ACCOUNTS/main', in: 2 } });
    expect([isChanged(known, again), isAnnounced(known, again)]).toEqual([false, false]);
  });

  it('has changed by a new sign-in, which is no news to the other services', () => {
    const known = read();
    const again = read({ lastSignInAt: NOON }, known);
    expect([isChanged(known, again), isAnnounced(known, again)]).toEqual([true, false]);
  });

  it('is news when its status or person changed', () => {
    expect(isAnnounced(read(), read({ status: 'SUSPENDED' }))).toBe(true);
    expect(isAnnounced(read(), read({ email: 'grace@acme.example' }))).toBe(true);
  });

  it('stays as it was read back when an older page arrives late', () => {
    const touched = read({ status: 'SUSPENDED' }, read(), { isTouch: true, readAt: NOON + 10 });
    expect(read({ status: 'ACTIVE' }, touched, { readAt: NOON + 9 }).status).toBe('SUSPENDED');
    expect(read({ status: 'ACTIVE' }, touched, { readAt: NOON + 11 }).status).toBe('ACTIVE');
  });

  it('comes back from deletion when it is shown again', () => {
    const gone = asDeleted(read(), NOON + 1);
    expect(gone).toMatchObject({ status: 'DELETED', deletedAt: NOON + 1 });
    expect(read({}, gone)).toMatchObject({ status: 'ACTIVE', deletedAt: null });
  });
});

describe('facts beside the listing', () => {
  const withTold = (known: AccountState): AccountState =>
    settled(
      withFacts(
        known,
        { kind: 'accountFacts', externalId: 'ada', isAdmin: true, hasSecondFactor: true, lastSignInAt: 9, attributes: { x: 1 } },
        source,
      ),
      'acme',
      MANAGED,
    );

  it('outlive a listing that does not know them', () => {
    expect(read({ lastSignInAt: 7 }, withTold(read()))).toMatchObject({
      isAdmin: true,
      hasSecondFactor: true,
      lastSignInAt: 9,
      attributes: { x: 1 },
    });
  });

  it('go when a complete read of them shows the account no more', () => {
    expect(settled(withoutFacts(withTold(read({ hasSecondFactor: false }))), 'acme', MANAGED)).toMatchObject({
      isAdmin: null,
      hasSecondFactor: false,
      attributes: {},
    });
  });
});

describe('a link by hand', () => {
  it('is not undone by a rule', () => {
    const linked = linkedByHand(read(), 'per_grace', 'bob', NOON);
    expect(read({}, linked).personId).toBe('per_grace');
    const parted = linkedByHand(read(), null, 'bob', NOON);
    expect(read({}, parted).personId).toBeNull();
  });
});
