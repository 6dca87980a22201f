import { DomainError, type ErrorKind } from '#libs/kernel';
import { STATUS_OF_KIND } from '#libs/platform';
import { GraphQLError, Kind, type GraphQLFormattedError } from 'graphql';

import { SubgraphUnavailable } from './subgraphs/subgraph-client.js';

/** An error as a client may see it; whatever is not one is hidden before it leaves. */
export class PublicError extends GraphQLError {}

/** Receives what was hidden, for the log. */
export type Report = (hidden: unknown) => void;

/** What a list of extensions must hold to be an error that one of our services has named; see `formatError` of libs/platform. */
interface NamedExtensions {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly remedy?: unknown;
  readonly requestId?: unknown;
}

/**
 * What the client is told of an error of the execution: our own and our services' named errors keep code, message and remedy; everything else becomes
 * INTERNAL with the request's id, and goes to `report`.
 */
export function publicError(error: unknown, requestId: string, report: Report): PublicError {
  if (error instanceof PublicError) return error;
  const path = error instanceof GraphQLError ? error.path : undefined;
  const named = domainErrorIn(error);
  if (named) return new PublicError(named.message, { path, extensions: extensionsOf(named) });
  if (error instanceof GraphQLError) {
    if (isNamed(error.extensions)) return new PublicError(error.message, { path, extensions: keptOf(error.extensions) });
    // The gateway's own word about a variable of the request; it gives it no code.
    if (error.extensions['code'] === undefined && error.nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION) {
      return new PublicError(error.message, { nodes: error.nodes, extensions: { code: 'BAD_USER_INPUT', kind: 'invalid' } });
    }
  }
  report(error);
  return internalError(requestId, path);
}

/** A refusal before the execution, with the HTTP status of its kind. */
export function refusal(error: DomainError): PublicError {
  const http = { status: STATUS_OF_KIND[error.kind] };
  return new PublicError(error.message, { extensions: { ...extensionsOf(error), http } });
}

/** The error list of an answer that no GraphQL server made: a missing token, a body too large. */
export function errorBody(error: DomainError): { readonly errors: readonly GraphQLFormattedError[] } {
  return { errors: [{ message: error.message, extensions: extensionsOf(error) }] };
}

/** What nobody expected: no more than the id under which it stands in the log. */
export function internalError(requestId: string, path?: readonly (string | number)[]): PublicError {
  return new PublicError(`Something went wrong inside. Tell the operator this request id: ${requestId}.`, {
    path,
    extensions: { code: 'INTERNAL', kind: 'unavailable', requestId },
  });
}

/** Codes with which @apollo/server itself refuses a request; their messages speak of the request only. */
const CODES_OF_SERVER = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** For @apollo/server's `formatError`: the allow-list for what did not pass {@link publicError} in the execution. */
export function formatServerError(formatted: GraphQLFormattedError, error: unknown, report: Report): GraphQLFormattedError {
  if (error instanceof PublicError) return formatted;
  const code = String(formatted.extensions?.['code']);
  if (CODES_OF_SERVER.has(code))
    return { message: formatted.message, locations: formatted.locations, extensions: { code, kind: 'invalid' } };
  report(error);
  return {
    message: 'Something went wrong inside. Tell the operator the x-request-id of this answer.',
    extensions: { code: 'INTERNAL', kind: 'unavailable' },
  };
}

function domainErrorIn(error: unknown): DomainError | undefined {
  if (error instanceof DomainError) return error;
  if (error instanceof GraphQLError && error.originalError instanceof DomainError) return error.originalError;
  return undefined;
}

function extensionsOf(error: DomainError): Record<string, unknown> {
  return {
    code: error.code,
    kind: error.kind,
    ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
    ...(error instanceof SubgraphUnavailable ? { service: error.service } : {}),
    ...('limit' in error && 'found' in error ? { limit: error.limit, found: error.found } : {}),
  };
}

const CODE = /^[A-Z][A-Z0-9_]{1,63}$/;

function isNamed(extensions: Record<string, unknown> | object): extensions is Record<string, unknown> & NamedExtensions {
  const { code, kind } = extensions as Partial<Record<string, unknown>>;
  return typeof code === 'string' && CODE.test(code) && typeof kind === 'string' && Object.hasOwn(STATUS_OF_KIND, kind);
}

function keptOf({ code, kind, remedy, requestId }: NamedExtensions): Record<string, unknown> {
  return {
    code,
    kind,
    ...(typeof remedy === 'string' ? { remedy } : {}),
    ...(typeof requestId === 'string' ? { requestId } : {}),
  };
}
