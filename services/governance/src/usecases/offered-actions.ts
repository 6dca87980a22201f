import { Injectable } from '@nestjs/common';
import type { ActionKind, ConnectorChanged } from '#libs/contracts';
import type { TenantId } from '#libs/kernel';
import { CoverageStore } from '#libs/platform';

import { ActionCatalogue, isOffered } from '../domain/action-catalogue.js';
import { isRevertible, type Action } from '../domain/action.js';
import { assess, type Asking } from '../domain/assessment.js';
import { AccountStore } from '../domain/governed-account.js';

/** What can be done to an account, through a connector, or to an action. */
@Injectable()
export class OfferedActions {
  constructor(
    private readonly accounts: AccountStore,
    private readonly coverage: CoverageStore,
    private readonly catalogue: ActionCatalogue,
  ) {}

  /** For each account the kinds that a request would not be refused for, as far as is known now. */
  async ofAccounts(tenant: TenantId, caller: string, accountIds: readonly string[]): Promise<readonly (readonly ActionKind[])[]> {
    const found = new Map((await this.accounts.find(tenant, accountIds)).map((account) => [account.id, account]));
    const connectors = await this.connectors(tenant);
    return accountIds.map((id) => {
      const account = found.get(id);
      if (!account) return [];
      const connector = connectors.get(account.connectorId);
      const target = { path: [], connectorId: account.connectorId, account, group: null, grantExternalId: null };
      const asking = (kind: ActionKind): Asking => ({ tenant, kind, direction: 'do', caller, until: null });
      return this.catalogue
        .kindsOf(account.app)
        .filter((kind) => assess(asking(kind), target, connector, this.catalogue, []).refusals.length === 0);
    });
  }

  /** For each connector the kinds that its app offers and its credential allows. */
  async ofConnectors(tenant: TenantId, connectorIds: readonly string[]): Promise<readonly (readonly ActionKind[])[]> {
    const connectors = await this.connectors(tenant);
    return connectorIds.map((connectorId) => {
      const connector = connectors.get(connectorId);
      if (!connector) return [];
      const target = { path: [], connectorId, account: null, group: null, grantExternalId: null };
      const asking = (kind: ActionKind): Asking => ({ tenant, kind, direction: 'do', caller: null, until: null });
      return this.catalogue
        .kindsOf(connector.app)
        .filter((kind) => assess(asking(kind), target, connector, this.catalogue, []).refusals.length === 0);
    });
  }

  /** True when `revertAction` would be taken now. */
  isRevertible(action: Action): boolean {
    const offer = this.catalogue.offer(action.app, action.kind);
    return isRevertible(action, isOffered(offer) ? offer : undefined);
  }

  private async connectors(tenant: TenantId): Promise<ReadonlyMap<string, ConnectorChanged>> {
    return new Map((await this.coverage.connectors(tenant)).map((connector) => [connector.connectorId, connector]));
  }
}
