import { DomainError, type ErrorKind } from '#libs/kernel';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';

/** What a caller is expected to handle, as a payload's `problems` carry it. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[] | null;
  readonly remedy: string | null;
}

export function toProblem(error: DomainError): Problem {
  return { code: error.code, message: error.message, path: error.path ?? null, remedy: error.remedy ?? null };
}

/** The HTTP status of an error's kind, for the routes that are not GraphQL. */
export const STATUS_OF_KIND: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  missing: 404,
  conflict: 409,
  limited: 429,
  unavailable: 503,
};

/**
 * The one place where errors become GraphQL: what we named keeps its code and message, everything else is INTERNAL with the request's id.
 * `report` gets what was hidden, for the log.
 */
export function formatError(
  error: GraphQLError | DomainError,
  requestId: string,
  report: (hidden: unknown) => void,
): GraphQLFormattedError {
  // graphql-js takes any error with a `path` for one that it has located already, and passes a DomainError with one on as it is.
  if (error instanceof DomainError) return named(error, {});
  const cause = rootOf(error);
  const place = { ...(error.locations ? { locations: error.locations } : {}), ...(error.path ? { path: error.path } : {}) };
  if (cause instanceof DomainError) return named(cause, place);
  // Without a cause it is GraphQL's own word about the request: syntax, validation, a scalar that could not be read.
  if (cause === undefined || cause instanceof GraphQLError) {
    return {
      message: error.message,
      ...place,
      extensions: { code: String(error.extensions['code'] ?? 'BAD_USER_INPUT'), kind: 'invalid' },
    };
  }
  report(cause);
  return {
    message: `Something went wrong inside. Tell the operator this request id: ${requestId}.`,
    ...place,
    extensions: { code: 'INTERNAL', kind: 'unavailable', requestId },
  };
}

function named(
  { message, code, kind, remedy }: DomainError,
  place: Pick<GraphQLFormattedError, 'locations' | 'path'>,
): GraphQLFormattedError {
  return { message, ...place, extensions: { code, kind, ...(remedy === undefined ? {} : { remedy }) } };
}

function rootOf(error: GraphQLError): unknown {
  let cause: unknown = error.originalError;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}
