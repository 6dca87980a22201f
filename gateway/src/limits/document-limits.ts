import { createHash } from 'node:crypto';

import {
  Kind,
  Lexer,
  parse,
  Source,
  TokenKind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

import { TooDeep, TooManyAliases, TooManyDirectives, TooManyRootFields, TooManyTokens, type LimitExceeded } from './refusals.js';

/** What a document may have, before anything looks at the schema. */
export const DOCUMENT_LIMITS = {
  tokens: 4_000,
  depth: 12,
  /** The usual introspection query unwraps lists and non-nulls nine deep. */
  introspectionDepth: 15,
  aliases: 30,
  rootFields: 20,
  /** Fewer, so that a batch does not evade what is counted per request. */
  mutationRootFields: 5,
  directives: 50,
} as const;

const LARGEST_CACHE = 2_000;

/** Refuses documents whose very text is too much, before they are validated: validation of a hostile one is what costs. */
export class DocumentLimits {
  // By hash: a document can be 256 KB long, a verdict is small.
  private readonly verdicts = new Map<string, LimitExceeded | undefined>();

  /** Throws the refusal. Text that is no GraphQL passes: the server says what is wrong with it. */
  check(text: string): void {
    const key = createHash('sha256').update(text).digest('base64');
    if (!this.verdicts.has(key)) {
      if (this.verdicts.size >= LARGEST_CACHE) this.verdicts.delete(this.verdicts.keys().next().value!);
      this.verdicts.set(key, judge(text));
    }
    const verdict = this.verdicts.get(key);
    if (verdict) throw verdict;
  }
}

function judge(text: string): LimitExceeded | undefined {
  const { tokens } = DOCUMENT_LIMITS;
  // A token has at least one character.
  if (text.length > tokens) {
    const found = countTokens(text);
    if (found === undefined) return undefined;
    if (found > tokens) return new TooManyTokens(tokens, found);
  }
  let document: DocumentNode;
  try {
    document = parse(text, { noLocation: true, maxTokens: tokens });
  } catch {
    return undefined;
  }
  return judgeShape(document);
}

function countTokens(text: string): number | undefined {
  const lexer = new Lexer(new Source(text));
  let count = 0;
  try {
    while (lexer.advance().kind !== TokenKind.EOF) count += 1;
  } catch {
    return undefined;
  }
  return count;
}

function judgeShape(document: DocumentNode): LimitExceeded | undefined {
  const limits = DOCUMENT_LIMITS;
  const measure = new ShapeMeasure(document);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const shape = measure.ofOperation(definition);
    const mostRootFields = definition.operation === 'query' ? limits.rootFields : limits.mutationRootFields;
    if (shape.rootFields > mostRootFields) return new TooManyRootFields(mostRootFields, shape.rootFields, definition.operation);
    if (shape.depth > limits.depth) return new TooDeep(limits.depth, shape.depth);
    if (shape.introspectionDepth > limits.introspectionDepth) return new TooDeep(limits.introspectionDepth, shape.introspectionDepth);
    if (shape.aliases > limits.aliases) return new TooManyAliases(limits.aliases, shape.aliases);
    if (shape.directives > limits.directives) return new TooManyDirectives(limits.directives, shape.directives);
  }
  return undefined;
}

interface Shape {
  readonly depth: number;
  readonly introspectionDepth: number;
  readonly aliases: number;
  readonly directives: number;
  /** Fields directly in this selection set, those of its fragments included. */
  readonly rootFields: number;
}

const NOTHING: Shape = { depth: 0, introspectionDepth: 0, aliases: 0, directives: 0, rootFields: 0 };

/** Measures with fragments spread out, each fragment once: a chain of fragments that doubles at each step is counted, not walked. */
class ShapeMeasure {
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private readonly ofFragments = new Map<string, Shape>();

  constructor(document: DocumentNode) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(definition.name.value, definition);
    }
  }

  ofOperation({ selectionSet, directives, variableDefinitions }: OperationDefinitionNode): Shape {
    const shape = this.ofSelections(selectionSet);
    const own =
      (directives?.length ?? 0) + (variableDefinitions ?? []).reduce((sum, variable) => sum + (variable.directives?.length ?? 0), 0);
    return { ...shape, directives: shape.directives + own };
  }

  private ofSelections(set: SelectionSetNode | undefined): Shape {
    let sum = NOTHING;
    for (const selection of set?.selections ?? []) {
      const part = this.ofSelection(selection);
      const own = selection.directives?.length ?? 0;
      sum = {
        depth: Math.max(sum.depth, part.depth),
        introspectionDepth: Math.max(sum.introspectionDepth, part.introspectionDepth),
        aliases: sum.aliases + part.aliases,
        directives: sum.directives + part.directives + own,
        rootFields: sum.rootFields + part.rootFields,
      };
    }
    return sum;
  }

  private ofSelection(selection: SelectionSetNode['selections'][number]): Shape {
    if (selection.kind === Kind.INLINE_FRAGMENT) return this.ofSelections(selection.selectionSet);
    if (selection.kind === Kind.FRAGMENT_SPREAD) return this.ofFragment(selection.name.value);
    const inner = this.ofSelections(selection.selectionSet);
    const isIntrospection = selection.name.value === '__schema' || selection.name.value === '__type';
    const depth = Math.max(inner.depth, isIntrospection ? inner.introspectionDepth : 0) + 1;
    return {
      depth: isIntrospection ? 0 : depth,
      introspectionDepth: isIntrospection ? depth : inner.introspectionDepth === 0 ? 0 : inner.introspectionDepth + 1,
      aliases: inner.aliases + (selection.alias ? 1 : 0),
      directives: inner.directives,
      rootFields: 1,
    };
  }

  private ofFragment(name: string): Shape {
    const known = this.ofFragments.get(name);
    if (known) return known;
    // Found again inside itself, it counts as empty: validation refuses the circle.
    this.ofFragments.set(name, NOTHING);
    const shape = this.ofSelections(this.fragments.get(name)?.selectionSet);
    this.ofFragments.set(name, shape);
    return shape;
  }
}
