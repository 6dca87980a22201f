import { buildSubgraphSchema } from '@apollo/subgraph';
import { SCOPES, SERVICE_NAMES } from '#libs/contracts';
import { scopesOfSchema } from '#libs/platform';
import {
  buildASTSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  Kind,
  parse,
  valueFromASTUntyped,
  visit,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';

import { composeSupergraph, readSubgraphs } from '../../scripts/compose-supergraph.js';
import { fromRoot, textOf } from './repository.js';

// Values inside an answer: they show nothing that the field they stand in was not asked for.
const VALUE_TYPES = ['Problem', 'Coverage', 'CoverageReason', 'PageInfo'];
const subgraphs = readSubgraphs(fromRoot('.'), SERVICE_NAMES);

describe('the graph', () => {
  it('is made of a schema of each service', () => {
    expect(subgraphs.map(({ name }) => name)).toEqual(SERVICE_NAMES);
  });

  it('composes without an error, to what is checked in', () => {
    const { errors, supergraphSdl } = composeSupergraph(subgraphs);
    expect(errors).toEqual([]);
    expect(textOf('gateway/supergraph.graphql') === supergraphSdl).toBe(true);
  });

  it('describes every type, field, argument and value in words that add something to its name', () => {
    const schema = buildASTSchema(parse(composeSupergraph(subgraphs).supergraphSdl ?? ''), { assumeValidSDL: true });
    const described = elementsOf(schema);
    expect(described.length).toBeGreaterThan(100);
    expect(described.filter(({ name, description }) => saysNothing(name, description)).map(({ path }) => path)).toEqual([]);
  });

  it('finds what says nothing', () => {
    expect(saysNothing('displayName', 'The display name.')).toBe(true);
    expect(saysNothing('displayName', undefined)).toBe(true);
    expect(saysNothing('displayName', 'As the app shows it; null when it has none.')).toBe(false);
  });
});

describe.each(subgraphs)('the schema of $name', ({ sdl }) => {
  const document = parse(sdl);
  let rules: ReadonlyMap<string, string | undefined> = new Map();

  beforeAll(() => {
    rules = scopesOfSchema(buildSubgraphSchema({ typeDefs: document }));
  });

  it('has a rule about who may see it for every field', () => {
    const open = [...rules].filter(([field, scope]) => scope === undefined && !isOpenByNature(field)).map(([field]) => field);
    expect(open).toEqual([]);
    expect(rules.size).toBeGreaterThan(0);
  });

  it('names only scopes that a token can have', () => {
    expect([...rules.values()].filter((scope) => scope !== undefined && !SCOPES.some((known) => known === scope))).toEqual([]);
  });

  it('lets nobody change anything with a scope for reading', () => {
    const mutations = [...rules].filter(([field]) => field.startsWith('Mutation.'));
    expect(mutations.filter(([, scope]) => scope === undefined || scope.endsWith(':read'))).toEqual([]);
  });

  it('requires no field with arguments: the gateway would give wrong data without an error', () => {
    expect(requiredWithArguments(document)).toEqual([]);
  });
});

describe('the rule about @requires', () => {
  const sdl = (requires: string): DocumentNode =>
    parse(`type Account { list(first: Int): Int @external size: Int @external sum: Int @requires(fields: "${requires}") }`);

  it('finds arguments that are given', () => expect(requiredWithArguments(sdl('list(first: 1)'))).toEqual(['Account.sum']));
  it('finds a field that takes some', () => expect(requiredWithArguments(sdl('list'))).toEqual(['Account.sum']));
  it('leaves plain fields alone', () => expect(requiredWithArguments(sdl('size'))).toEqual([]));
});

function isOpenByNature(field: string): boolean {
  const [type = '', name = ''] = field.split('.');
  return VALUE_TYPES.includes(type) || type.startsWith('_') || (type === 'Query' && name.startsWith('_'));
}

interface Element {
  readonly path: string;
  readonly name: string;
  readonly description: string | null | undefined;
}

function elementsOf(schema: GraphQLSchema): readonly Element[] {
  const elements: Element[] = [];
  const add = (path: string, element: { readonly name: string; readonly description?: string | null }): void =>
    void elements.push({ path, name: element.name, description: element.description });
  for (const type of Object.values(schema.getTypeMap())) {
    if (/^(__|join__|link__|core__)/.test(type.name) || isSpecifiedScalarType(type)) continue;
    if (!['Query', 'Mutation'].includes(type.name)) add(type.name, type);
    if (isEnumType(type)) for (const value of type.getValues()) add(`${type.name}.${value.name}`, value);
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      add(`${type.name}.${field.name}`, field);
      for (const argument of 'args' in field ? field.args : []) add(`${type.name}.${field.name}(${argument.name}:)`, argument);
    }
  }
  for (const directive of schema
    .getDirectives()
    .filter((one) => !isSpecifiedDirective(one) && !/^(join__|link$|core$|inaccessible$|tag$)/.test(one.name)))
    add(`@${directive.name}`, directive);
  return elements;
}

function saysNothing(name: string, description: string | null | undefined): boolean {
  const words = (description ?? '')
    .toLowerCase()
    .replace(/\b(the|a|an|its|of)\b/g, '')
    .replace(/[^a-z0-9]/g, '');
  return words === '' || words === name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function requiredWithArguments(document: DocumentNode): readonly string[] {
  const withArguments = new Set<string>();
  visit(document, {
    FieldDefinition: (node) => {
      if ((node.arguments ?? []).length > 0) withArguments.add(node.name.value);
    },
  });
  const faults: string[] = [];
  for (const type of document.definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.OBJECT_TYPE_EXTENSION) continue;
    for (const field of type.fields ?? []) {
      const requires = field.directives?.find(({ name }) => name.value === 'requires')?.arguments?.[0]?.value;
      if (requires && selectsArguments(String(valueFromASTUntyped(requires)), withArguments))
        faults.push(`${type.name.value}.${field.name.value}`);
    }
  }
  return faults;
}

// By name alone, over all types: a field of this name that takes no arguments elsewhere can be given another name.
function selectsArguments(selection: string, withArguments: ReadonlySet<string>): boolean {
  let found = false;
  visit(parse(`{ ${selection} }`), {
    Field: (node) => {
      if ((node.arguments ?? []).length > 0 || withArguments.has(node.name.value)) found = true;
    },
  });
  return found;
}
