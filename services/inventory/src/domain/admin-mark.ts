/** What the privileges of one account say about it. */
export interface PrivilegeTally {
  /** Privileges that make it an administrator. */
  readonly admin: number;
  /** Privileges of which the app does not say whether they do. */
  readonly unclear: number;
  /** True once a complete listing of privileges covered the account: only then is having none a "no". */
  readonly isComplete: boolean;
}

/**
 * Administrator or not. One "yes" from anywhere is a yes: no admin mark may get lost. A "no" needs somebody who would know: the app about the account
 * itself, or all of its privileges. Everything else is unknown.
 */
export function adminMark(statements: readonly (boolean | null | undefined)[], privileges: PrivilegeTally): boolean | null {
  if (statements.includes(true) || privileges.admin > 0) return true;
  if (statements.includes(false)) return false;
  return privileges.isComplete && privileges.unclear === 0 ? false : null;
}
