import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';

import type { Account } from '../domain/account.js';
import { PersonUnnamed } from '../domain/errors.js';
import type { Person } from '../domain/person.js';
import { AccountStore, PersonStore } from '../domain/ports.js';
import { inOrder } from './in-order.js';

/** Accounts and people by what names them, many at once. */
@Injectable()
export class FindAccounts {
  constructor(
    private readonly accounts: AccountStore,
    private readonly people: PersonStore,
  ) {}

  async byId(tenant: TenantId, ids: readonly string[]): Promise<readonly (Account | null)[]> {
    return inOrder(ids, await this.accounts.findMany(tenant, ids), null);
  }

  async ofPeople(tenant: TenantId, personIds: readonly string[]): Promise<readonly (readonly Account[])[]> {
    return inOrder<readonly Account[], readonly Account[]>(personIds, await this.accounts.ofPeople(tenant, personIds), []);
  }

  async peopleById(tenant: TenantId, ids: readonly string[]): Promise<readonly (Person | null)[]> {
    return inOrder(ids, await this.people.findMany(tenant, ids), null);
  }

  async person(tenant: TenantId, named: { readonly id?: string | null; readonly email?: string | null }): Promise<Person | null> {
    const { id, email } = named;
    if ((typeof id === 'string') === (typeof email === 'string')) throw new PersonUnnamed();
    const person =
      typeof id === 'string' ? (await this.people.findMany(tenant, [id])).get(id) : await this.people.findByEmail(tenant, email!);
    return person ?? null;
  }
}
