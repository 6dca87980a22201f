/** Any JSON object of a description. */
export type Node = Readonly<Record<string, unknown>>;

/** Whether a schema is applied to what we send or to what the app answers: what is read-only need not be sent, what is write-only is not answered. */
export type Direction = 'request' | 'answer';

export interface Dialect {
  readonly direction: Direction;
  /** Swagger 2 cannot say that a value may be null, and the apps that use it answer null freely. */
  readonly nullsAnywhere: boolean;
  /** Name under which the rewritten document is known, so that references find it from anywhere. */
  readonly documentId: string;
}

const LISTS = ['allOf', 'anyOf', 'oneOf'] as const;
const MAPS = ['properties', 'patternProperties', 'definitions'] as const;
const SINGLE = ['items', 'not', 'additionalProperties'] as const;
const KEPT = [
  'type',
  'enum',
  'format',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
] as const;

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A schema of OpenAPI 3.0 or Swagger 2 as JSON Schema draft 7. */
export function toJsonSchema(schema: unknown, dialect: Dialect): unknown {
  if (!isNode(schema)) return schema ?? {};
  const isNullable = dialect.nullsAnywhere || schema['nullable'] === true || schema['x-nullable'] === true;
  const reference = schema['$ref'];
  const made = typeof reference === 'string' ? { $ref: `${dialect.documentId}${reference}` } : rewritten(schema, dialect);
  return isNullable ? { anyOf: [made, { type: 'null' }] } : made;
}

function rewritten(schema: Node, dialect: Dialect): Node {
  const made: Record<string, unknown> = {};
  for (const key of KEPT) if (schema[key] !== undefined) made[key] = schema[key];
  if (schema['type'] === 'file') delete made['type'];
  if (schema['nullable'] === true && Array.isArray(schema['enum'])) made['enum'] = [...(schema['enum'] as unknown[]), null];
  for (const bound of ['Minimum', 'Maximum']) moveExclusive(made, bound);
  if (typeof schema['pattern'] === 'string' && isPattern(schema['pattern'])) made['pattern'] = schema['pattern'];
  for (const key of LISTS) {
    // "exactly one of" fails where alternatives overlap, as they do in most published descriptions: one that fits is enough.
    if (Array.isArray(schema[key]))
      made[key === 'oneOf' && !made['anyOf'] ? 'anyOf' : key] = schema[key].map((item) => toJsonSchema(item, dialect));
  }
  for (const key of MAPS) if (isNode(schema[key])) made[key] = mapped(schema[key], dialect);
  for (const key of SINGLE) if (isNode(schema[key]) || typeof schema[key] === 'boolean') made[key] = toJsonSchema(schema[key], dialect);
  const required = requiredNames(schema, dialect);
  if (required.length) made['required'] = required;
  return made;
}

function mapped(schemas: Node, dialect: Dialect): Node {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, toJsonSchema(schema, dialect)]));
}

function requiredNames(schema: Node, { direction }: Dialect): readonly string[] {
  if (!Array.isArray(schema['required'])) return [];
  const properties = isNode(schema['properties']) ? schema['properties'] : {};
  const unsaid = direction === 'request' ? 'readOnly' : 'writeOnly';
  return schema['required'].filter((name): name is string => {
    const property = typeof name === 'string' ? properties[name] : undefined;
    return typeof name === 'string' && !(isNode(property) && property[unsaid] === true);
  });
}

// Draft 4 says `minimum: 0, exclusiveMinimum: true`; draft 7 says `exclusiveMinimum: 0`.
function moveExclusive(schema: Record<string, unknown>, bound: string): void {
  const [plain, exclusive] = [bound.toLowerCase(), `exclusive${bound}`];
  if (typeof schema[exclusive] !== 'boolean') return;
  if (schema[exclusive] && schema[plain] !== undefined) {
    schema[exclusive] = schema[plain];
    delete schema[plain];
  } else {
    delete schema[exclusive];
  }
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
