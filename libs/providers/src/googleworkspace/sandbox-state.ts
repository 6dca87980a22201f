import type { Company } from '../sdk/index.js';
import type { SandboxLog } from './sandbox-log.js';

/** All that the sandbox knows. */
export interface WorkspaceState {
  readonly company: Company;
  readonly customerId: string;
  readonly users: Directory;
  readonly groups: Map<string, SandboxGroup>;
  readonly roles: readonly SandboxRole[];
  readonly assignments: Map<string, SandboxAssignment>;
  /** By user, then by client. */
  readonly tokens: Map<string, Map<string, SandboxToken>>;
  readonly appPasswords: Map<string, SandboxAppPassword[]>;
  readonly policies: readonly SandboxPolicy[];
  readonly log: SandboxLog;
  /** Access tokens that are valid, with what they may do. */
  readonly sessions: Map<string, { readonly scopes: readonly string[]; readonly expiresAt: number }>;
  /** Effects of writes that do not show yet (the switch `readLagMs`). */
  readonly pending: { readonly at: number; readonly apply: () => void }[];
  serial: number;
}

export interface SandboxUser {
  readonly id: string;
  readonly email: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly orgUnitPath: string;
  readonly createdAt: number;
  /** 0: never. */
  readonly lastLoginAt: number;
  readonly isEnrolled: boolean;
  readonly isEnforced: boolean;
  readonly hasAgreed: boolean;
  readonly deletedAt?: number;
  isSuperAdmin: boolean;
  suspended: boolean;
  suspensionReason?: string;
  archived: boolean;
  mustChangePassword: boolean;
}

export interface SandboxGroup {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly description: string;
  readonly members: SandboxMember[];
}

export interface SandboxMember {
  readonly id?: string;
  readonly email?: string;
  readonly role: string;
  readonly type: 'USER' | 'GROUP' | 'CUSTOMER' | 'EXTERNAL';
}

export interface SandboxRole {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly isSystem: boolean;
  readonly isSuperAdmin: boolean;
}

export interface SandboxAssignment {
  readonly id: string;
  readonly roleId: string;
  readonly assignedTo: string;
  readonly assigneeType: 'user' | 'group';
  readonly scopeType: string;
  readonly orgUnitId?: string;
  readonly condition?: string;
}

export interface SandboxToken {
  readonly clientId: string;
  readonly displayText: string;
  readonly scopes: readonly string[];
  readonly anonymous: boolean;
  readonly nativeApp: boolean;
}

export interface SandboxAppPassword {
  readonly codeId: number;
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt: number;
}

export interface SandboxPolicy {
  readonly name: string;
  readonly type: 'ADMIN' | 'SYSTEM';
  readonly orgUnit: string;
  readonly group?: string;
  readonly sortOrder: number;
  readonly setting: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** The people of the account, and any number of others made from their number when somebody looks. */
export class Directory {
  private readonly byKey = new Map<string, SandboxUser>();
  private readonly changed = new Map<number, SandboxUser>();
  private readonly present: readonly SandboxUser[];

  constructor(
    private readonly own: readonly SandboxUser[],
    private readonly bulk: number,
    private readonly domain: string,
  ) {
    this.present = own.filter(({ deletedAt }) => deletedAt === undefined);
    for (const user of own) for (const key of [user.id, user.email]) this.byKey.set(key, user);
  }

  /** How many there are, without the deleted. */
  get size(): number {
    return this.present.length + this.bulk;
  }

  at(position: number): SandboxUser | undefined {
    return this.present[position] ?? this.bulkUser(position - this.present.length);
  }

  find(key: string): SandboxUser | undefined {
    const number = /^2(\d{20})$/.exec(key)?.[1] ?? /^load(\d{1,9})@/.exec(key)?.[1];
    return this.byKey.get(key) ?? (number === undefined ? undefined : this.bulkUser(Number(number)));
  }

  /** The people of the story, the deleted too: what searches for administrators look through. */
  get people(): readonly SandboxUser[] {
    return this.own;
  }

  private bulkUser(number: number): SandboxUser | undefined {
    if (!(number >= 0 && number < this.bulk)) return undefined;
    const known = this.changed.get(number);
    if (known) return known;
    return {
      id: `2${String(number).padStart(20, '0')}`,
      email: `load${number}@${this.domain}`,
      givenName: 'Load',
      familyName: String(number),
      orgUnitPath: '/Load',
      createdAt: 1_700_000_000_000,
      lastLoginAt: 1_760_000_000_000 + number,
      isEnrolled: number % 10 !== 0,
      isEnforced: false,
      hasAgreed: true,
      isSuperAdmin: false,
      suspended: number % 50 === 0,
      archived: false,
      mustChangePassword: false,
    };
  }

  /** Keeps what was written to a user who is made up when looked at. */
  keep(user: SandboxUser): void {
    if (!this.byKey.has(user.id)) this.changed.set(Number(user.id.slice(1)), user);
  }
}
