import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';
import type { Tx } from '#libs/platform';

import { mayTakeAdministrator, surelyTakesRights, takesAway, type Action } from '../domain/action.js';
import { AdministratorStore, reserveAdministrator } from '../domain/administrators.js';
import type { Asking, Assessment } from '../domain/assessment.js';
import { ACTIONS_PER_HOUR, BudgetStore, hourOf, nextHour } from '../domain/budget.js';
import { nameOf, type GovernedAccount } from '../domain/governed-account.js';
import { BudgetExhausted, LastAdministrator, type Refusal } from '../domain/refusals.js';

/** What an action was granted: the hour that it was charged to, or why not. */
export type Grant = { readonly chargedHour: number | null } | { readonly refusal: Refusal };

/** What must be reserved before an action may go on: the last administrator stays, and the hour's budget holds. */
@Injectable()
export class Allowance {
  constructor(
    private readonly administrators: AdministratorStore,
    private readonly budget: BudgetStore,
  ) {}

  async grant(tenant: TenantId, tx: Tx, asking: Asking, { target, app, offer }: Assessment, actionId: string, now: number): Promise<Grant> {
    const { account } = target;
    // Whether it is an administrator may be unknown; then the app is asked by connectors right before the call.
    const needsReservation = account?.isAdmin === true && offer !== undefined && mayTakeAdministrator(asking.kind, asking.direction, offer);
    if (
      needsReservation &&
      !(await reserveAdministrator(
        this.administrators,
        tenant,
        tx,
        { connectorId: target.connectorId, accountId: account.id, actionId },
        now,
      ))
    )
      return { refusal: new LastAdministrator(nameOf(account), app, target.path) };
    // Giving back is free: undoing a mistake must not wait for the next hour.
    if (asking.direction === 'undo' && !takesAway(asking.kind, 'undo')) return { chargedHour: null };
    const hour = hourOf(now);
    if (await this.budget.take(tenant, tx, hour, ACTIONS_PER_HOUR)) return { chargedHour: hour };
    if (needsReservation) await this.administrators.release(tenant, tx, actionId);
    return { refusal: new BudgetExhausted(ACTIONS_PER_HOUR, nextHour(now), target.path) };
  }

  /** The act was done: a reserved administrator counts no longer, until inventory shows what the account is now. */
  async done(tenant: TenantId, tx: Tx, action: Action, account: GovernedAccount | undefined, now: number): Promise<void> {
    if (!takesAway(action.kind, action.revertOf === null ? 'do' : 'undo') && action.accountId !== null) {
      await this.administrators.releaseAccounts(tenant, tx, [action.accountId]);
      return;
    }
    const isShown = account !== undefined && !isActiveAdministrator(account);
    if (isShown || !surelyTakesRights(action.kind)) await this.administrators.release(tenant, tx, action.id);
    else await this.administrators.keepUntilHeard(tenant, tx, action.id, now);
  }

  /** The act came to nothing. */
  async undone(tenant: TenantId, tx: Tx, action: Action): Promise<void> {
    await this.administrators.release(tenant, tx, action.id);
  }

  /** As {@link undone}, and nobody was asked anything: the budget is given back. */
  async cancelled(tenant: TenantId, tx: Tx, action: Action): Promise<void> {
    await this.undone(tenant, tx, action);
    if (action.chargedHour !== null) await this.budget.giveBack(tenant, tx, action.chargedHour);
  }

  /** Inventory told of accounts: those that are no active administrators need no reservation any more. */
  async heard(tenant: TenantId, tx: Tx, accounts: readonly Pick<GovernedAccount, 'id' | 'status' | 'isAdmin'>[]): Promise<void> {
    await this.administrators.releaseAccounts(
      tenant,
      tx,
      accounts.filter((account) => !isActiveAdministrator(account)).map(({ id }) => id),
    );
  }

  /** What is left of this hour's budget. */
  async left(tenant: TenantId, now: number): Promise<number> {
    return Math.max(0, ACTIONS_PER_HOUR - (await this.budget.used(tenant, hourOf(now))));
  }
}

function isActiveAdministrator(account: Pick<GovernedAccount, 'status' | 'isAdmin'>): boolean {
  return account.isAdmin === true && account.status === 'ACTIVE';
}
