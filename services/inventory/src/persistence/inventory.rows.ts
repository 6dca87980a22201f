import type { Row } from '#libs/platform';

import type { AppGrant } from '../domain/app-grant.js';
import type { Group, Member } from '../domain/group.js';
import type { Person } from '../domain/person.js';
import type { Privilege } from '../domain/privilege.js';
import { LEVELS, type ThirdPartyApp } from '../domain/third-party-app.js';
import { flagOrNull, keyOf, line, number, numberOrNull, parsed, text, textOrNull, type Cells } from './cells.js';

/** How each kind of value lies in its table: to cells without tenant and listing mark, and back. */
export interface RowShape<T> {
  readonly table: string;
  readonly toCells: (value: T) => Cells;
  readonly toValue: (row: Row) => T;
}

export const groupShape: RowShape<Group> = {
  table: 'account_group',
  toCells: (group) => ({
    id: group.id,
    connector_id: group.connectorId,
    app: group.app,
    external_id: group.externalId,
    name: line(group.name),
    name_key: keyOf(group.name),
    description: group.description,
    type: line(group.type),
    attributes: JSON.stringify(group.attributes),
  }),
  toValue: (row) => ({
    id: text(row, 'id'),
    connectorId: text(row, 'connector_id'),
    app: text(row, 'app'),
    externalId: text(row, 'external_id'),
    name: text(row, 'name'),
    description: textOrNull(row, 'description'),
    type: textOrNull(row, 'type'),
    attributes: parsed(row, 'attributes'),
  }),
};

export const memberShape: RowShape<Member> = {
  table: 'group_member',
  toCells: (member) => ({
    id: member.id,
    connector_id: member.connectorId,
    group_id: member.groupId,
    account_id: member.accountId,
    member_group_id: member.memberGroupId,
  }),
  toValue: (row) => ({
    id: text(row, 'id'),
    connectorId: text(row, 'connector_id'),
    groupId: text(row, 'group_id'),
    accountId: textOrNull(row, 'account_id'),
    memberGroupId: textOrNull(row, 'member_group_id'),
  }),
};

export const privilegeShape: RowShape<Privilege> = {
  table: 'privilege',
  toCells: (privilege) => ({
    id: privilege.id,
    connector_id: privilege.connectorId,
    account_id: privilege.accountId,
    external_id: privilege.externalId,
    name: line(privilege.name),
    name_key: keyOf(privilege.name),
    is_admin: privilege.isAdmin === null ? null : Number(privilege.isAdmin),
    scope: line(privilege.scope),
    via_group_id: privilege.viaGroupId,
  }),
  toValue: (row) => ({
    id: text(row, 'id'),
    connectorId: text(row, 'connector_id'),
    accountId: text(row, 'account_id'),
    externalId: text(row, 'external_id'),
    name: text(row, 'name'),
    isAdmin: flagOrNull(row, 'is_admin'),
    scope: textOrNull(row, 'scope'),
    viaGroupId: textOrNull(row, 'via_group_id'),
  }),
};

export const appGrantShape: RowShape<AppGrant> = {
  table: 'app_grant',
  toCells: (grant) => ({
    id: grant.id,
    connector_id: grant.connectorId,
    app: grant.app,
    external_id: grant.externalId,
    third_party_app_id: grant.thirdPartyAppId,
    type: grant.type,
    app_external_id: grant.appExternalId,
    app_name: line(grant.appName),
    app_name_key: keyOf(grant.appName),
    account_id: grant.accountId,
    scopes: JSON.stringify(grant.scopes),
    level_rank: LEVELS.indexOf(grant.level),
    granted_at: grant.grantedAt,
    last_used_at: grant.lastUsedAt,
    expires_at: grant.expiresAt,
    attributes: JSON.stringify(grant.attributes),
  }),
  toValue: (row) => ({
    id: text(row, 'id'),
    connectorId: text(row, 'connector_id'),
    app: text(row, 'app'),
    externalId: text(row, 'external_id'),
    thirdPartyAppId: text(row, 'third_party_app_id'),
    type: text(row, 'type') as AppGrant['type'],
    appExternalId: text(row, 'app_external_id'),
    appName: text(row, 'app_name'),
    accountId: textOrNull(row, 'account_id'),
    scopes: parsed(row, 'scopes'),
    level: LEVELS[number(row, 'level_rank')] ?? 'UNKNOWN',
    grantedAt: numberOrNull(row, 'granted_at'),
    lastUsedAt: numberOrNull(row, 'last_used_at'),
    expiresAt: numberOrNull(row, 'expires_at'),
    attributes: parsed(row, 'attributes'),
  }),
};

export const personShape: RowShape<Person> = {
  table: 'person',
  toCells: (person) => ({
    id: person.id,
    email: line(person.email),
    email_key: keyOf(person.email),
    display_name: line(person.displayName),
    name_key: keyOf(person.displayName),
    is_terminated: Number(person.isTerminated),
  }),
  toValue: (row) => ({
    id: text(row, 'id'),
    email: textOrNull(row, 'email'),
    displayName: textOrNull(row, 'display_name'),
    isTerminated: number(row, 'is_terminated') === 1,
  }),
};

export const thirdPartyAppShape: RowShape<ThirdPartyApp> = {
  table: 'third_party_app',
  toCells: (app) => ({
    id: app.id,
    app: app.app,
    external_id: app.externalId,
    name: line(app.name),
    name_key: keyOf(app.name),
    level_rank: LEVELS.indexOf(app.level),
    scopes: JSON.stringify(app.scopes),
    grant_count: app.grantCount,
    account_count: app.accountCount,
    grants_without_account: app.grantsWithoutAccount,
    account_share: app.accountShare,
    rarity: app.rarity,
    first_granted_at: app.firstGrantedAt,
    last_used_at: app.lastUsedAt,
  }),
  toValue: (row) => ({
    id: text(row, 'id'),
    app: text(row, 'app'),
    externalId: text(row, 'external_id'),
    name: text(row, 'name'),
    level: LEVELS[number(row, 'level_rank')] ?? 'UNKNOWN',
    scopes: parsed(row, 'scopes'),
    grantCount: number(row, 'grant_count'),
    accountCount: number(row, 'account_count'),
    grantsWithoutAccount: number(row, 'grants_without_account'),
    accountShare: numberOrNull(row, 'account_share'),
    rarity: text(row, 'rarity') as ThirdPartyApp['rarity'],
    firstGrantedAt: numberOrNull(row, 'first_granted_at'),
    lastUsedAt: numberOrNull(row, 'last_used_at'),
  }),
};
