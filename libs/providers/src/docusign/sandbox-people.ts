import type { Company, Employee } from '../sdk/index.js';

import type { SandboxMembership, SandboxUser } from './sandbox-records.js';

const DAY_MS = 86_400_000;
const BULK_ID = /^b0b0b0b0-0000-4000-8000-([0-9a-f]{12})$/;

/** The user whom the app acts as: administrator of everything, and of no use for anything else. */
export const OWN_USER_ID = '66666666-7777-4888-9999-aaaaaaaaaaaa';

/** What the numbers of profiles and groups are in one account. */
export interface Numbers {
  readonly administrator: number;
  readonly sender: number;
  readonly viewer: number;
  readonly manager: number;
  readonly administrators: number;
  readonly everyone: number;
  readonly departments: Readonly<Record<Employee['department'], number>>;
}

/** Users of a page, and how many there are in all. */
export interface UserPage {
  readonly rows: readonly SandboxUser[];
  readonly total: number;
}

/** Users by position and by id. Those made up for volume are made when asked for, and kept only once they were changed. */
export class Directory {
  private readonly known: SandboxUser[];
  private readonly positions = new Map<string, number>();
  private readonly changed = new Map<number, SandboxUser>();
  private readonly hints = new Map<string, { readonly position: number; readonly index: number }>();
  private readonly totals = new Map<string, number>();
  readonly size: number;

  constructor(
    users: readonly SandboxUser[],
    bulk: number,
    private readonly makeBulk: (index: number) => SandboxUser,
    private readonly belongs: (index: number, account: number) => boolean,
  ) {
    this.known = [...users];
    users.forEach((user, index) => this.positions.set(user.id, index));
    this.size = users.length + bulk;
  }

  at(index: number): SandboxUser | undefined {
    if (index < this.known.length) return this.known[index];
    return index < this.size ? (this.changed.get(index) ?? this.makeBulk(index)) : undefined;
  }

  get(id: string): SandboxUser | undefined {
    const lower = id.toLowerCase();
    const bulk = BULK_ID.exec(lower);
    return this.at(bulk ? Number.parseInt(bulk[1]!, 16) : (this.positions.get(lower) ?? this.size));
  }

  change(user: SandboxUser): void {
    this.hints.clear();
    this.totals.clear();
    if (user.index < this.known.length) this.known[user.index] = user;
    else this.changed.set(user.index, user);
  }

  /**
   * A page of the users of an account by position, of all or of those that a filter takes; `filter` names the filter. Readers go page by page, so where
   * the last page ended is remembered, and so is the number of users.
   */
  page(account: number, start: number, count: number, filter = '', fits: (user: SandboxUser) => boolean = () => true): UserPage {
    const key = `${account} ${filter}`;
    const hint = this.hints.get(key);
    let [position, index] = hint && hint.position <= start ? [hint.position, hint.index] : [0, 0];
    const rows: SandboxUser[] = [];
    for (; index < this.size && rows.length < count; index++) {
      if (!this.fits(index, account, filter, fits)) continue;
      if (position >= start) rows.push(this.at(index)!);
      position += 1;
    }
    this.hints.set(key, { position, index });
    return { rows, total: this.count(key, (at) => this.fits(at, account, filter, fits)) };
  }

  private fits(index: number, account: number, filter: string, fits: (user: SandboxUser) => boolean): boolean {
    return this.isMember(index, account) && (filter === '' || fits(this.at(index)!));
  }

  private count(key: string, fits: (index: number) => boolean): number {
    let total = this.totals.get(key);
    if (total === undefined) {
      total = 0;
      for (let index = 0; index < this.size; index++) if (fits(index)) total += 1;
      this.totals.set(key, total);
    }
    return total;
  }

  private isMember(index: number, account: number): boolean {
    if (index >= this.known.length && !this.changed.has(index)) return this.belongs(index, account);
    return this.at(index)?.memberships[account] !== undefined;
  }
}

