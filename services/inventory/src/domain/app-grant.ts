import type { AppGrantRecord, PermissionLevel } from '#libs/contracts';
import { accountId, appGrantId, derivedId, type TenantId } from '#libs/kernel';

import type { Attributes } from './account.js';
import type { Source } from './listing.js';

/** A third party's permission in one connector. */
export interface AppGrant {
  readonly id: string;
  readonly connectorId: string;
  readonly app: string;
  readonly externalId: string;
  readonly thirdPartyAppId: string;
  readonly type: AppGrantRecord['type'];
  readonly appExternalId: string;
  readonly appName: string;
  readonly accountId: string | null;
  readonly scopes: readonly string[];
  readonly level: PermissionLevel;
  readonly grantedAt: number | null;
  readonly lastUsedAt: number | null;
  readonly expiresAt: number | null;
  readonly attributes: Attributes;
}

export function toAppGrant(record: AppGrantRecord, { tenant, connectorId, app }: Source): AppGrant {
  return {
    id: appGrantId(tenant, connectorId, record.externalId),
    connectorId,
    app,
    externalId: record.externalId,
    thirdPartyAppId: thirdPartyAppId(tenant, app, record.appExternalId),
    type: record.type,
    appExternalId: record.appExternalId,
    appName: record.appName,
    accountId: record.account === null ? null : accountId(tenant, connectorId, record.account),
    scopes: [...record.scopes].sort(),
    level: record.level,
    grantedAt: record.grantedAt ?? null,
    lastUsedAt: record.lastUsedAt ?? null,
    expiresAt: record.expiresAt ?? null,
    attributes: record.attributes ?? {},
  };
}

/** One third-party app has one id over all connectors of the same app, since that app knows it by one id. */
export function thirdPartyAppId(tenant: TenantId, app: string, appExternalId: string): string {
  return derivedId('tpa', tenant, app, appExternalId);
}
