import type { GroupRecord, MemberRecord } from '#libs/contracts';
import { accountId, derivedId, groupId } from '#libs/kernel';

import type { Attributes } from './account.js';
import type { Source } from './listing.js';

/** A group, role group or team of one connector. */
export interface Group {
  readonly id: string;
  readonly connectorId: string;
  readonly app: string;
  readonly externalId: string;
  readonly name: string;
  readonly description: string | null;
  readonly type: string | null;
  readonly attributes: Attributes;
}

/** One member of a group; exactly one of account and member group. */
export interface Member {
  readonly id: string;
  readonly connectorId: string;
  readonly groupId: string;
  readonly accountId: string | null;
  readonly memberGroupId: string | null;
}

export function toGroup(record: GroupRecord, { tenant, connectorId, app }: Source): Group {
  return {
    id: groupId(tenant, connectorId, record.externalId),
    connectorId,
    app,
    externalId: record.externalId,
    name: record.name,
    description: record.description ?? null,
    type: record.type ?? null,
    attributes: record.attributes ?? {},
  };
}

export function toMember(record: MemberRecord, { tenant, connectorId }: Source): Member {
  const { groupExternalId, account, group } = record;
  return {
    id: derivedId('grp', tenant, connectorId, groupExternalId, account === undefined ? 'group' : 'account', account ?? group ?? ''),
    connectorId,
    groupId: groupId(tenant, connectorId, groupExternalId),
    accountId: account === undefined ? null : accountId(tenant, connectorId, account),
    memberGroupId: group === undefined ? null : groupId(tenant, connectorId, group),
  };
}
