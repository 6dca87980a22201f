import type { TenantId } from '#libs/kernel';

/** What a token may do. A field or mutation names the one it needs in the schema, by `@scope(needs:)`. */
export const SCOPES = [
  'connectors:read',
  'connectors:write',
  'inventory:read',
  'inventory:write',
  'activities:read',
  'activities:write',
  'posture:read',
  'posture:write',
  'governance:read',
  'governance:act',
  'governance:write',
] as const;
export type Scope = (typeof SCOPES)[number];

export const ROLES = ['reader', 'analyst', 'responder', 'admin', 'auditor', 'partner'] as const;
export type Role = (typeof ROLES)[number];

const READ = [
  'connectors:read',
  'inventory:read',
  'activities:read',
  'posture:read',
  'governance:read',
] as const satisfies readonly Scope[];

export const SCOPES_OF_ROLE: Readonly<Record<Role, readonly Scope[]>> = {
  reader: READ,
  /** Handles alerts and findings; acts on nobody. */
  analyst: [...READ, 'activities:write', 'posture:write'],
  /** An analyst who may also act in the apps. */
  responder: [...READ, 'activities:write', 'posture:write', 'governance:act'],
  admin: SCOPES,
  auditor: READ,
  partner: ['inventory:read', 'activities:read', 'posture:read'],
};

/** Who asks, as proven by a token. Every call to a service carries one. */
export interface Principal {
  readonly tenant: TenantId;
  /** Whose token it is: a person's or a machine's name, or `service:connectors` between services. */
  readonly subject: string;
  readonly roles: readonly Role[];
  readonly scopes: readonly Scope[];
  readonly tokenId: string;
}
