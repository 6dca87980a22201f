import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { composeServices } from '@apollo/composition';
import { readSchema } from '#libs/platform';
import { Kind, parse, visit, type DocumentNode, type ObjectTypeDefinitionNode } from 'graphql';

/** The schema of one service. */
export interface SubgraphSdl {
  readonly name: string;
  readonly sdl: string;
}

/** What came of composing: `supergraphSdl` is there only when there are no errors. */
export interface Composition {
  readonly supergraphSdl?: string;
  readonly errors: readonly string[];
  /** Worth a look, such as a shared type described differently in two services. */
  readonly hints: readonly string[];
}

/** Composes the graph that the gateway serves. The addresses in it are names only: whoever runs it says where the services are. */
export function composeSupergraph(subgraphs: readonly SubgraphSdl[]): Composition {
  const parsed = withOneDescription(subgraphs.map(({ name, sdl }) => ({ name, typeDefs: parse(sdl) })));
  const result = composeServices(
    parsed.map(({ name, typeDefs }) => ({ name, typeDefs, url: `http://${name}.castellan.internal/graphql` })),
  );
  if (result.errors)
    return { errors: result.errors.map(({ message, extensions }) => `${String(extensions['code'])}: ${message}`), hints: [] };
  return { supergraphSdl: `${HEADER}${result.supergraphSdl.trimEnd()}\n`, errors: [], hints: result.hints.map((hint) => hint.toString()) };
}

interface ParsedSubgraph {
  readonly name: string;
  readonly typeDefs: DocumentNode;
}

/**
 * A type that several services know is described by the one that says most about it, its owner; composition would take what stands in most of them, such as
 * "owned by another service".
 */
function withOneDescription(subgraphs: readonly ParsedSubgraph[]): readonly ParsedSubgraph[] {
  const owners = new Map<string, { readonly subgraph: string; readonly type: ObjectTypeDefinitionNode }>();
  for (const { name, typeDefs } of subgraphs) {
    for (const type of typeDefs.definitions) {
      if (type.kind !== Kind.OBJECT_TYPE_DEFINITION || !type.description) continue;
      const known = owners.get(type.name.value);
      if (!known || (type.fields?.length ?? 0) > (known.type.fields?.length ?? 0)) owners.set(type.name.value, { subgraph: name, type });
    }
  }
  return subgraphs.map(({ name, typeDefs }) => {
    const visited: DocumentNode = visit(typeDefs, {
      ObjectTypeDefinition: (type) => {
        const owner = owners.get(type.name.value);
        if (!owner || owner.subgraph === name) return undefined;
        const described = new Set(owner.type.fields?.filter((field) => field.description).map((field) => field.name.value));
        const fields = type.fields?.map((field) => (described.has(field.name.value) ? { ...field, description: undefined } : field));
        return { ...type, description: undefined, fields };
      },
    });
    return { name, typeDefs: visited };
  });
}

const HEADER = '# Written by `npm run generate` from services/*/src/schema: change those files, not this one.\n\n';

/** The schemas in `services/<name>/src/schema`, each with the shared types before it. */
export function readSubgraphs(root: string, names: readonly string[]): readonly SubgraphSdl[] {
  return names
    .map((name) => ({ name, folder: join(root, 'services', name, 'src', 'schema') }))
    .filter(({ folder }) => existsSync(folder))
    .map(({ name, folder }) => ({ name, sdl: readSchema(folder) }));
}

const SERVICES = ['connectors', 'inventory', 'activities', 'posture', 'governance'];

/** `--check` writes nothing, and fails where the file checked in is not what the schemas compose to. */
async function main(root: string, mustBeFresh: boolean): Promise<number> {
  const file = join(root, 'gateway', 'supergraph.graphql');
  const subgraphs = readSubgraphs(root, SERVICES);
  const missing = SERVICES.filter((name) => !subgraphs.some((subgraph) => subgraph.name === name));
  if (missing.length > 0) return fail([`no schema folder: ${missing.join(', ')}`]);
  const { supergraphSdl, errors, hints } = composeSupergraph(subgraphs);
  for (const hint of hints) process.stderr.write(`hint: ${hint}\n`);
  if (supergraphSdl === undefined) return fail(errors);
  if (mustBeFresh) {
    const isFresh = existsSync(file) && (await readFile(file, 'utf8')) === supergraphSdl;
    return isFresh ? 0 : fail(['gateway/supergraph.graphql is not what the schemas compose to: run npm run generate']);
  }
  await writeFile(file, supergraphSdl);
  process.stdout.write(`gateway/supergraph.graphql: ${subgraphs.map(({ name }) => name).join(', ')}\n`);
  return 0;
}

function fail(errors: readonly string[]): number {
  for (const error of errors) process.stderr.write(`error: ${error}\n`);
  return 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.cwd(), process.argv.includes('--check'));
