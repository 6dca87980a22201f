import { buildSubgraphSchema } from '@apollo/subgraph';
import { SCOPES, type Principal, type ServiceName } from '#libs/contracts';
import { DomainError } from '#libs/kernel';
import { guardSchema, type InternalTokens, makeLogger, RequestContext, Subgraph, type RunningService } from '#libs/platform';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { GraphQLError, parse } from 'graphql';

// Three small services for the gateway's tests: inventory and posture join on Account, activities can be told to misbehave.

const FEDERATION = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
directive @scope(needs: String!) on OBJECT | FIELD_DEFINITION
type PageInfo @shareable { hasNextPage: Boolean! endCursor: String }
`;

export const FIXTURE_SDL = {
  inventory: `${FEDERATION}
    type Query {
      account(id: ID!): Account @scope(needs: "inventory:read")
      accounts(first: Int, after: String): AccountConnection @scope(needs: "inventory:read")
      whoami: String!
      requestId: String!
    }
    type Mutation { renameAccount(id: ID!, name: String!): Account @scope(needs: "inventory:write") }
    type AccountConnection { nodes: [Account!]! totalCount: Int pageInfo: PageInfo! }
    type Account @key(fields: "id") { id: ID! name: String parent: Account groups: [Group!]! }
    type Group @key(fields: "id") { id: ID! name: String }
  `,
  posture: `${FEDERATION}
    type Query { score: Float @scope(needs: "posture:read") promised: String! }
    type Account @key(fields: "id") { id: ID! findings(first: Int): [Finding!] }
    type Finding @key(fields: "id") { id: ID! title: String! }
  `,
  activities: `${FEDERATION}
    type Query { fault(kind: String!): String }
    type Mutation { act(name: String!): String }
    type Account @key(fields: "id") { id: ID! activityCount: Int risk: String! }
  `,
} as const;

/** The services whose schemas are in {@link FIXTURE_SDL}. */
export type FixtureName = keyof typeof FIXTURE_SDL;

/** An error that a service names, as its users see it. */
export class AccountProtected extends DomainError {
  readonly code = 'ACCOUNT_PROTECTED';
  readonly kind = 'conflict';
  override readonly remedy = 'Choose another account.';
}

export const SECRET = 'database password is hunter2';

/** What the tests look at: the calls that reached a service. */
export interface FixtureLog {
  readonly entityBatches: string[][];
  readonly acted: string[];
}

export function fixtureService(name: FixtureName, log: FixtureLog): Pick<RunningService, 'name' | 'subgraph' | 'health'> {
  const schema = guardSchema(buildSubgraphSchema([{ typeDefs: parse(FIXTURE_SDL[name]), resolvers: RESOLVERS[name](log) as never }]));
  return {
    name,
    subgraph: new Subgraph(schema, makeLogger({ logLevel: 'silent', logPretty: false })),
    health: async () => ({ isReady: true, checks: {} }),
  };
}

export function aPrincipal(change: Partial<Principal> = {}): Principal {
  return { tenant: 'acme', subject: 'ada', roles: ['admin'], scopes: SCOPES, tokenId: 'tok_1', ...change };
}

type Resolvers = Record<string, Record<string, unknown>>;

const RESOLVERS: Record<FixtureName, (log: FixtureLog) => Resolvers> = {
  inventory: () => ({
    Query: {
      account: (_: unknown, { id }: { id: string }) => account(id),
      accounts: (_: unknown, { first }: { first?: number }) => ({
        nodes: ['a', 'b', 'c'].slice(0, first ?? 50).map(account),
        totalCount: 3,
        pageInfo: { hasNextPage: false },
      }),
      whoami: (_: unknown, __: unknown, { principal }: RequestContext) => `${principal.subject} of ${principal.tenant}`,
      requestId: (_: unknown, __: unknown, context: RequestContext) => context.requestId,
    },
    Mutation: {
      renameAccount: (_: unknown, { id, name }: { id: string; name: string }) => {
        if (id === 'protected') throw new AccountProtected('This account is protected.');
        return { ...account(id), name };
      },
    },
    Account: { __resolveReference: async ({ id }: { id: string }) => account(id) },
  }),
  posture: (log) => ({
    Query: { score: () => 42.5, promised: () => null },
    Account: {
      __resolveReference: async ({ id }: { id: string }, context: RequestContext) => ({
        id,
        findings: await context.loader<string, object[]>('findings', findingsOf(log)).load(id),
      }),
    },
  }),
  activities: (log) => ({
    Query: { fault: (_: unknown, { kind }: { kind: string }) => fault(kind) },
    Mutation: {
      act: async (_: unknown, { name }: { name: string }) => {
        log.acted.push(name);
        return name;
      },
    },
    Account: {
      __resolveReference: async ({ id }: { id: string }) => {
        if (id === 'boom') throw new Error(SECRET);
        return { id, activityCount: 7, risk: id === 'a' ? null : 'low' };
      },
      risk: ({ risk }: { risk: string | null }) => {
        if (risk === null) throw new GraphQLError('risk is not computed yet');
        return risk;
      },
    },
  }),
};

function account(id: string): object {
  return { id, name: `Account ${id}`, parent: id === 'a' ? { id: 'b', name: 'Account b' } : null, groups: [{ id: 'g1', name: 'Staff' }] };
}

function findingsOf(log: FixtureLog) {
  return async (ids: readonly string[]): Promise<object[][]> => {
    log.entityBatches.push([...ids]);
    return ids.map((id) => [{ id: `f-${id}`, title: `Finding of ${id}` }]);
  };
}

function fault(kind: string): unknown {
  if (kind === 'unexpected') throw new Error(SECRET);
  if (kind === 'hang') return new Promise(() => {});
  return kind;
}

/** A service on a port that answers as the fixture does, or in whatever way `misbehave` says. */
export interface FixtureServer {
  readonly url: string;
  readonly requests: { readonly headers: Record<string, unknown>; readonly body: string }[];
  misbehave?: ((request: FastifyRequest, reply: FastifyReply) => unknown) | undefined;
  close(): Promise<void>;
}

export async function serveFixture(name: FixtureName, tokens: InternalTokens, log: FixtureLog): Promise<FixtureServer> {
  const service = fixtureService(name, log);
  const server = fastify({ forceCloseConnections: true });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  const fixture: { -readonly [K in keyof FixtureServer]: FixtureServer[K] } = { url: '', requests: [], close: async () => server.close() };
  server.get('/health/ready', async () => ({ isReady: true }));
  server.post('/graphql', async (request, reply) => {
    const body = request.body as string;
    fixture.requests.push({ headers: request.headers, body });
    if (fixture.misbehave) return fixture.misbehave(request, reply);
    const { query, variables } = JSON.parse(body) as { query: string; variables?: Record<string, unknown> };
    const token = (request.headers.authorization ?? '').replace('Bearer ', '');
    const principal = await tokens.verify(token, name as ServiceName, { text: body, mustBeBound: query.includes('mutation') });
    return service.subgraph.run({ query, variables }, new RequestContext(principal, String(request.headers['x-request-id'])));
  });
  fixture.url = await server.listen({ host: '127.0.0.1', port: 0 });
  return fixture;
}
