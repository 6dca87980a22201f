import { DEFAULT_PAGE, LARGEST_PAGE, PageSizeInvalid } from '#libs/platform';
import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';

import { TooCostly } from './refusals.js';

/** Points that one operation may cost; how they are counted is in docs/limits.md. */
export const COST_LIMIT = 10_000;

const POINTS_OF_MUTATION = 10;
/** Assumed length of a list that can't be paged: such lists are short by design (an account's groups, an alert's accounts). */
const PLAIN_LIST = 2;

/** What an operation is measured on, once its variables are known. */
export interface CostInput {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The most points that the operation can cost; throws where it is over the limit, or a `first` is out of range. */
export function checkCost(input: CostInput): number {
  const root = input.schema.getRootType(input.operation.operation);
  if (!root) return 0;
  const points = new CostCounter(input).ofSelections(input.operation.selectionSet, root, undefined);
  const cost =
    points + (input.operation.operation === 'mutation' ? POINTS_OF_MUTATION * input.operation.selectionSet.selections.length : 0);
  if (cost > COST_LIMIT) throw new TooCostly(COST_LIMIT, cost);
  return cost;
}

/** One point for each object that could be in the answer; values of objects are free. */
class CostCounter {
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private readonly ofFragments = new Map<string, number>();

  constructor(private readonly input: CostInput) {
    for (const definition of input.document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(definition.name.value, definition);
    }
  }

  /** `page`: how many items the lists directly in this selection hold, when it is a page of a connection. */
  ofSelections(set: SelectionSetNode, parent: GraphQLCompositeType, page: number | undefined): number {
    let sum = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) sum += this.ofField(selection, parent, page);
      else if (selection.kind === Kind.INLINE_FRAGMENT)
        sum += this.ofSelections(selection.selectionSet, this.typeNamed(selection.typeCondition?.name.value) ?? parent, page);
      else sum += this.ofFragment(selection.name.value, page);
    }
    return sum;
  }

  private ofField(node: FieldNode, parent: GraphQLCompositeType, page: number | undefined): number {
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined;
    if (!field) return 0;
    const ownPage = this.pageOf(node, field);
    const type = getNamedType(field.type);
    if (!isCompositeType(type) || !node.selectionSet) return 0;
    const isList = isListType(getNullableType(field.type));
    if (!isList) return 1 + this.ofSelections(node.selectionSet, type, ownPage);
    return (ownPage ?? page ?? PLAIN_LIST) * (1 + this.ofSelections(node.selectionSet, type, undefined));
  }

  private ofFragment(name: string, page: number | undefined): number {
    const key = `${name} ${page ?? ''}`;
    let cost = this.ofFragments.get(key);
    if (cost === undefined) {
      const fragment = this.fragments.get(name);
      const type = this.typeNamed(fragment?.typeCondition.name.value);
      cost = fragment && type ? this.ofSelections(fragment.selectionSet, type, page) : 0;
      this.ofFragments.set(key, cost);
    }
    return cost;
  }

  private pageOf(node: FieldNode, field: GraphQLField<unknown, unknown>): number | undefined {
    const argument = field.args.find((one) => one.name === 'first');
    if (!argument) return undefined;
    const byDefault = typeof argument.defaultValue === 'number' ? argument.defaultValue : DEFAULT_PAGE;
    const first = this.numberOf(node.arguments?.find((one) => one.name.value === 'first')?.value);
    if (first !== undefined && (first < 1 || first > LARGEST_PAGE)) throw new PageSizeInvalid(first);
    return first ?? byDefault;
  }

  // A value of another type is left to the gateway's check of variables.
  private numberOf(value: ValueNode | undefined): number | undefined {
    if (value?.kind === Kind.INT) return Number(value.value);
    if (value?.kind !== Kind.VARIABLE) return undefined;
    const { name } = value;
    const given = Object.hasOwn(this.input.variables, name.value) ? this.input.variables[name.value] : undefined;
    if (typeof given === 'number') return given;
    if (given !== undefined) return undefined;
    const definition = this.input.operation.variableDefinitions?.find((one) => one.variable.name.value === name.value);
    return this.numberOf(definition?.defaultValue);
  }

  private typeNamed(name: string | undefined): GraphQLCompositeType | undefined {
    const type = name === undefined ? undefined : this.input.schema.getType(name);
    return isCompositeType(type) ? type : undefined;
  }
}
