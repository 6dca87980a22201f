import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { composeSupergraph, readSubgraphs } from './compose-supergraph.js';

const inventory =
  'type Query { account(id: ID!): Account @scope(needs: "inventory:read") } type Account @key(fields: "id") { id: ID! madeAt: DateTime } type Connector @key(fields: "id") { id: ID! }';
const posture =
  'type Query { open: Int } type Account @key(fields: "id") { id: ID! score: Float } type Connector @key(fields: "id", resolvable: false) { id: ID! }';

describe('composing the supergraph', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'castellan-compose-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function given(service: string, sdl: string): Promise<void> {
    const folder = join(root, 'services', service, 'src', 'schema');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'account.graphql'), sdl);
  }

  it('joins the services by name, the same way each time', async () => {
    await given('inventory', inventory);
    await given('posture', posture);
    const subgraphs = readSubgraphs(root, ['inventory', 'posture', 'governance']);
    expect(subgraphs.map(({ name }) => name)).toEqual(['inventory', 'posture']);
    const { supergraphSdl, errors } = composeSupergraph(subgraphs);
    expect(errors).toEqual([]);
    expect(supergraphSdl).toContain('@join__graph(name: "inventory", url: "http://inventory.castellan.internal/graphql")');
    expect(supergraphSdl).toMatch(/type Account[^{]*\{[^}]*madeAt[^}]*score/);
    expect(composeSupergraph(subgraphs).supergraphSdl).toBe(supergraphSdl);
  });

  it('keeps the rules of the services out of it: every router could read them, and none would enforce them', async () => {
    await given('inventory', inventory);
    await given('posture', posture);
    expect(composeSupergraph(readSubgraphs(root, ['inventory', 'posture'])).supergraphSdl).not.toMatch(/@scope|needs:|inventory:read/);
  });

  it("takes the owner's words for a type that several services know", async () => {
    await given(
      'inventory',
      inventory
        .replace('type Account', '"A login in an app." type Account')
        .replace('id: ID! madeAt', '"The id." id: ID! madeAt: DateTime name'),
    );
    await given(
      'posture',
      posture
        .replace('type Account', '"Inventory owns it." type Account')
        .replace('id: ID! score', '"Inventory gives it." id: ID! "How safe." score'),
    );
    const { supergraphSdl, hints } = composeSupergraph(readSubgraphs(root, ['posture', 'inventory']));
    expect(supergraphSdl).toMatch(/A login in an app\..*type Account/s);
    expect(supergraphSdl).toContain('How safe.');
    expect(supergraphSdl).not.toMatch(/Inventory (owns|gives) it/);
    expect(hints.filter((hint) => hint.includes('DESCRIPTION'))).toEqual([]);
  });

  it('names what does not fit together', async () => {
    await given('inventory', inventory);
    await given('posture', posture.replace('score: Float', 'score: Float madeAt: Int'));
    const { supergraphSdl, errors } = composeSupergraph(readSubgraphs(root, ['inventory', 'posture']));
    expect(supergraphSdl).toBeUndefined();
    expect(errors.join('\n')).toMatch(/Account\.madeAt/);
  });
});
