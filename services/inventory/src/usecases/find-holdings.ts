import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';

import type { AppGrant } from '../domain/app-grant.js';
import type { Group, Member } from '../domain/group.js';
import { AppGrantStore, GroupStore, PrivilegeStore, ThirdPartyAppStore, type Page, type PageRequest } from '../domain/ports.js';
import type { Privilege } from '../domain/privilege.js';
import type { ThirdPartyApp } from '../domain/third-party-app.js';
import { inOrder } from './in-order.js';

/** What accounts hold (groups, privileges, grants) and these by their ids, many at once. */
@Injectable()
export class FindHoldings {
  constructor(
    private readonly groups: GroupStore,
    private readonly privileges: PrivilegeStore,
    private readonly grants: AppGrantStore,
    private readonly apps: ThirdPartyAppStore,
  ) {}

  async groupsById(tenant: TenantId, ids: readonly string[]): Promise<readonly (Group | null)[]> {
    return inOrder(ids, await this.groups.findMany(tenant, ids), null);
  }

  async groupsOf(tenant: TenantId, accountIds: readonly string[]): Promise<readonly (readonly Group[])[]> {
    return inOrder<readonly Group[], readonly Group[]>(accountIds, await this.groups.ofAccounts(tenant, accountIds), []);
  }

  async membersOf(tenant: TenantId, groupIds: readonly string[], page: PageRequest): Promise<readonly Page<Member>[]> {
    return inOrder(groupIds, await this.groups.members(tenant, groupIds, page), NO_PAGE);
  }

  async memberCounts(tenant: TenantId, groupIds: readonly string[]): Promise<readonly number[]> {
    return inOrder(groupIds, await this.groups.memberCounts(tenant, groupIds), 0);
  }

  async privilegesOf(tenant: TenantId, accountIds: readonly string[]): Promise<readonly (readonly Privilege[])[]> {
    return inOrder<readonly Privilege[], readonly Privilege[]>(accountIds, await this.privileges.ofAccounts(tenant, accountIds), []);
  }

  async grantsById(tenant: TenantId, ids: readonly string[]): Promise<readonly (AppGrant | null)[]> {
    return inOrder(ids, await this.grants.findMany(tenant, ids), null);
  }

  async grantsOf(tenant: TenantId, accountIds: readonly string[]): Promise<readonly (readonly AppGrant[])[]> {
    return inOrder<readonly AppGrant[], readonly AppGrant[]>(accountIds, await this.grants.ofAccounts(tenant, accountIds), []);
  }

  async grantsOfApps(tenant: TenantId, appIds: readonly string[], page: PageRequest): Promise<readonly Page<AppGrant>[]> {
    return inOrder(appIds, await this.grants.ofThirdPartyApps(tenant, appIds, page), NO_PAGE);
  }

  async appsById(tenant: TenantId, ids: readonly string[]): Promise<readonly (ThirdPartyApp | null)[]> {
    return inOrder(ids, await this.apps.findMany(tenant, ids), null);
  }
}

const NO_PAGE: Page<never> = { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } };
