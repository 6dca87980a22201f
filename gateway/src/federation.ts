import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import type { ServiceName } from '#libs/contracts';
import { DomainError } from '#libs/kernel';
import type { Logger } from '#libs/platform';
import type { FormattedExecutionResult, GraphQLError } from 'graphql';

import type { OperationContext } from './operation-context.js';
import { subgraphSeconds } from './metrics.js';
import { PublicError, publicError } from './public-error.js';
import { isMutation, SubgraphUnavailable, type SubgraphClient } from './subgraphs/subgraph-client.js';

// The only file that knows @apollo/gateway: on an upgrade, this is what to read again (and docs/other-routers.md to leave it).

/** The whole operation used up its time; what was read until then is in the answer. */
export class OperationTimedOut extends DomainError {
  readonly code = 'OPERATION_TIMEOUT';
  readonly kind = 'unavailable';
  override readonly remedy = 'Ask for less at once: fewer fields of other services, or a smaller first.';

  constructor(limitMs: number) {
    super(`The operation did not end within ${limitMs} ms. What is missing in the answer was not read.`);
  }
}

/** A service of the supergraph that this process has no way to reach: the start fails. */
export class SubgraphUnknown extends DomainError {
  readonly code = 'SUBGRAPH_UNKNOWN';
  readonly kind = 'invalid';

  constructor(name: string) {
    super(
      `The supergraph names a service "${name}" that this gateway was not given. Compose it again (npm run generate), or start that service too.`,
    );
  }
}

export interface FederationOptions {
  readonly supergraphSdl: string;
  readonly subgraphs: Readonly<Partial<Record<ServiceName, SubgraphClient>>>;
  readonly logger: Logger;
  readonly subgraphTimeoutMs: number;
  readonly operationTimeoutMs: number;
}

/** Plans and joins over the services' clients; every error that it lets out is a {@link PublicError}. */
export function federation(options: FederationOptions): GatewayInterface {
  // Read by ApolloGateway's constructor: without it, it would report anonymous numbers over the network and probe for a cloud's metadata.
  // eslint-disable-next-line no-restricted-syntax -- no setting of ours: a switch of the package, which it takes from nowhere else
  process.env['APOLLO_TELEMETRY_DISABLED'] = '1';
  const gateway = new ApolloGateway({
    supergraphSdl: options.supergraphSdl,
    buildService: ({ name }) => dataSource(clientOf(name, options), options),
    __exposeQueryPlanExperimental: false,
    logger: options.logger,
  });
  return {
    onSchemaLoadOrUpdate: (callback) => gateway.onSchemaLoadOrUpdate(callback),
    stop: async () => gateway.stop(),
    load: async (how) => {
      const { executor } = await gateway.load(how);
      return {
        executor: async (request) => {
          const context = request.context as OperationContext;
          const { data, errors, extensions } = await executor(request);
          const faults = [
            ...(errors ?? []).map((error) => asPublic(error, context, options.logger)),
            ...missingValues(extensions, context, options.logger),
          ];
          return { ...(data === undefined ? {} : { data }), ...(faults.length === 0 ? {} : { errors: faults }) };
        },
      };
    },
  };
}

function clientOf(name: string, { subgraphs }: FederationOptions): SubgraphClient {
  const client = Object.entries(subgraphs).find(([service]) => service === name)?.[1];
  if (!client) throw new SubgraphUnknown(name);
  return client;
}

function dataSource(client: SubgraphClient, options: FederationOptions): GraphQLDataSource {
  return {
    process: async ({ request, context }) => {
      const query = request.query ?? '';
      const { principal, requestId, deadline } = context as OperationContext;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new OperationTimedOut(options.operationTimeoutMs);
      // A mutation may wait for its outcome in an app, so it has the whole operation's time.
      const timeoutMs = isMutation(query) ? leftMs : Math.min(options.subgraphTimeoutMs, leftMs);
      const stop = subgraphSeconds.startTimer({ service: client.name });
      try {
        const answer = await client.run(
          { query, variables: request.variables, operationName: request.operationName },
          { principal, requestId, timeoutMs },
        );
        stop({ outcome: answer.errors === undefined ? 'ok' : 'errors' });
        return answer as FormattedExecutionResult<Record<string, unknown>>;
      } catch (error) {
        stop({ outcome: 'unavailable' });
        const isOutOfTime =
          error instanceof SubgraphUnavailable && error.why === 'late' && !error.isMutation && leftMs < options.subgraphTimeoutMs;
        throw isOutOfTime ? new OperationTimedOut(options.operationTimeoutMs) : error;
      }
    },
  };
}

function asPublic(error: unknown, { requestId }: OperationContext, logger: Logger): PublicError {
  return publicError(error, requestId, (hidden) => logger.error({ err: hidden, requestId }, 'an operation failed inside'));
}

/** @apollo/gateway hides values that should not be null in an extension; a client that ignores extensions must see them too. */
function missingValues(extensions: unknown, { requestId }: OperationContext, logger: Logger): PublicError[] {
  const faults = (extensions as { valueCompletion?: readonly GraphQLError[] } | undefined)?.valueCompletion ?? [];
  return faults.map((fault) => {
    logger.error({ requestId, path: fault.path?.join('.'), fault: fault.message }, 'a service left out a value that the schema promises');
    return new PublicError(`A value that the schema promises is missing here. Tell the operator this request id: ${requestId}.`, {
      path: fault.path,
      extensions: { code: 'VALUE_MISSING', kind: 'unavailable', requestId },
    });
  });
}
