export interface SandboxDomain {
  readonly id: string;
  readonly host: string;
  readonly status: 'active' | 'pending' | 'deactivated';
  readonly providerId?: string;
}

export interface SandboxAccount {
  readonly index: number;
  readonly id: string;
  readonly externalId: number;
  readonly name: string;
  readonly origin: string;
  readonly siteId: number;
  readonly siteName: string;
  readonly settings: Record<string, unknown>;
  readonly passwordRules: Readonly<Record<string, unknown>>;
  readonly purge: Readonly<Record<string, string>>;
  readonly profiles: readonly SandboxProfile[];
  readonly groups: readonly SandboxGroup[];
  readonly webhooks: Record<string, unknown>[];
  readonly authorizations: SandboxAuthorization[];
}

export interface SandboxProfile {
  readonly id: number;
  readonly name: string;
  readonly isAdmin: boolean;
  readonly isDelegated: boolean;
}

export interface SandboxGroup {
  readonly id: number;
  readonly name: string;
  readonly type: 'adminGroup' | 'everyoneGroup' | 'customGroup';
  readonly profileId?: number;
}

export interface SandboxAuthorization {
  readonly id: string;
  readonly permission: 'Send' | 'Manage' | 'Sign';
  readonly principalId: string;
  readonly agentId: string;
  readonly startDate: string;
  readonly createdAt: string;
}

export interface SandboxUser {
  /** Its place in the directory. */
  readonly index: number;
  readonly id: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly title: string;
  readonly status: 'active' | 'created' | 'closed';
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly isOrganizationAdmin: boolean;
  readonly requiresTwoStep: boolean;
  readonly federatedStatus: 'RemoveStatus' | 'FedAuthRequired' | 'FedAuthBypass';
  readonly mustChangePassword: boolean;
  /** By the position of the account; undefined where the user does not belong to it. */
  readonly memberships: readonly (SandboxMembership | undefined)[];
}

export type MembershipWord = 'active' | 'activation_sent' | 'activation_required' | 'closed' | 'disabled';

export interface SandboxMembership {
  readonly id: string;
  readonly status: MembershipWord;
  readonly profileId: number;
  readonly groupIds: readonly number[];
  readonly createdAt: number;
  readonly closedAt?: number;
  readonly lastLoginAt?: number;
}

/** The name of the user, as Docusign writes it. */
export function nameOf(user: Pick<SandboxUser, 'firstName' | 'lastName'>): string {
  return `${user.firstName} ${user.lastName}`;
}

/** True when the permission profile of the membership gives the whole administration, and the membership is in use. */
export function isAdminIn(account: SandboxAccount, membership: SandboxMembership | undefined): boolean {
  if (!membership || membership.status === 'closed') return false;
  return account.profiles.find(({ id }) => id === membership.profileId)?.isAdmin ?? false;
}
