import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Injectable } from '@nestjs/common';
import { AbstractGraphQLDriver, GraphQLFederationFactory, GraphQLModule, type GqlModuleOptions } from '@nestjs/graphql';
import type { DynamicModule } from '@nestjs/common';
import type { GraphQLSchema } from 'graphql';

import { scalars } from './scalars.js';
import { guardSchema } from './scope-guard.js';

/**
 * Nest's resolvers on a federation subgraph, without a server of its own: `http/service-server.ts` and the in-process gateway run operations on the schema.
 */
@Injectable()
export class SubgraphDriver extends AbstractGraphQLDriver<GqlModuleOptions> {
  constructor(private readonly factory: GraphQLFederationFactory) {
    super();
  }

  override async generateSchema(options: GqlModuleOptions): Promise<GraphQLSchema> {
    return guardSchema((await this.factory.generateSchema(options)) as GraphQLSchema);
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {}
}

/** The GraphQL module of a service: its `.graphql` files in `schemaFolder` with the shared ones. */
export function subgraphModule(schemaFolder: string): DynamicModule {
  return GraphQLModule.forRoot({
    driver: SubgraphDriver,
    typeDefs: readSchema(schemaFolder),
    resolvers: [scalars],
    resolverValidationOptions: { requireResolversToMatchSchema: 'error' },
  } as GqlModuleOptions);
}

/** The SDL of one subgraph: the shared types, then the service's files in the order of their names. */
export function readSchema(schemaFolder: string): string {
  const shared = readFileSync(fileURLToPath(new URL('./shared.graphql', import.meta.url)), 'utf8');
  const own = readdirSync(schemaFolder)
    .filter((file) => file.endsWith('.graphql'))
    .sort()
    .map((file) => readFileSync(join(schemaFolder, file), 'utf8'));
  return [shared, ...own].join('\n');
}
