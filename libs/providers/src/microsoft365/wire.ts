import type { WireRecord } from '../sdk/index.js';
import { at, flag, list, record, requiredList, requiredRecord, requiredText, text } from '../sdk/index.js';

/** The rows of one page of Graph; an answer without them is malformed, never an empty list. */
export function valuesOf<T>(body: unknown, operation: string, read: (row: WireRecord, operation: string) => T): T[] {
  return requiredList(at(body, 'value'), operation, 'the list "value"').map((row) =>
    read(requiredRecord(row, operation, 'a row'), operation),
  );
}

/** Where a page of Graph names the next one. */
export const NEXT_LINK = ['@odata.nextLink'] as const;

export interface GraphUser {
  readonly id: string;
  readonly wire: WireRecord;
}

/** A user; which fields are there depends on what was selected. */
export function readUser(wire: WireRecord, operation: string): GraphUser {
  return { id: requiredText(wire['id'], operation, "a user's id"), wire };
}

export interface GraphGroup {
  readonly id: string;
  readonly name: string;
  readonly mail: string | null;
  readonly types: readonly string[];
  readonly isSecurity: boolean | null;
  readonly isMailEnabled: boolean | null;
  readonly isSynchronized: boolean | null;
  readonly isForRoles: boolean | null;
  readonly visibility: string | null;
  readonly membershipRule: string | null;
  readonly description: string | null;
}

export function readGroup(wire: WireRecord, operation: string): GraphGroup {
  const id = requiredText(wire['id'], operation, "a group's id");
  return {
    id,
    name: text(wire['displayName']) ?? id,
    mail: text(wire['mail']),
    types: texts(wire['groupTypes']),
    isSecurity: flag(wire['securityEnabled']),
    isMailEnabled: flag(wire['mailEnabled']),
    isSynchronized: flag(wire['onPremisesSyncEnabled']),
    isForRoles: flag(wire['isAssignableToRole']),
    visibility: text(wire['visibility']),
    membershipRule: text(wire['membershipRule']),
    description: text(wire['description']),
  };
}

/** A row that may be of several kinds: user, group, servicePrincipal, device. */
export interface DirectoryObject {
  readonly id: string;
  /** The last part of `@odata.type`; null where Graph leaves it out. */
  readonly kind: string | null;
}

export function readObject(wire: WireRecord, operation: string): DirectoryObject {
  return { id: requiredText(wire['id'], operation, "an object's id"), kind: kindOf(wire) };
}

function kindOf(wire: WireRecord | undefined): string | null {
  return text(wire?.['@odata.type'])?.split('.').at(-1) ?? null;
}

export interface RoleDefinition {
  readonly id: string;
  readonly templateId: string | null;
  readonly name: string;
  /** What it allows; undefined when Graph did not say. */
  readonly actions: readonly string[] | undefined;
}

export function readRoleDefinition(wire: WireRecord, operation: string): RoleDefinition {
  const id = requiredText(wire['id'], operation, "a role's id");
  const permissions = list(wire['rolePermissions']);
  return {
    id,
    templateId: text(wire['templateId']),
    name: text(wire['displayName']) ?? id,
    actions: permissions?.flatMap((permission) => texts(at(permission, 'allowedResourceActions'))),
  };
}

export interface RoleAssignment {
  readonly id: string;
  readonly principalId: string;
  readonly principalKind: string | null;
  readonly roleDefinitionId: string;
  /** `/` for the whole tenant, else an administrative unit or one object. */
  readonly scope: string | null;
}

export function readAssignment(wire: WireRecord, operation: string): RoleAssignment {
  return {
    id: requiredText(wire['id'], operation, "a role assignment's id"),
    principalId: requiredText(wire['principalId'], operation, 'a principal'),
    principalKind: kindOf(record(wire['principal'])),
    roleDefinitionId: requiredText(wire['roleDefinitionId'], operation, 'a role'),
    scope: text(wire['directoryScopeId']) ?? text(wire['appScopeId']),
  };
}

export interface ServicePrincipal {
  readonly id: string;
  readonly appId: string;
  readonly name: string;
  readonly ownerTenant: string | null;
  readonly isEnabled: boolean | null;
  readonly publisher: string | null;
  /** Names of the application permissions that this API offers, by their ids. */
  readonly roleNames: ReadonlyMap<string, string>;
}

export function readServicePrincipal(wire: WireRecord, operation: string): ServicePrincipal {
  const id = requiredText(wire['id'], operation, "a service principal's id");
  const roles = (list(wire['appRoles']) ?? []).map((role) => [text(at(role, 'id')), text(at(role, 'value'))] as const);
  return {
    id,
    appId: requiredText(wire['appId'], operation, "a service principal's appId"),
    name: text(wire['displayName']) ?? id,
    ownerTenant: text(wire['appOwnerOrganizationId']),
    isEnabled: flag(wire['accountEnabled']),
    publisher: text(at(wire, 'verifiedPublisher', 'displayName')),
    roleNames: new Map(roles.filter((role): role is readonly [string, string] => role[0] !== null && role[1] !== null)),
  };
}

export interface PermissionGrant {
  readonly id: string;
  readonly clientId: string;
  readonly isForAll: boolean;
  readonly principalId: string | null;
  readonly resourceId: string | null;
  readonly scopes: readonly string[];
}

export function readPermissionGrant(wire: WireRecord, operation: string): PermissionGrant {
  return {
    id: requiredText(wire['id'], operation, "a grant's id"),
    clientId: requiredText(wire['clientId'], operation, "a grant's client"),
    isForAll: text(wire['consentType']) === 'AllPrincipals',
    principalId: text(wire['principalId']),
    resourceId: text(wire['resourceId']),
    scopes: (text(wire['scope']) ?? '').split(/\s+/).filter((scope) => scope !== ''),
  };
}

export interface AppRoleAssignment {
  readonly id: string;
  readonly appRoleId: string;
  readonly principalId: string;
  readonly principalName: string | null;
  readonly principalType: string | null;
  readonly createdAt: string | null;
}

export function readAppRoleAssignment(wire: WireRecord, operation: string): AppRoleAssignment {
  return {
    id: requiredText(wire['id'], operation, "an app role assignment's id"),
    appRoleId: requiredText(wire['appRoleId'], operation, 'an app role'),
    principalId: requiredText(wire['principalId'], operation, 'a principal'),
    principalName: text(wire['principalDisplayName']),
    principalType: text(wire['principalType']),
    createdAt: text(wire['createdDateTime']),
  };
}

export function texts(value: unknown): string[] {
  return (list(value) ?? []).map(text).filter((word) => word !== null);
}
