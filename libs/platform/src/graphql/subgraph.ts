import { execute, GraphQLError, parse, validate, type DocumentNode, type FormattedExecutionResult, type GraphQLSchema } from 'graphql';

import type { Logger } from '../logging/logger.js';
import type { RequestContext } from './context.js';
import { formatError } from './errors.js';

export interface SubgraphRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly operationName?: string | undefined;
}

const LARGEST_CACHE = 2_000;
const MOST_TOKENS = 20_000;

/** Runs operations on one subgraph's schema. Parsed and validated documents are kept: the gateway sends the same ones again and again. */
export class Subgraph {
  private readonly documents = new Map<string, DocumentNode>();

  constructor(
    readonly schema: GraphQLSchema,
    private readonly logger: Logger,
  ) {}

  /** The answer as it may leave the service: errors are named or hidden already. */
  async run(request: SubgraphRequest, context: RequestContext): Promise<FormattedExecutionResult> {
    const document = this.documentOf(request.query);
    if (Array.isArray(document)) return { errors: this.format(document, context) };
    const { data, errors } = await execute({
      schema: this.schema,
      document,
      variableValues: request.variables,
      operationName: request.operationName,
      contextValue: context,
    });
    return errors === undefined ? { data } : { data, errors: this.format(errors, context) };
  }

  private format(errors: readonly GraphQLError[], context: RequestContext): NonNullable<FormattedExecutionResult['errors']> {
    return errors.map((error) =>
      formatError(error, context.requestId, (hidden) =>
        this.logger.error({ err: hidden, requestId: context.requestId, path: error.path?.join('.') }, 'a resolver failed'),
      ),
    );
  }

  private documentOf(query: string): DocumentNode | GraphQLError[] {
    const known = this.documents.get(query);
    if (known) return known;
    let document: DocumentNode;
    try {
      document = parse(query, { noLocation: true, maxTokens: MOST_TOKENS });
    } catch (error) {
      return [error instanceof GraphQLError ? error : new GraphQLError('The operation could not be parsed.')];
    }
    const faults = validate(this.schema, document, undefined, { maxErrors: 10 });
    if (faults.length > 0) return [...faults];
    if (this.documents.size >= LARGEST_CACHE) this.documents.delete(this.documents.keys().next().value!);
    this.documents.set(query, document);
    return document;
  }
}

/**
 * True where the token must be bound to the body, since the operation may change something. Both ends ask the same question of the same text;
 * a query that merely mentions the word is bound too, which costs a signature and nothing else.
 */
export function mustBindToken(query: string): boolean {
  return query.includes('mutation');
}
