import { DomainError, formatDuration, type ErrorKind } from '#libs/kernel';

/** A request that governance does not carry out: which input, why, and what to do instead. The other targets of the request go on. */
export abstract class Refusal extends DomainError {
  override readonly remedy: string | undefined;
  override readonly path: readonly string[] | undefined;

  constructor(message: string, remedy: string | undefined, path: readonly string[] | undefined) {
    super(message);
    this.remedy = remedy;
    this.path = path;
  }
}

type Path = readonly string[];

/** A person protected the account: a break-glass account. */
export class ProtectedAccount extends Refusal {
  readonly code = 'PROTECTED_ACCOUNT';
  readonly kind: ErrorKind = 'forbidden';

  constructor(account: string, reason: string, path: Path) {
    super(
      `${account} is protected: ${reason}`,
      'If it must be acted on, an administrator takes the protection away first (unprotectAccount).',
      path,
    );
  }
}

/** The account is the one that our own credential acts as. */
export class OwnCredentialAccount extends Refusal {
  readonly code = 'OWN_CREDENTIAL_ACCOUNT';
  readonly kind: ErrorKind = 'forbidden';

  constructor(account: string, app: string, path: Path) {
    super(
      `${account} is the account that Castellan itself uses in ${app}; acting on it would cut the connection.`,
      `Connect ${app} with another account first (rotateCredentials), or act in the console of ${app}.`,
      path,
    );
  }
}

/** Nobody could administer the app any more. */
export class LastAdministrator extends Refusal {
  readonly code = 'LAST_ADMINISTRATOR';
  readonly kind: ErrorKind = 'forbidden';

  constructor(account: string, app: string, path: Path) {
    super(
      `${account} is the last active administrator of ${app} that is known and not about to lose its rights.`,
      `Make somebody else an administrator in ${app}, sync the connector (syncConnector), then try again.`,
      path,
    );
  }
}

/** The caller would act on their own account. */
export class CallerAccount extends Refusal {
  readonly code = 'CALLER_ACCOUNT';
  readonly kind: ErrorKind = 'forbidden';

  constructor(account: string, path: Path) {
    super(`${account} is your own account.`, 'Ask a colleague to request it.', path);
  }
}

/** Governance has heard of no such account in this tenant. */
export class AccountNotFound extends Refusal {
  readonly code = 'ACCOUNT_NOT_FOUND';
  readonly kind: ErrorKind = 'missing';

  constructor(accountId: string, path: Path) {
    super(
      `There is no account ${accountId.slice(0, 60)}.`,
      'Take ids from the accounts query. An account that was made a moment ago is known after the next sync (syncConnector).',
      path,
    );
  }
}

/** No account of this person is known. */
export class PersonNotFound extends Refusal {
  readonly code = 'PERSON_NOT_FOUND';
  readonly kind: ErrorKind = 'missing';

  constructor(personId: string, path: Path) {
    super(
      `No account of a person ${personId.slice(0, 60)} is known.`,
      'Take the id from the people query, or name the accounts (accountIds).',
      path,
    );
  }
}

/** The app's API can't do it. */
export class ActionNotOffered extends Refusal {
  readonly code = 'ACTION_NOT_OFFERED';
  readonly kind: ErrorKind = 'invalid';

  constructor(
    account: string,
    app: string,
    kind: string,
    why: string,
    alternative: { readonly app: string; readonly accountId: string } | undefined,
    path: Path,
  ) {
    super(
      `${kind} is not offered for ${account} in ${app}: ${why.replace(/\.$/, '')}.`,
      alternative
        ? `Act on the person's ${alternative.app} account instead (${alternative.accountId}): they sign in to the other apps with it.`
        : 'availableActions of the account lists what can be done.',
      path,
    );
  }
}

/** A person disabled the connector, or removed it. */
export class ConnectorDisabled extends Refusal {
  readonly code = 'CONNECTOR_DISABLED';
  readonly kind: ErrorKind = 'conflict';

  constructor(account: string, connector: string, isKnown: boolean, path: Path) {
    super(
      isKnown
        ? `${connector} is disabled, so nothing can be done to ${account} through it.`
        : `The connector of ${account} was removed, or has not connected yet.`,
      isKnown ? 'Enable the connector (enableConnector), then try again.' : 'Connect the app (connectApp), then try again.',
      path,
    );
  }
}

/** The connector's credential may read, and not act. */
export class WriteScopeMissing extends Refusal {
  readonly code = 'WRITE_SCOPE_MISSING';
  readonly kind: ErrorKind = 'conflict';

  constructor(account: string, connector: string, scopes: readonly string[], detail: string, path: Path) {
    super(
      `${connector} may not act on ${account}: ${detail.replace(/\.$/, '')}.`,
      scopes.length > 0
        ? `Grant ${scopes.join(', ')} to Castellan in the app, then test the connector again (testConnector).`
        : 'Widen the role of the credential in the app, then test the connector again (testConnector).',
      path,
    );
  }
}

/** The account is in the wanted state. */
export class AlreadySo extends Refusal {
  readonly code = 'ALREADY_SO';
  readonly kind: ErrorKind = 'conflict';

