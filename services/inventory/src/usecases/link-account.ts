import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/contracts';
import { Clock } from '#libs/kernel';

import { linkedByHand, type AccountState } from '../domain/account.js';
import { AccountHasNoPerson, AccountNotFound, PersonNotFound } from '../domain/errors.js';
import type { ManagedDomains } from '../domain/managed-domain.js';
import { personByRule, type Person } from '../domain/person.js';
import { InventoryUnits, type InventoryUnit } from '../domain/ports.js';
import { applyAccountChanges } from './apply-account-changes.js';
import { payload } from './payload.js';

/** Joins an account to a person, or parts them, by hand. No rule undoes that later. */
@Injectable()
export class LinkAccount {
  constructor(
    private readonly units: InventoryUnits,
    private readonly clock: Clock,
  ) {}

  async link(principal: Principal, accountId: string, personId: string) {
    return this.change(principal, accountId, async (unit, account, domains) => {
      // Whom a rule would name may have ended with the account's unlinking, and begins anew with it.
      const isByRule = personByRule(unit.tenant, account, domains) === personId;
      if (!isByRule && !(await unit.people.find(personId))) throw new PersonNotFound(personId);
      return personId;
    });
  }

  async unlink(principal: Principal, accountId: string) {
    return this.change(principal, accountId, async (_, account) => {
      if (account.personId === null) throw new AccountHasNoPerson(accountId);
      return null;
    });
  }

  // Answers with the person that the account belongs to now or, once parted, the one it belonged to, if somebody is left of it.
  private async change(
    { tenant, subject }: Principal,
    accountId: string,
    decide: (unit: InventoryUnit, account: AccountState, domains: ManagedDomains) => Promise<string | null>,
  ) {
    return payload<{ person: Person | null }>({ person: null }, () =>
      this.units.run(tenant, async (unit) => {
        const domains = await unit.domains.managed();
        const before = (await unit.accounts.lock([accountId])).get(accountId);
        if (!before) throw new AccountNotFound(accountId);
        const personId = await decide(unit, before, domains);
        const isSoAlready = personId !== null && before.link === 'MANUAL' && before.personId === personId;
        if (!isSoAlready)
          await applyAccountChanges(unit, [{ before, after: linkedByHand(before, personId, subject, this.clock.now().getTime()) }]);
        return { person: (await unit.people.find(personId ?? before.personId!)) ?? null };
      }),
    );
  }
}
