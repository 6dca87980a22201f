import { readFile } from 'node:fs/promises';

import { buildSchema, parse, type OperationDefinitionNode } from 'graphql';

import { checkCost, COST_LIMIT } from './cost.js';
import { DOCUMENT_LIMITS } from './document-limits.js';

const schema = buildSchema(`
  type Query { accounts(first: Int, after: String): Accounts! search(text: String): [Hit!]! }
  type Mutation { rename(id: ID!): Account }
  type Accounts { nodes: [Account!]! pageInfo: PageInfo! totalCount: Int }
  type PageInfo { hasNextPage: Boolean! }
  type Account { id: ID! groups: [Group!]! person: Person activities(first: Int = 10): Activities! recent(first: Int!): [Activity!]! }
  type Group { name: String }
  type Person { email: String accounts: [Account!]! }
  type Activities { nodes: [Activity!]! }
  type Activity { eventType: String }
  union Hit = Account | Person
`);

function cost(query: string, variables: Record<string, unknown> = {}): number {
  const document = parse(query);
  return checkCost({ schema, document, operation: document.definitions[0] as OperationDefinitionNode, variables });
}

const limits = new URL('../../../docs/limits.md', import.meta.url);

const CASES: readonly [title: string, points: number, query: string, variables?: Record<string, unknown>][] = [
  ['values are free', 0, '{ __typename }'],
  ['a page is 50 when nothing is said', 51, '{ accounts { nodes { id } } }'],
  ['a page is what first says', 8, '{ accounts(first: 7) { nodes { id } } }'],
  ['a page is what the variable says', 8, 'query ($n: Int) { accounts(first: $n) { nodes { id } } }', { n: 7 }],
  ['a page is what the default of the variable says', 8, 'query ($n: Int = 7) { accounts(first: $n) { nodes { id } } }'],
  [
    'a page is what the default of the schema says',
    1 + 1 * (1 + 1 + 10),
    '{ accounts(first: 1) { nodes { activities { nodes { eventType } } } } }',
  ],
  ['null asks for the usual page', 51, 'query ($n: Int) { accounts(first: $n) { nodes { id } } }', { n: null }],
  ['only the lists of a page are multiplied', 1 + 3 + 1, '{ accounts(first: 3) { nodes { id } pageInfo { hasNextPage } totalCount } }'],
  [
    'a list that is its own page counts first times',
    1 + 2 * (1 + 4),
    '{ accounts(first: 2) { nodes { recent(first: 4) { eventType } } } }',
  ],
  ['a plain list counts twice', 1 + 2 * (1 + 2), '{ accounts(first: 2) { nodes { groups { name } } } }'],
  [
    'fragments count where they are spread',
    2 * (1 + 5 * (1 + 2)),
    '{ a: accounts(first: 5) { ...P } b: accounts(first: 5) { ...P } } fragment P on Accounts { nodes { ...G } } fragment G on Account { groups { name } }',
  ],
  [
    'each branch of a union counts',
    2 * (1 + 2 + 1),
    '{ search { ... on Account { groups { name } person { email } } ... on Person { email } } }',
  ],
  ['a change costs ten more', 11, 'mutation { rename(id: "a") { id } }'],
];

describe('the points of an operation', () => {
  it.each(CASES.map(([title, points, query, variables]) => ({ title, points, query, variables })))(
    '$title',
    ({ points, query, variables }) => {
      expect(cost(query, variables)).toBe(points);
    },
  );

  it('are as docs/limits.md counts them', async () => {
    const text = await readFile(limits, 'utf8');
    const query = /```graphql\n(.*?)```/s.exec(text)![1]!;
    expect(cost(query, { first: 50 })).toBe(1_251);
    expect(text).toContain('1,251 points');
    expect(() => cost(query, { first: 1_000 })).toThrow(expect.objectContaining({ found: 25_001, limit: COST_LIMIT }));
    expect(text).toContain('25,001');
  });

  it('and the other limits are those of docs/limits.md', async () => {
    const text = (await readFile(limits, 'utf8')).replace(/ +/g, ' ');
    const rows = [
      '| tokens of the document | 4,000 |',
      '| levels | 12 (introspection: 15) |',
      '| 30 |',
      '| 20 of a query, 5 of a mutation |',
      '| 50 |',
      '| 10,000 |',
    ];
    for (const row of rows) expect(text).toContain(row);
    expect([...Object.values(DOCUMENT_LIMITS), COST_LIMIT]).toEqual([4_000, 12, 15, 30, 20, 5, 50, 10_000]);
  });
});
