import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/contracts';
import { Database, type Tx } from '#libs/platform';

import { reasonFaults } from '../domain/action-command.js';
import { ActionStore } from '../domain/action-store.js';
import { AccountStore, nameOf, type GovernedAccount, type Protection } from '../domain/governed-account.js';
import type { LoggedEvent } from '../domain/governance-log.js';
import { AccountNotFound, AlreadyProtected, NotProtected, type Refusal } from '../domain/refusals.js';
import { ActionJournal } from './action-journal.js';

export interface ProtectionAnswer {
  readonly protection: Protection | null;
  readonly refusals: readonly Refusal[];
}

/** Puts accounts on the list that governance leaves alone, and takes them off it. */
@Injectable()
export class ProtectAccount {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountStore,
    private readonly actions: ActionStore,
    private readonly journal: ActionJournal,
  ) {}

  async protect(principal: Principal, accountId: string, reason: string): Promise<ProtectionAnswer> {
    return this.change(principal, 'protectAccount', accountId, reason, 'ACCOUNT_PROTECTED', async (tx, account) => {
      const protection = { accountId, reason, protectedBy: principal.subject, protectedAt: this.journal.now };
      if (!(await this.accounts.protect(principal.tenant, tx, protection))) return new AlreadyProtected(nameOf(account));
      await this.stopWaiting(principal, tx, accountId);
      return undefined;
    });
  }

  async unprotect(principal: Principal, accountId: string, reason: string): Promise<ProtectionAnswer> {
    return this.change(principal, 'unprotectAccount', accountId, reason, 'ACCOUNT_UNPROTECTED', async (tx, account) =>
      (await this.accounts.unprotect(principal.tenant, tx, accountId)) ? undefined : new NotProtected(nameOf(account)),
    );
  }

  async list(principal: Principal): Promise<readonly Protection[]> {
    return this.accounts.protections(principal.tenant);
  }

  private async change(
    { tenant, subject }: Principal,
    operation: string,
    accountId: string,
    reason: string,
    what: LoggedEvent,
    work: (tx: Tx, account: GovernedAccount) => Promise<Refusal | undefined>,
  ): Promise<ProtectionAnswer> {
    const refusals = await this.database.transaction(async (tx) => {
      const [account] = await this.accounts.lock(tenant, tx, [accountId]);
      const faults = [...reasonFaults(reason, ['reason']), ...(account ? [] : [new AccountNotFound(accountId, ['accountId'])])];
      const refusal = account && faults.length === 0 ? await work(tx, account) : undefined;
      const all = refusal ? [refusal] : faults;
      const entry = {
        at: this.journal.now,
        who: subject,
        operation,
        why: reason,
        accountId,
        accountName: account ? nameOf(account) : null,
        connectorId: account?.connectorId,
      };
      const entries = all.map(({ code, message }) => ({ ...entry, what: 'REFUSED' as const, code, answer: message }));
      await this.journal.log(tenant, tx, all.length > 0 ? entries : [{ ...entry, what }]);
      return all;
    });
    const [account] = await this.accounts.find(tenant, [accountId]);
    return { protection: account?.protection ?? null, refusals };
  }

  /** What was requested and has not begun must not happen to an account that is protected from now on. */
  private async stopWaiting({ tenant, subject }: Principal, tx: Tx, accountId: string): Promise<void> {
    for (const action of await this.actions.openOf(tenant, tx, accountId)) {
      if (action.status !== 'QUEUED' || action.revertOf !== null) continue;
      await this.journal.requestCancel(tenant, tx, action, {
        who: subject,
        what: 'CANCEL_REQUESTED',
        why: 'the account was protected',
        operation: 'protectAccount',
      });
    }
  }
}