  constructor(account: string, app: string, state: string, path: Path) {
    super(
      `${account} is ${state} in ${app} already; there is nothing to do.`,
      'If the app shows otherwise, sync the connector (syncConnector), then try again.',
      path,
    );
  }
}

/** The tenant has used up its actions of this hour. */
export class BudgetExhausted extends Refusal {
  readonly code = 'BUDGET_EXHAUSTED';
  readonly kind: ErrorKind = 'limited';

  constructor(limit: number, until: number, path: Path) {
    super(
      `The ${limit} actions of this hour are used up.`,
      `Try again from ${new Date(until).toISOString()}. The limit keeps a stolen token from suspending everybody.`,
      path,
    );
  }
}

/** The reason is too short to tell anybody anything. */
export class ReasonRequired extends Refusal {
  readonly code = 'REASON_REQUIRED';
  readonly kind: ErrorKind = 'invalid';

  constructor(path: Path) {
    super('Say why, in three characters or more: the reason stays in the governance log.', undefined, path);
  }
}

/** The key was used for another request. */
export class IdempotencyConflict extends Refusal {
  readonly code = 'IDEMPOTENCY_CONFLICT';
  readonly kind: ErrorKind = 'conflict';

  constructor() {
    super(
      'This idempotency key was used for another request.',
      'Use a new key for a new request; repeat a request with all its inputs unchanged.',
      ['input', 'idempotencyKey'],
    );
  }
}

/** Something in the input can't be. */
export class ActionInputInvalid extends Refusal {
  readonly code = 'ACTION_INPUT_INVALID';
  readonly kind: ErrorKind = 'invalid';

  constructor(message: string, path: Path) {
    super(message, undefined, path);
  }
}

/** `until` was given for what can't be taken back. */
export class LeaseNotPossible extends Refusal {
  readonly code = 'LEASE_NOT_POSSIBLE';
  readonly kind: ErrorKind = 'invalid';

  constructor(account: string, why: string, path: Path) {
    super(
      `It can't be limited in time for ${account}: ${why.replace(/\.$/, '')}.`,
      'Leave until out, or choose an action that can be taken back.',
      path,
    );
  }
}

/** There is no such action in this tenant. */
export class ActionNotFound extends Refusal {
  readonly code = 'ACTION_NOT_FOUND';
  readonly kind: ErrorKind = 'missing';

  constructor(id: string) {
    super(`There is no action ${id.slice(0, 60)}.`, 'Take ids from the actions query.', ['id']);
  }
}

/** Only what has not begun can be cancelled. */
export class ActionNotCancellable extends Refusal {
  readonly code = 'ACTION_NOT_CANCELLABLE';
  readonly kind: ErrorKind = 'conflict';

  constructor(status: string) {
    super(
      `It is ${status}; only an action that has not begun can be cancelled.`,
      'Wait for its outcome, then take it back with revertAction.',
      ['id'],
    );
  }
}

/** The cancellation was asked for; whether it came in time is not known yet. */
export class CancelPending extends Refusal {
  readonly code = 'CANCEL_PENDING';
  readonly kind: ErrorKind = 'conflict';

  constructor(waitedMs: number) {
    super(
      `The connectors service has not said within ${formatDuration(waitedMs)} whether the cancellation came in time.`,
      'Read the action again: it becomes CANCELLED, or goes on to its outcome if it had begun.',
      ['id'],
    );
  }
}

/** Only a failure that may pass can be tried again. */
export class ActionNotRetryable extends Refusal {
  readonly code = 'ACTION_NOT_RETRYABLE';
  readonly kind: ErrorKind = 'conflict';

  constructor(why: string) {
    super(`It can't be tried again: ${why}.`, 'Request a new action once the cause is gone.', ['id']);
  }
}

/** There is nothing to take back, or no way to. */
export class ActionNotRevertible extends Refusal {
  readonly code = 'ACTION_NOT_REVERTIBLE';
  readonly kind: ErrorKind = 'conflict';

  constructor(why: string) {
    super(`It can't be taken back: ${why.replace(/\.$/, '')}.`, 'availableActions of the account lists what can be done.', ['id']);
  }
}

/** Somebody, or the end of its lease, took it back before. */
export class ActionAlreadyReverted extends Refusal {
  readonly code = 'ACTION_ALREADY_REVERTED';
  readonly kind: ErrorKind = 'conflict';

  constructor(revertedBy: string) {
    super(`It was taken back by ${revertedBy} already.`, 'Read that action for the outcome.', ['id']);
  }
}

/** The account is protected already; the first reason stays. */
export class AlreadyProtected extends Refusal {
  readonly code = 'ALREADY_PROTECTED';
  readonly kind: ErrorKind = 'conflict';

  constructor(account: string) {
    super(`${account} is protected already.`, 'Take the protection away first (unprotectAccount) to give another reason.', ['accountId']);
  }
}

/** The account is not protected. */
export class NotProtected extends Refusal {
  readonly code = 'NOT_PROTECTED';
  readonly kind: ErrorKind = 'conflict';

  constructor(account: string) {
    super(`${account} is not protected; there is nothing to take away.`, 'protectedAccounts lists those that are.', ['accountId']);
  }
}
