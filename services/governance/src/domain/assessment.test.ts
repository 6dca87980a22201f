import { groupId } from '#libs/kernel';

import { aConnector, aGovernedAccount, DOCUSIGN, OKTA } from '../governance.builders.js';
import { assess, type Asking, type Target } from './assessment.js';
import type { GovernedAccount } from './governed-account.js';
import { ProviderCatalogue } from './provider-catalogue.js';

const catalogue = new ProviderCatalogue();
const suspend: Asking = { tenant: 'acme', kind: 'SUSPEND_USER', direction: 'do', caller: 'ada@acme.example', until: null };
const bob = aGovernedAccount('bob');

function judge(
  asking: Partial<Asking>,
  account: GovernedAccount = bob,
  connector: Parameters<typeof aConnector>[0] | null = {},
  target: Partial<Target> = {},
  others: GovernedAccount[] = [],
) {
  const known = connector === null ? undefined : aConnector({ connectorId: account.connectorId, ...connector });
  const whole = {
    path: ['input', 'accountIds', '0'],
    connectorId: account.connectorId,
    account,
    group: null,
    grantExternalId: null,
    ...target,
  };
  return assess({ ...suspend, ...asking }, whole, known, catalogue, others);
}

const codes = (...args: Parameters<typeof judge>): string[] => judge(...args).refusals.map(({ code }) => code);

describe('a request to act on an account', () => {
  it('is taken when nothing speaks against it, and would change it', () => {
    const { refusals, willChange, offer } = judge({});
    expect(refusals).toEqual([]);
    expect(willChange).toBe(true);
    expect(offer?.effect).not.toBe('');
  });

  it('is refused for a protected account, with its reason', () => {
    const protection = { accountId: bob.id, reason: 'break glass', protectedBy: 'ada', protectedAt: 1 };
    const { refusals } = judge({}, { ...bob, protection });
    expect(refusals.map(({ code }) => code)).toEqual(['PROTECTED_ACCOUNT']);
    expect(refusals[0]!.message).toContain('break glass');
  });

  it("is refused for the account of our own credential and for the caller's own, in any spelling", () => {
    expect(codes({}, aGovernedAccount('castellan'))).toEqual(['OWN_CREDENTIAL_ACCOUNT']);
    expect(codes({ caller: 'BOB@acme.example' })).toEqual(['CALLER_ACCOUNT']);
  });

  it('is refused while the connector is disabled, removed or unknown', () => {
    expect(codes({}, bob, { status: 'DISABLED' })).toEqual(['CONNECTOR_DISABLED']);
    expect(codes({}, bob, { isRemoved: true })).toEqual(['CONNECTOR_DISABLED']);
    expect(codes({}, bob, null)).toEqual(['CONNECTOR_DISABLED']);
  });

  it('names the scopes that the credential lacks', () => {
    const problem = { code: 'SCOPE_MISSING', message: 'Okta refuses', remedy: '', missingScopes: ['okta.users.manage'] } as const;
    const { refusals } = judge({}, bob, { capabilities: [{ capability: 'USER_GOVERNANCE', isAvailable: false, problem }] });
    expect(refusals.map(({ code }) => code)).toEqual(['WRITE_SCOPE_MISSING']);
    expect(refusals[0]!.remedy).toContain('okta.users.manage');
  });

  it('is not refused for a capability that was never tested, or that failed for a passing reason', () => {
    expect(codes({}, bob, { capabilities: [] })).toEqual([]);
    const problem = { code: 'APP_UNAVAILABLE', message: 'down', remedy: '' } as const;
    expect(codes({}, bob, { capabilities: [{ capability: 'USER_GOVERNANCE', isAvailable: false, problem }] })).toEqual([]);
  });

  it('is refused when the account is in that state already', () => {
    expect(codes({}, { ...bob, status: 'SUSPENDED' })).toEqual(['ALREADY_SO']);
    expect(codes({ kind: 'UNSUSPEND_USER' })).toEqual(['ALREADY_SO']);
  });

  it('asks the app instead when we acted after inventory last told of the account', () => {
    expect(judge({}, { ...bob, status: 'SUSPENDED', heardAt: 5, actedAt: 9 })).toMatchObject({ refusals: [], willChange: null });
  });

  it("is refused with the manifest's reason where the app has no such action, offering the person's identity provider", () => {
    const inDocusign = aGovernedAccount('bob', { id: 'acc_docusign_bob', connectorId: DOCUSIGN, app: 'docusign', personId: 'per_bob' });
    const { refusals } = judge({ kind: 'REQUIRE_SIGN_IN_AGAIN' }, inDocusign, {}, {}, [inDocusign, { ...bob, personId: 'per_bob' }]);
    expect(refusals.map(({ code }) => code)).toEqual(['ACTION_NOT_OFFERED']);
    expect(refusals[0]!.remedy).toContain(bob.id);
    expect(judge({ kind: 'REQUIRE_SIGN_IN_AGAIN' }, inDocusign).refusals[0]!.remedy).not.toContain(bob.id);
  });

  it('is refused with a time limit where there is no way back', () => {
    expect(codes({ kind: 'REQUIRE_SIGN_IN_AGAIN', until: 9 })).toEqual(['LEASE_NOT_POSSIBLE']);
    expect(codes({ until: 9 })).toEqual([]);
  });

  it('is refused for a group of another connector', () => {
    const group = (connectorId: string) => ({ group: { id: groupId('acme', connectorId, 'g1'), externalId: 'g1' } });
    expect(codes({ kind: 'REMOVE_FROM_GROUP' }, bob, {}, group(OKTA))).toEqual([]);
    expect(codes({ kind: 'REMOVE_FROM_GROUP' }, bob, {}, group(DOCUSIGN))).toEqual(['ACTION_INPUT_INVALID']);
  });
});

describe('a request to take an action back', () => {
  const protection = { accountId: bob.id, reason: 'break glass', protectedBy: 'ada', protectedAt: 1 };

  it('is not stopped by a protection when it gives back, and is when it takes away', () => {
    expect(codes({ direction: 'undo' }, { ...bob, protection })).toEqual([]);
    expect(codes({ direction: 'undo', kind: 'UNSUSPEND_USER' }, { ...bob, protection })).toEqual(['PROTECTED_ACCOUNT']);
  });

  it("is refused for the caller's own account, and not at the end of a lease", () => {
    expect(codes({ direction: 'undo', caller: 'bob@acme.example' })).toEqual(['CALLER_ACCOUNT']);
    expect(codes({ direction: 'undo', caller: null })).toEqual([]);
  });
});
