import { type AppFailure, type ConnectorProblem, type FailureKind, PROBLEM_OF_FAILURE } from '../provider.js';
import { redactText } from '../redact.js';

/** For each way a call ends badly, the one thing that an administrator can do next. */
const REMEDIES: Readonly<Record<FailureKind, string>> = {
  'auth-expired': 'Test the connection to sign in again; if that fails, enter the credentials anew.',
  'auth-revoked': 'The app refuses the credential: make a new one in the app and enter it in this connector.',
  consent: "Let an administrator of the app give consent, by the connector's consent link.",
  forbidden: 'Give the credential the missing scope or role in the app, then test the connection.',
  unlicensed: "The organization's plan in the app does not include this: buy it, or go on without.",
  missing: "Check the names and ids in the connector's settings: the app does not know what was asked for.",
  throttled:
    'Nothing to do: it goes on by itself when the app allows. If it happens often, raise the limit in the app or lower other uses of it.',
  conflict: 'The state in the app does not allow this now: look at it in the app and try again.',
  rejected: 'The app refused our request as wrong: update Castellan, or report this with the operation named here.',
  down: "Nothing to do: it is tried again. If it lasts, look at the app's status page.",
  malformed: 'The app answered in a form that we cannot read: see whether a proxy or a login page stands before it; else report this.',
  unreachable: "Check the app's address in the settings, and that this server may connect to it (DNS, firewall).",
  misconfigured: "Correct the connector's settings.",
};

/** What a failure means for its connector, in words for its administrator: what is wrong and what to do next. */
export function problemOf(failure: AppFailure): ConnectorProblem {
  const { classified, kind, httpStatus } = failure;
  return {
    code: classified.problem ?? PROBLEM_OF_FAILURE[kind],
    message: redactText(failure.message),
    remedy: classified.remedy ?? remedyOf(failure),
    ...(httpStatus === undefined ? {} : { httpStatus }),
    ...(classified.missingScopes?.length ? { missingScopes: classified.missingScopes } : {}),
  };
}

function remedyOf({ kind, classified }: AppFailure): string {
  const scopes = classified.missingScopes ?? [];
  if (kind === 'forbidden' && scopes.length > 0)
    return `Grant ${scopes.join(', ')} to the credential in the app, then test the connection.`;
  return REMEDIES[kind];
}
