import type { AccountFactsRecord, AccountRecord, InventoryRecord } from '#libs/contracts';
import type { AppClient, Listing, ListingPage } from '../sdk/index.js';

import { factsOf as discovered, type AccountFact } from './facts.js';
import { isOpen, statusOf, toAccount, type MembershipState } from './mapping.js';
import { accountUsers, adminUsers } from './pages.js';
import type { AccountUser, AdminUser } from './wire.js';

const CHUNK = 500;

/**
 * Accounts are users of the organization, each once however many accounts it belongs to: first the Admin API's users of each account, then
 * eSignature's for the last sign-in and the administrator flag.
 */
export const accounts: Listing<InventoryRecord> = { everySeconds: 4 * 3_600, complete: ['account'], pages: listAccounts };

async function* listAccounts(app: AppClient): AsyncGenerator<ListingPage<InventoryRecord>> {
  const facts = discovered(app);
  const people = new People(facts.accounts);
  for (const [index, account] of facts.accounts.entries()) {
    for await (const { rows, total } of adminUsers(app, facts.organizationId, account.id)) {
      const records = rows.flatMap((row) => people.see(row, index) ?? []);
      yield { records, ...(facts.accounts.length === 1 && { total }) };
    }
  }
  yield* chunks(people.waiting());
  for (const [index, account] of facts.accounts.entries()) {
    for await (const { rows } of accountUsers(app, account)) yield { records: rows.flatMap((row) => people.seeAgain(row, index)) };
  }
  yield* chunks(people.waiting());
  yield* chunks(people.untold());
}

/** What has to be remembered of a user until all its accounts were read. Small on purpose: there are as many as users. */
interface Person {
  /** The status in each account, by the position of the account. */
  readonly statuses: (string | null | undefined)[];
  /** Held back until every account was read: not active in those read so far, which does not mean "deleted". */
  held?: AdminUser;
  isAdmin: boolean;
  lastSignInAt: number | null;
  /** eSignature has shown the user, in any account. */
  isSeen: boolean;
  isTold: boolean;
  /** Only eSignature shows the user. */
  isLone: boolean;
}

/**
 * Merges the memberships of users. An active user is told at once; one that is not active yet is held until the last account was read, so that
 * nobody who is closed in one account and active in the next is ever shown as deleted, not even for a moment.
 */
export class People {
  private readonly known = new Map<string, Person>();

  constructor(private readonly accounts: readonly AccountFact[]) {}

  /** A row of the Admin API, in the account at this position. */
  see(row: AdminUser, index: number): AccountRecord | undefined {
    const before = this.known.get(row.id);
    const person = before ?? { statuses: [], isAdmin: false, lastSignInAt: null, isSeen: false, isTold: false, isLone: false };
    person.statuses[index] = row.membershipStatus;
    this.known.set(row.id, person);
    const wasShown = before !== undefined && before.held === undefined;
    if (wasShown) return toAccount(row, this.statesOf(person));
    if (statusOf(row.userStatus, this.wordsOf(person)) !== 'ACTIVE') {
      person.held = { ...row, userStatus: row.userStatus ?? before?.held?.userStatus ?? null };
      return undefined;
    }
    delete person.held;
    return toAccount(row, this.statesOf(person));
  }

  /** Those still held when the Admin API's lists have ended. */
  *waiting(): Generator<AccountRecord> {
    for (const person of this.known.values()) {
      const row = person.held;
      if (!row) continue;
      delete person.held;
      yield toAccount(row, this.statesOf(person));
    }
  }

  /** A row of eSignature: its facts are told at the user's last account, when they are complete. */
  seeAgain(row: AccountUser, index: number): InventoryRecord[] {
    const before = this.known.get(row.id);
    // A user whom the Admin API did not show becomes an account all the same.
    const isLone = before === undefined || before.isLone;
    const shown = isLone ? this.see(asAdminUser(row), index) : undefined;
    const person = this.known.get(row.id)!;
    person.isLone = isLone;
    if (row.isAdmin === true && isOpen(row.status)) person.isAdmin = true;
    if (row.lastLoginAt !== null) person.lastSignInAt = Math.max(row.lastLoginAt, person.lastSignInAt ?? 0);
    person.isSeen = true;
    person.isTold = !isLone && index >= person.statuses.length - 1;
    return [...(shown ? [shown] : []), ...(person.isTold ? [factsOf(row.id, person)] : [])];
  }

  /** Facts of those whose last account did not show them in eSignature, and of those whom only eSignature shows. */
  *untold(): Generator<AccountFactsRecord> {
    for (const [id, person] of this.known) if (!person.isTold) yield factsOf(id, person);
  }

  private wordsOf(person: Person): (string | null)[] {
    return person.statuses.filter((status) => status !== undefined);
  }

  private statesOf(person: Person): MembershipState[] {
    return person.statuses.flatMap((status, index): MembershipState[] => {
      const account = this.accounts[index];
      return status === undefined || !account ? [] : [{ accountId: account.id, account: account.name, status }];
    });
  }
}

function asAdminUser({ id, name, email, status, createdAt }: AccountUser): AdminUser {
  return { id, name, email, createdAt, userStatus: null, membershipStatus: status, membershipClosedAt: null, isManagedByScim: null };
}

// "Not an administrator of the accounts" is not "no administrator": the organization has some too. So it is a yes, or not told.
function factsOf(externalId: string, { isAdmin, lastSignInAt, isSeen }: Person): AccountFactsRecord {
  return { kind: 'accountFacts', externalId, isAdmin: isAdmin ? true : null, ...(isSeen && { lastSignInAt }) };
}

function* chunks<R extends InventoryRecord>(records: Iterable<R>): Generator<ListingPage<InventoryRecord>> {
  let page: R[] = [];
  for (const item of records) {
    page.push(item);
    if (page.length < CHUNK) continue;
    yield { records: page };
    page = [];
  }
  if (page.length > 0) yield { records: page };
}
