import { DomainError } from '#libs/kernel';

/** No app of this slug is in the catalogue. */
export class AppUnknown extends DomainError {
  readonly code = 'APP_UNKNOWN';
  readonly kind = 'missing';
  override readonly path = ['input', 'app'];

  constructor(app: string, known: readonly string[]) {
    super(`There is no app "${app.slice(0, 60)}" in the catalogue. Known: ${known.join(', ')}.`);
  }
}

/** No connector of this id in the tenant. */
export class ConnectorUnknown extends DomainError {
  readonly code = 'CONNECTOR_UNKNOWN';
  readonly kind = 'missing';
  override readonly path = ['id'];

  constructor() {
    super('There is no connector of this id. List them with the connectors query.');
  }
}

/** Another connector of the tenant has this name. */
export class ConnectorNameTaken extends DomainError {
  readonly code = 'CONNECTOR_NAME_TAKEN';
  readonly kind = 'conflict';
  override readonly path = ['input', 'name'];

  constructor(name: string) {
    super(`Another connector is named "${name}". Give this one another name.`);
  }
}

/** A field of the setup was not filled in as it must be. */
export class SetupFieldInvalid extends DomainError {
  readonly code = 'SETUP_FIELD_INVALID';
  readonly kind = 'invalid';

  constructor(
    override readonly path: readonly string[],
    message: string,
  ) {
    super(message);
  }
}

/** The app did not let us sign in; the code is the connector problem's. */
export class ConnectionFailed extends DomainError {
  readonly kind = 'conflict';

  constructor(
    readonly code: string,
    message: string,
    override readonly remedy: string,
  ) {
    super(message);
  }
}

/** The settings name another place; the credential must be entered again for it. */
export class SecretsNeededAgain extends DomainError {
  readonly code = 'SECRETS_NEEDED_AGAIN';
  readonly kind = 'invalid';
  override readonly path = ['input', 'secrets'];

  constructor() {
    super(
      'Changed settings may name another host or account, so the secrets must be entered again: a credential is never sent where it was not entered for.',
    );
  }
}

/** Nothing can be read or done with a disabled connector. */
export class ConnectorDisabled extends DomainError {
  readonly code = 'CONNECTOR_DISABLED';
  readonly kind = 'conflict';

  constructor() {
    super('The connector is disabled. Enable it first.');
  }
}

/** The sealing key is missing, wrong or damaged. */
export class SealingKeyWrong extends DomainError {
  readonly code = 'SEALING_KEY_WRONG';
  readonly kind = 'unavailable';

  constructor(why: string) {
    super(
      `Stored credentials can't be opened: ${why}. Put the sealing key of this installation back (docs/security.md); a new key would make every stored credential unreadable.`,
    );
  }
}
