import type { PrivilegeRecord } from '#libs/contracts';
import { accountId, derivedId, groupId } from '#libs/kernel';

import type { Source } from './listing.js';

/** A role, admin flag or permission profile held by an account. */
export interface Privilege {
  readonly id: string;
  readonly connectorId: string;
  readonly accountId: string;
  readonly externalId: string;
  readonly name: string;
  readonly isAdmin: boolean | null;
  readonly scope: string | null;
  readonly viaGroupId: string | null;
}

export function toPrivilege(record: PrivilegeRecord, { tenant, connectorId }: Source): Privilege {
  const { viaGroup } = record;
  return {
    id: derivedId('prv', tenant, connectorId, record.account, record.externalId),
    connectorId,
    accountId: accountId(tenant, connectorId, record.account),
    externalId: record.externalId,
    name: record.name,
    isAdmin: record.isAdmin,
    scope: record.scope ?? null,
    viaGroupId: viaGroup === null || viaGroup === undefined ? null : groupId(tenant, connectorId, viaGroup),
  };
}