/** The people of the company as Docusign has them, the app's own user first, and as many made-up ones as asked for. */
export function makeDirectory(company: Company, numbers: readonly Numbers[], now: number, bulk: number): Directory {
  const residents = company.people.map((employee) => fromEmployee(employee, company, numbers, now));
  const users = [ownUser(company, numbers, now), ...oneInOneOut(residents, now), outsider(company, numbers, now)].map((user, index) => ({
    ...user,
    index,
  }));
  return new Directory(
    users,
    bulk,
    (index) => bulkUser(index, company, numbers, now),
    (index, account) => account === index % 2 || index % 10 === 0,
  );
}

/** The id that Docusign gave to a person of the company. */
export function idOfEmployee(employee: Pick<Employee, 'number'>): string {
  return `a1a1a1a1-0000-4000-8000-${hex(employee.number + 1, 12)}`;
}

// Headquarters has everyone but Sales and Support, who work in the other account; administrators and every fourth person work in both.
function accountsOf({ department, traits, number }: Employee): readonly number[] {
  if (traits.includes('ADMIN') || number % 4 === 0) return [0, 1];
  return department === 'Sales' || department === 'Support' ? [1] : [0];
}

type Unplaced = Omit<SandboxUser, 'index'>;

function fromEmployee(employee: Employee, company: Company, numbers: readonly Numbers[], now: number): Unplaced {
  const { traits, number, department } = employee;
  const isAdmin = traits.includes('ADMIN');
  const isNew = traits.includes('NEW') && number % 2 === 0;
  const joined = now - (traits.includes('NEW') ? 5 : 200 + (number % 900)) * DAY_MS;
  const isVictim = company.takeover.victim.number === number;
  const admins = company.people.filter((person) => person.traits.includes('ADMIN'));
  const quietAdmin = company.people.find((person) => person.department === 'People' && person.traits.length === 0);
  const membership = (account: number): SandboxMembership => {
    const of = numbers[account]!;
    const isDelegate = !isAdmin && department === 'Legal' && number % 3 === 0;
    return {
      id: `b1b1b1b1-${hex(account + 1, 4)}-4000-8000-${hex(number + 1, 12)}`,
      status: traits.includes('LEAVER') ? 'closed' : isNew ? 'activation_sent' : 'active',
      profileId: isAdmin ? of.administrator : isDelegate ? of.manager : department === 'Support' ? of.viewer : of.sender,
      groupIds: [...(isAdmin ? [of.administrators] : []), of.everyone, of.departments[department]],
      createdAt: joined + account * DAY_MS,
      ...(traits.includes('LEAVER') && { closedAt: now - 6 * DAY_MS }),
      ...(!isNew && { lastLoginAt: lastLogin(employee, account, now) }),
    };
  };
  return {
    id: idOfEmployee(employee),
    firstName: employee.firstName,
    lastName: employee.lastName,
    email: employee.email,
    title: employee.title,
    status: traits.includes('LEAVER') ? 'closed' : isNew ? 'created' : 'active',
    createdAt: joined,
    modifiedAt: traits.includes('LEAVER') ? now - 6 * DAY_MS : joined,
    isOrganizationAdmin: admins.slice(0, 2).some((admin) => admin.number === number) || quietAdmin?.number === number,
    requiresTwoStep: !traits.includes('NO_SECOND_FACTOR') && !isVictim,
    // The victim and some others still sign in with a Docusign password; one administrator may go around single sign-on.
    federatedStatus: isVictim
      ? 'RemoveStatus'
      : admins[1]?.number === number
        ? 'FedAuthBypass'
        : number % 5 < 3
          ? 'FedAuthRequired'
          : 'RemoveStatus',
    mustChangePassword: false,
    memberships: numbers.map((_, account) => (accountsOf(employee).includes(account) ? membership(account) : undefined)),
  };
}

function lastLogin({ traits, number }: Employee, account: number, now: number): number {
  const days = traits.includes('DORMANT') ? 150 + (number % 120) : traits.includes('LEAVER') ? 9 : (number * 7 + account * 3) % 11;
  return now - days * DAY_MS - ((number * 977) % 600) * 60_000;
}

