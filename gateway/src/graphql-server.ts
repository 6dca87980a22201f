import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import { DomainError } from '#libs/kernel';
import type { Config, Logger } from '#libs/platform';

import { checkCost } from './limits/cost.js';
import { DOCUMENT_LIMITS } from './limits/document-limits.js';
import type { OperationContext } from './operation-context.js';
import { formatServerError, refusal } from './public-error.js';

/** @apollo/server over the federation, with everything off that talks to others or tells more than it should. */
export function graphqlServer(
  gateway: GatewayInterface,
  config: Pick<Config, 'introspection'>,
  logger: Logger,
): ApolloServer<OperationContext> {
  return new ApolloServer<OperationContext>({
    gateway,
    introspection: config.introspection,
    hideSchemaDetailsFromClientErrors: true,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    csrfPrevention: true,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: DOCUMENT_LIMITS.tokens },
    logger,
    formatError: (formatted, error) =>
      formatServerError(formatted, error, (hidden) => logger.error({ err: hidden }, 'a request failed inside')),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      costLimit,
      facts,
    ],
  });
}

/** The document has several operations and the request names none of them, or it has none at all. */
export class OperationUnknown extends DomainError {
  readonly code = 'OPERATION_UNKNOWN';
  readonly kind = 'invalid';

  constructor() {
    super('The document has no operation of that name. Give operationName, as the document writes it.');
  }
}

/** The graph answers queries and mutations. */
export class SubscriptionsUnsupported extends DomainError {
  readonly code = 'SUBSCRIPTIONS_UNSUPPORTED';
  readonly kind = 'invalid';

  constructor() {
    super('The graph has no subscriptions. Ask for what is new with a query: lists go on from endCursor.');
  }
}

/** Here and not in a validation rule: the server validates a document once, but `first` comes with each request's variables. */
const costLimit: ApolloServerPlugin<OperationContext> = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ schema, document, operation, request, contextValue }) => {
      if (!operation) throw refusal(new OperationUnknown());
      if (operation.operation === 'subscription') throw refusal(new SubscriptionsUnsupported());
      try {
        contextValue.facts.cost = checkCost({ schema, document, operation, variables: request.variables ?? {} });
      } catch (error) {
        throw error instanceof DomainError ? refusal(error) : error;
      }
    },
  }),
};

const facts: ApolloServerPlugin<OperationContext> = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ operation, operationName, contextValue }) => {
      contextValue.facts.operation = operationName?.slice(0, 128);
      contextValue.facts.kind = operation?.operation;
    },
    willSendResponse: async ({ response, contextValue }) => {
      if (response.body.kind !== 'single') return;
      const { data, errors } = response.body.singleResult;
      contextValue.facts.errors = [...new Set((errors ?? []).map((error) => String(error.extensions?.['code'])))];
      contextValue.facts.hasData = data !== undefined && data !== null;
    },
  }),
};
