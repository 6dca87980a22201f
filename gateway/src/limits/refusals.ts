import { DomainError } from '#libs/kernel';

/** Something about an operation is over a limit; `limit` and `found` go into the error's extensions. */
export abstract class LimitExceeded extends DomainError {
  readonly kind = 'invalid';

  constructor(
    readonly limit: number,
    readonly found: number,
    what: string,
    override readonly remedy: string,
  ) {
    super(`${what}: ${found}, and at most ${limit} is allowed.`);
  }
}

/** The body is over 256 KB. */
export class RequestTooLarge extends DomainError {
  readonly code = 'REQUEST_TOO_LARGE';
  readonly kind = 'invalid';
  override readonly remedy = 'Split the operation or its variables into several requests.';

  constructor(limit: number) {
    super(`The body of the request is larger than ${limit} bytes.`);
  }
}

export class TooManyTokens extends LimitExceeded {
  readonly code = 'OPERATION_TOO_LONG';

  constructor(limit: number, found: number) {
    super(limit, found, 'The document has too many tokens', 'Split it into several operations, and give values as variables.');
  }
}

export class TooDeep extends LimitExceeded {
  readonly code = 'OPERATION_TOO_DEEP';

  constructor(limit: number, found: number) {
    super(limit, found, 'The operation is nested too deep', 'Ask for the deeper part in a second operation, by the ids of the first.');
  }
}

export class TooManyAliases extends LimitExceeded {
  readonly code = 'OPERATION_TOO_MANY_ALIASES';

  constructor(limit: number, found: number) {
    super(limit, found, 'The operation has too many aliases', 'Ask for a list with a filter instead of one thing many times.');
  }
}

export class TooManyRootFields extends LimitExceeded {
  readonly code = 'OPERATION_TOO_MANY_ROOT_FIELDS';

  constructor(limit: number, found: number, kind: string) {
    super(limit, found, `The ${kind} has too many fields at its root`, 'Send several operations.');
  }
}

export class TooManyDirectives extends LimitExceeded {
  readonly code = 'OPERATION_TOO_MANY_DIRECTIVES';

  constructor(limit: number, found: number) {
    super(limit, found, 'The document has too many directives', 'Send different operations instead of one with many conditions.');
  }
}

export class TooCostly extends LimitExceeded {
  readonly code = 'OPERATION_TOO_COSTLY';

  constructor(limit: number, found: number) {
    super(
      limit,
      found,
      'The operation could cost too many points',
      'Lower first, and page with after; lists inside lists multiply (docs/limits.md).',
    );
  }
}

/** One principal has too many requests in flight at once. */
export class RateLimited extends DomainError {
  readonly code = 'RATE_LIMITED';
  readonly kind = 'limited';
  override readonly remedy = 'Wait for answers before you send more; the Retry-After header says for how many seconds.';

  constructor(
    readonly limit: number,
    readonly retryAfterSeconds: number,
  ) {
    super(`More than ${limit} requests of this caller are in flight.`);
  }
}
