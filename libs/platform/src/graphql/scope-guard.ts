import { DomainError } from '#libs/kernel';
import {
  defaultFieldResolver,
  isObjectType,
  Kind,
  valueFromASTUntyped,
  type ConstDirectiveNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

import type { RequestContext } from './context.js';

/** The token lacks the scope that a field or mutation needs. */
export class ScopeMissing extends DomainError {
  readonly code = 'FORBIDDEN';
  readonly kind = 'forbidden';

  constructor(readonly scope: string) {
    super(
      `This token may not do that: it lacks the scope ${scope}. Ask an administrator for a token with a role that has it (docs/security.md).`,
    );
  }
}

/**
 * Puts the check of `@scope` before every field's resolver, also those that entity look-ups reach. A field without a rule of its own has its type's;
 * a type without any (Problem, PageInfo) shows nothing that its parent was not asked for.
 */
export function guardSchema(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const ofType = scopeOf(typeDirectives(type));
    for (const field of Object.values(type.getFields())) {
      const scope = scopeOf(field.astNode?.directives ?? []) ?? ofType;
      if (scope !== undefined) guardField(field, scope);
    }
  }
  return schema;
}

/** The rule of each guarded field, `Account.email` → `inventory:read`; for the tests that look for holes. */
export function scopesOfSchema(schema: GraphQLSchema): ReadonlyMap<string, string | undefined> {
  const rules = new Map<string, string | undefined>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('_')) continue;
    const ofType = scopeOf(typeDirectives(type));
    for (const field of Object.values(type.getFields())) {
      rules.set(`${type.name}.${field.name}`, scopeOf(field.astNode?.directives ?? []) ?? ofType);
    }
  }
  return rules;
}

function guardField(field: GraphQLField<unknown, RequestContext>, scope: string): void {
  const resolve = field.resolve ?? defaultFieldResolver;
  field.resolve = (source, args, context, info) => {
    if (!context.may(scope)) throw new ScopeMissing(scope);
    return resolve(source, args, context, info);
  };
}

function typeDirectives(type: GraphQLObjectType): readonly ConstDirectiveNode[] {
  return [...(type.astNode?.directives ?? []), ...type.extensionASTNodes.flatMap((node) => node.directives ?? [])];
}

function scopeOf(directives: readonly ConstDirectiveNode[]): string | undefined {
  const directive = directives.find((one) => one.name.value === 'scope');
  const needs = directive?.arguments?.find((argument) => argument.name.value === 'needs')?.value;
  if (needs === undefined) return undefined;
  return needs.kind === Kind.STRING ? String(valueFromASTUntyped(needs)) : undefined;
}
