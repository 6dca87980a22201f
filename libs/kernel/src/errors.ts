/** What a caller can do about an error; becomes GraphQL and HTTP in one file of `libs/platform`. */
export type ErrorKind = 'invalid' | 'unauthenticated' | 'forbidden' | 'missing' | 'conflict' | 'limited' | 'unavailable';

/** An error that a person or a script can act on: a stable code, a kind, and a message that says what to do next. */
export abstract class DomainError extends Error {
  abstract readonly code: string;
  abstract readonly kind: ErrorKind;
  /** What to do next, when the message alone does not say it. */
  readonly remedy: string | undefined = undefined;
  /** The input at fault, such as `['input', 'reason']`. */
  readonly path: readonly string[] | undefined = undefined;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
