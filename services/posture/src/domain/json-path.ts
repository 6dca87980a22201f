import type { Json } from '#libs/kernel';
import { FunctionExpressionType, JSONPathEnvironment, JSONPathQuery, type JSONValue } from 'json-p3';

import { isFoundIn, isWhole } from './linear-pattern.js';

/** One value that a path selects, and where it stands in the document. */
export interface Selected {
  readonly value: Json;
  readonly location: readonly (string | number)[];
}

const DEEPEST = 64;
const MOST_KEPT = 5_000;

/** RFC 9535, with its two functions for regular expressions on a linear engine. */
const environment = new JSONPathEnvironment({ maxRecursionDepth: DEEPEST });
environment.functionRegister.set('match', onTexts(isWhole));
environment.functionRegister.set('search', onTexts(isFoundIn));

/** A compiled path, and what its form tells: what must be there for an empty selection to mean something. */
export class JsonPath {
  private readonly fixedPart: JSONPathQuery;
  private readonly beforeNames: JSONPathQuery;
  /** True when the path can select at most one value. */
  readonly isSingular: boolean;
  /** How many names the last segment lists: all of `['a','b']` must be there. 1 for any other path. */
  readonly namesAtEnd: number;

  private constructor(private readonly query: JSONPathQuery) {
    const { segments } = query;
    this.isSingular = query.singularQuery();
    const isOpen = (index: number): boolean => !new JSONPathQuery(environment, segments.slice(0, index + 1)).singularQuery();
    const firstOpen = segments.findIndex((_, index) => isOpen(index));
    this.fixedPart = new JSONPathQuery(environment, firstOpen === -1 ? segments : segments.slice(0, firstOpen));
    const last = segments.at(-1)?.selectors ?? [];
    this.namesAtEnd = last.length > 1 && last.every((selector) => 'name' in selector) ? last.length : 1;
    this.beforeNames = new JSONPathQuery(environment, segments.slice(0, -1));
  }

  /** Compiles a path, once however often it is asked for. Throws on a path that is none. */
  static of(path: string): JsonPath {
    const kept = known.get(path);
    if (kept) return kept;
    const compiled = new JsonPath(environment.compile(path));
    if (known.size >= MOST_KEPT) known.delete(known.keys().next().value!);
    known.set(path, compiled);
    return compiled;
  }

  select(document: Json): readonly Selected[] {
    return select(this.query, document);
  }

  /** How many things the last segment's names were looked for in. */
  countBeforeNames(document: Json): number {
    return select(this.beforeNames, document).length;
  }

  /** True when the list that the path chooses from is in the document: only then does choosing nothing mean that there is nothing. */
  choosesFromList(document: Json): boolean {
    const [only] = select(this.fixedPart, document);
    return only !== undefined && typeof only.value === 'object' && only.value !== null && (this.isSingular || Array.isArray(only.value));
  }
}

const known = new Map<string, JsonPath>();

function select(query: JSONPathQuery, document: Json): readonly Selected[] {
  return query.query(document as JSONValue).nodes.map(({ value, location }) => ({ value: value as Json, location }));
}

function onTexts(test: (pattern: string, text: string) => boolean) {
  return {
    argTypes: [FunctionExpressionType.ValueType, FunctionExpressionType.ValueType],
    returnType: FunctionExpressionType.LogicalType,
    call: (text: unknown, pattern: unknown): boolean => typeof text === 'string' && typeof pattern === 'string' && test(pattern, text),
  };
}
