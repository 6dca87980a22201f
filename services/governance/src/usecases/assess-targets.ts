import { Injectable } from '@nestjs/common';
import type { ConnectorChanged } from '#libs/contracts';
import type { TenantId } from '#libs/kernel';
import { CoverageStore, type Tx } from '#libs/platform';

import { ActionCatalogue } from '../domain/action-catalogue.js';
import type { ActionCommand } from '../domain/action-command.js';
import type { Action } from '../domain/action.js';
import { assess, type Asking, type Assessment, type Target } from '../domain/assessment.js';
import { AccountStore, type GovernedAccount } from '../domain/governed-account.js';
import { AccountNotFound, PersonNotFound, type Refusal } from '../domain/refusals.js';

/** What was looked up before the transaction: inside it nothing but the transaction may be asked. */
export interface Prepared {
  readonly named: readonly { readonly accountId: string; readonly path: readonly string[] }[];
  readonly shape: Pick<Target, 'group' | 'grantExternalId'>;
  /** For a grant without an account. */
  readonly connectorId: string | null;
  readonly connectors: ReadonlyMap<string, ConnectorChanged>;
  /** Accounts of the people concerned. */
  readonly others: readonly GovernedAccount[];
  readonly refusals: readonly Refusal[];
}

/** Finds the targets of a request and judges each. */
@Injectable()
export class AssessTargets {
  constructor(
    private readonly accounts: AccountStore,
    private readonly coverage: CoverageStore,
    private readonly catalogue: ActionCatalogue,
  ) {}

  /** Looks up what a command is about, outside any transaction. */
  async prepare(tenant: TenantId, command: Pick<ActionCommand, 'accountIds' | 'personId' | 'group' | 'grant'>): Promise<Prepared> {
    const shape = { group: command.group, grantExternalId: command.grant?.externalId ?? null };
    const connectors = await this.connectors(tenant);
    const connectorId = command.grant?.connectorId ?? null;
    if (command.personId !== null) {
      const others = await this.accounts.ofPeople(tenant, [command.personId]);
      const named = others.map(({ id }) => ({ accountId: id, path: ['input', 'personId', id] }));
      const refusals = others.length === 0 ? [new PersonNotFound(command.personId, ['input', 'personId'])] : [];
      return { named, shape, connectorId, connectors, others, refusals };
    }
    const ids = [...new Set(command.accountIds ?? [])];
    const named = ids.map((accountId, index) => ({ accountId, path: ['input', 'accountIds', String(index)] }));
    const found = await this.accounts.find(tenant, ids);
    const people = [...new Set(found.flatMap(({ personId }) => (personId === null ? [] : [personId])))];
    return { named, shape, connectorId, connectors, others: await this.accounts.ofPeople(tenant, people), refusals: [] };
  }

  /** As {@link prepare}, for an action that is to be tried again or taken back. */
  async prepareAgain(tenant: TenantId, action: Action): Promise<Prepared> {
    const { accountId, connectorId, grantExternalId } = action;
    return {
      named: accountId === null ? [] : [{ accountId, path: ['id'] }],
      // Which group it was has been checked at the request; the id of the app is all that is kept.
      shape: { group: null, grantExternalId },
      connectorId,
      connectors: await this.connectors(tenant),
      others: [],
      refusals: [],
    };
  }

  /** Judges each target as it stands in this transaction, which holds the accounts until it ends. */
  async assess(
    tenant: TenantId,
    tx: Tx,
    asking: Asking,
    prepared: Prepared,
  ): Promise<{ readonly assessments: readonly Assessment[]; readonly refusals: readonly Refusal[] }> {
    const { named, shape, connectors, others } = prepared;
    const found = new Map(
      (
        await this.accounts.lock(
          tenant,
          tx,
          named.map(({ accountId }) => accountId),
        )
      ).map((account) => [account.id, account]),
    );
    const refusals = [...prepared.refusals];
    const targets: Target[] = [];
    for (const { accountId, path } of named) {
      const account = found.get(accountId);
      const isOfGrant = prepared.shape.grantExternalId === null || account?.connectorId === prepared.connectorId;
      if (account && isOfGrant) targets.push({ ...shape, path, account, connectorId: account.connectorId });
      else refusals.push(new AccountNotFound(accountId, path));
    }
    if (named.length === 0 && prepared.connectorId !== null)
      targets.push({ ...shape, path: ['input', 'grantId'], account: null, connectorId: prepared.connectorId });
    return {
      assessments: targets.map((target) => assess(asking, target, connectors.get(target.connectorId), this.catalogue, others)),
      refusals,
    };
  }

  private async connectors(tenant: TenantId): Promise<ReadonlyMap<string, ConnectorChanged>> {
    return new Map((await this.coverage.connectors(tenant)).map((connector) => [connector.connectorId, connector]));
  }
}
