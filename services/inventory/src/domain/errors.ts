import { DomainError } from '#libs/kernel';

/** No such account, or not of this tenant. */
export class AccountNotFound extends DomainError {
  readonly code = 'INVENTORY_ACCOUNT_NOT_FOUND';
  readonly kind = 'missing';
  override readonly path = ['accountId'];

  constructor(readonly accountId: string) {
    super(`There is no account ${accountId.slice(0, 64)}. Take an id from the accounts query.`);
  }
}

/** No such person, or not of this tenant. */
export class PersonNotFound extends DomainError {
  readonly code = 'INVENTORY_PERSON_NOT_FOUND';
  readonly kind = 'missing';
  override readonly path = ['personId'];

  constructor(readonly personId: string) {
    super(`There is no person ${personId.slice(0, 64)}. Take an id from the people query; a person ends when the last account is gone.`);
  }
}

/** There is nothing to unlink. */
export class AccountHasNoPerson extends DomainError {
  readonly code = 'INVENTORY_ACCOUNT_HAS_NO_PERSON';
  readonly kind = 'conflict';
  override readonly path = ['accountId'];

  constructor(readonly accountId: string) {
    super(`Account ${accountId} belongs to no person, so there is nothing to unlink.`);
  }
}

/** The text can't be the domain of an e-mail address. */
export class ManagedDomainInvalid extends DomainError {
  readonly code = 'INVENTORY_MANAGED_DOMAIN_INVALID';
  readonly kind = 'invalid';
  override readonly path: readonly string[];

  constructor(text: string, index: number) {
    super(
      `"${text.slice(0, 60)}" is not a domain such as acme.example. Write it without @ and subfolders, international names in their xn-- form.`,
    );
    this.path = ['domains', String(index)];
  }
}

/** Managing a public mail provider's domain would make everybody a colleague. */
export class ManagedDomainPublic extends DomainError {
  readonly code = 'INVENTORY_MANAGED_DOMAIN_PUBLIC';
  readonly kind = 'invalid';
  override readonly path: readonly string[];

  constructor(domain: string, index: number) {
    super(`Anybody can have an address at ${domain}, so it can't be a managed domain. List only domains that your organization owns.`);
    this.path = ['domains', String(index)];
  }
}

/** More managed domains than we take. */
export class TooManyManagedDomains extends DomainError {
  readonly code = 'INVENTORY_TOO_MANY_MANAGED_DOMAINS';
  readonly kind = 'limited';
  override readonly path = ['domains'];

  constructor(most: number) {
    super(`At most ${most} domains can be managed. Leave out those that no address uses.`);
  }
}

/** A filter that would cost more than any person's question needs. */
export class FilterTooLarge extends DomainError {
  readonly code = 'INVENTORY_FILTER_TOO_LARGE';
  readonly kind = 'limited';
  override readonly path = ['filter'];

  constructor(what: string) {
    super(`The filter has ${what}. Split the question into several queries.`);
  }
}

/** person was asked without saying whom. */
export class PersonUnnamed extends DomainError {
  readonly code = 'INVENTORY_PERSON_UNNAMED';
  readonly kind = 'invalid';

  constructor() {
    super('Say which person: give either id or email, and not both.');
  }
}