// One person has left the first account and still works in the second: not deleted.
function oneInOneOut(users: readonly Unplaced[], now: number): readonly Unplaced[] {
  const moved = users.find(({ memberships, isOrganizationAdmin, status, memberships: [first, second] }) => {
    return (
      status === 'active' && !isOrganizationAdmin && memberships.length > 1 && first?.status === 'active' && second?.status === 'active'
    );
  });
  return users.map((user) => {
    const [first, ...others] = user.memberships;
    return user === moved && first
      ? { ...user, memberships: [{ ...first, status: 'closed', closedAt: now - 90 * DAY_MS }, ...others] }
      : user;
  });
}

function ownUser(company: Company, numbers: readonly Numbers[], now: number): Unplaced {
  const createdAt = now - 400 * DAY_MS;
  return {
    id: OWN_USER_ID,
    firstName: 'Castellan',
    lastName: 'Connector',
    email: `castellan@${company.domain}`,
    title: 'Service user',
    status: 'active',
    createdAt,
    modifiedAt: createdAt,
    isOrganizationAdmin: true,
    requiresTwoStep: true,
    federatedStatus: 'RemoveStatus',
    mustChangePassword: false,
    memberships: numbers.map((of, account) => ({
      id: `b1b1b1b1-${hex(account + 1, 4)}-4000-8000-aaaaaaaaaaaa`,
      status: 'active',
      profileId: of.administrator,
      groupIds: [of.administrators, of.everyone],
      createdAt,
      lastLoginAt: now - DAY_MS,
    })),
  };
}

// A freelancer with an address of a domain that is not the company's.
function outsider(company: Company, numbers: readonly Numbers[], now: number): Unplaced {
  const of = numbers[0]!;
  const createdAt = now - 120 * DAY_MS;
  return {
    id: 'a2a2a2a2-0000-4000-8000-000000000001',
    firstName: 'Robin',
    lastName: 'Field',
    email: 'robin.field@freelance-paralegals.example',
    title: 'Paralegal (contractor)',
    status: 'active',
    createdAt,
    modifiedAt: createdAt,
    isOrganizationAdmin: false,
    requiresTwoStep: false,
    federatedStatus: 'RemoveStatus',
    mustChangePassword: false,
    memberships: numbers.map((_, account) =>
      account === 0
        ? {
            id: 'b2b2b2b2-0001-4000-8000-000000000001',
            status: 'active',
            profileId: of.sender,
            groupIds: [of.everyone, of.departments.Legal],
            createdAt,
            lastLoginAt: now - 3 * DAY_MS - company.people.length * 60_000,
          }
        : undefined,
    ),
  };
}

function bulkUser(index: number, company: Company, numbers: readonly Numbers[], now: number): SandboxUser {
  const createdAt = now - (30 + (index % 1_000)) * DAY_MS;
  const isClosed = index % 25 === 0;
  const membership = (of: Numbers, account: number): SandboxMembership => ({
    id: `b0b0b0b0-${hex(account + 1, 4)}-4000-8000-${hex(index, 12)}`,
    status: isClosed ? 'closed' : 'active',
    profileId: index % 2_000 === 1 ? of.administrator : of.sender,
    groupIds: [of.everyone, of.departments.Sales],
    createdAt,
    ...(isClosed && { closedAt: now - 40 * DAY_MS }),
    lastLoginAt: now - (index % 200) * DAY_MS,
  });
  return {
    index,
    id: `b0b0b0b0-0000-4000-8000-${hex(index, 12)}`,
    firstName: 'Bulk',
    lastName: `Person ${index}`,
    email: `bulk${index}@${company.domain}`,
    title: 'Associate',
    status: 'active',
    createdAt,
    modifiedAt: createdAt,
    isOrganizationAdmin: false,
    requiresTwoStep: index % 3 === 0,
    federatedStatus: 'RemoveStatus',
    mustChangePassword: false,
    memberships: numbers.map((of, account) => (account === index % 2 || index % 10 === 0 ? membership(of, account) : undefined)),
  };
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
