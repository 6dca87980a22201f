import type { Row } from '#libs/platform';
import type { TenantId } from '#libs/kernel';

import type { Account, AccountState, Attributes } from '../domain/account.js';
import type { Shown } from '../domain/listing.js';
import type { AccountMark } from '../domain/ports.js';
import { flagOrNull, keyOf, line, NO_TIME, number, numberOrNull, parsed, text, textOrNull, timeOrNull, type Cells } from './cells.js';

export function accountCells(tenant: TenantId, account: AccountState): Cells {
  return {
    tenant,
    id: account.id,
    connector_id: account.connectorId,
    app: account.app,
    external_id: account.externalId,
    username: line(account.username),
    username_key: keyOf(account.username),
    email: line(account.email),
    email_key: keyOf(account.email),
    display_name: line(account.displayName),
    name_key: keyOf(account.displayName),
    status: account.status,
    type: account.type,
    is_admin: account.isAdmin,
    has_second_factor: account.hasSecondFactor,
    is_external: account.isExternal,
    last_sign_in_at: account.lastSignInAt ?? NO_TIME,
    created_at: account.createdAt ?? NO_TIME,
    deleted_at: account.deletedAt,
    person_id: account.personId,
    link: account.link,
    linked_by: line(account.linkedBy),
    linked_at: account.linkedAt,
    told: JSON.stringify(account.told),
    admin_privileges: account.privileges.admin,
    unclear_privileges: account.privileges.unclear,
    has_all_privileges: account.privileges.isComplete,
    first_read_at: account.firstReadAt,
    touched_at: account.touchedAt,
    shown_by: account.shown.by,
    shown_in: account.shown.in,
    facts_shown_by: account.factsShown?.by ?? null,
    facts_shown_in: account.factsShown?.in ?? null,
  };
}

export function toAccountState(row: Row): AccountState {
  const told = parsed<AccountState['told']>(row, 'told');
  return {
    ...toAccount(row, told),
    told,
    privileges: {
      admin: number(row, 'admin_privileges'),
      unclear: number(row, 'unclear_privileges'),
      isComplete: number(row, 'has_all_privileges') === 1,
    },
    linkedBy: textOrNull(row, 'linked_by'),
    linkedAt: numberOrNull(row, 'linked_at'),
    firstReadAt: number(row, 'first_read_at'),
    touchedAt: numberOrNull(row, 'touched_at'),
    shown: { by: text(row, 'shown_by'), in: number(row, 'shown_in') },
    factsShown: factsShown(row),
  };
}

export function toAccountMark(row: Row): AccountMark {
  return {
    id: text(row, 'id'),
    personId: textOrNull(row, 'person_id'),
    status: text(row, 'status') as Account['status'],
    firstReadAt: number(row, 'first_read_at'),
    hasAllPrivileges: number(row, 'has_all_privileges') === 1,
    shown: { by: text(row, 'shown_by'), in: number(row, 'shown_in') },
    factsShown: factsShown(row),
  };
}

export function toAccount(row: Row, told = parsed<AccountState['told']>(row, 'told')): Account {
  const attributes: Attributes = { ...told.record.attributes, ...told.facts.attributes };
  return {
    id: text(row, 'id'),
    connectorId: text(row, 'connector_id'),
    app: text(row, 'app'),
    externalId: text(row, 'external_id'),
    username: textOrNull(row, 'username'),
    email: textOrNull(row, 'email'),
    displayName: textOrNull(row, 'display_name'),
    status: text(row, 'status') as Account['status'],
    type: text(row, 'type') as Account['type'],
    isAdmin: flagOrNull(row, 'is_admin'),
    hasSecondFactor: flagOrNull(row, 'has_second_factor'),
    isExternal: flagOrNull(row, 'is_external'),
    lastSignInAt: timeOrNull(row, 'last_sign_in_at'),
    createdAt: timeOrNull(row, 'created_at'),
    deletedAt: numberOrNull(row, 'deleted_at'),
    attributes,
    personId: textOrNull(row, 'person_id'),
    link: text(row, 'link') as Account['link'],
  };
}

function factsShown(row: Row): Shown | null {
  const by = textOrNull(row, 'facts_shown_by');
  return by === null ? null : { by, in: number(row, 'facts_shown_in') };
}
