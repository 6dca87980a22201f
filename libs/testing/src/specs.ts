import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Ajv, type AnySchema, type ErrorObject, type ValidateFunction } from 'ajv';
import ajvFormats from 'ajv-formats';

import { nodeAt, operationsOf, type Operation } from './spec-document.js';
import { isNode, toJsonSchema, type Dialect, type Direction, type Node } from './spec-schema.js';

const SPECS = '../shared/providers/specs';
const MOST_PROBLEMS = 12;

/** What a call may do beyond the description, where the description is known to be poorer than the app. */
export interface Leniency {
  /** Query parameters that the app takes though its description does not say so. */
  readonly query?: readonly string[];
}

/** Judges calls and answers by the app's official description. An empty list means: as described. */
export interface AppSpec {
  /** Whether the description knows this operation. */
  readonly has: (method: string, path: string) => boolean;
  readonly validateRequest: (method: string, path: string, query?: Query, body?: unknown, leniency?: Leniency) => readonly string[];
  readonly validateAnswer: (method: string, path: string, status: number, body?: unknown) => readonly string[];
}

export type Query = URLSearchParams | Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** The spec, or why there is none: the descriptions lie beside the repository and a fresh clone has none. */
export type FoundSpec = { readonly spec: AppSpec; readonly reason?: undefined } | { readonly spec?: undefined; readonly reason: string };

/**
 * The descriptions of an app's API: OpenAPI 3 or Swagger 2 files of `../shared/providers/specs`. Of several files the first that knows an operation judges.
 * When one is missing: `const { spec, reason } = appSpec('okta.json'); (spec ? describe : describe.skip)(reason ?? 'as described', …)`.
 */
export function appSpec(...fileNames: readonly string[]): FoundSpec {
  const folder = join(projectRoot(), SPECS);
  const missing = fileNames.filter((name) => !existsSync(join(folder, name)));
  if (missing.length) return { reason: `skipped: ${missing.join(', ')} not found in ${SPECS}` };
  return { spec: combined(fileNames.map((name) => specOf(JSON.parse(readFileSync(join(folder, name), 'utf8')), name))) };
}

/** The judge of one description that is already read. */
export function specOf(document: unknown, name: string): AppSpec {
  if (!isNode(document) || !(document['openapi'] || document['swagger'])) throw new Error(`${name} is neither OpenAPI 3 nor Swagger 2.`);
  return new DescribedApi(document, name);
}

function combined(specs: readonly AppSpec[]): AppSpec {
  const judge = (method: string, path: string): AppSpec => specs.find((spec) => spec.has(method, path)) ?? specs[0]!;
  return {
    has: (method, path) => specs.some((spec) => spec.has(method, path)),
    validateRequest: (method, path, ...rest) => judge(method, path).validateRequest(method, path, ...rest),
    validateAnswer: (method, path, ...rest) => judge(method, path).validateAnswer(method, path, ...rest),
  };
}

function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    if (dirname(folder) === folder) throw new Error('No package.json above libs/testing.');
    folder = dirname(folder);
  }
  return folder;
}

class DescribedApi implements AppSpec {
  private readonly operations: readonly Operation[];
  private readonly judges: Readonly<Record<Direction, Judge>>;
  /** What comes as text, in a query or a form: "20" is a number there. */
  private readonly textJudge: Judge;

  constructor(
    document: Node,
    private readonly name: string,
  ) {
    this.operations = operationsOf(document);
    this.judges = { request: new Judge(document, 'request', false), answer: new Judge(document, 'answer', false) };
    this.textJudge = new Judge(document, 'request', true);
  }

  has(method: string, path: string): boolean {
    return this.find(method, path) !== undefined;
  }

  validateRequest(method: string, path: string, query: Query = {}, body?: unknown, leniency: Leniency = {}): readonly string[] {
    const operation = this.find(method, path);
    if (!operation) return [this.unknown(method, path)];
    const isForm = body !== undefined && operation.body?.form !== undefined && operation.body.json === undefined;
    return [
      ...this.queryProblems(operation, queryValues(query), leniency.query ?? []),
      ...(isForm ? this.textJudge.problems(operation.body!.form, body, 'form') : this.bodyProblems(operation, body)),
    ];
  }

  validateAnswer(method: string, path: string, status: number, body?: unknown): readonly string[] {
    const operation = this.find(method, path);
    if (!operation) return [this.unknown(method, path)];
    const { answers } = operation;
    const described = [String(status), `${Math.floor(status / 100)}XX`, 'default'].find((key) => answers.has(key));
    // Descriptions rarely list every error; a success that is not listed is a mistake of ours.
    if (described === undefined)
      return status < 400 ? [`answer: status ${status} is not described for ${method} ${operation.template}`] : [];
    const schema = answers.get(described);
    if (schema === null || schema === undefined) return [];
    if (body === undefined) return [`answer: ${method} ${operation.template} has no body`];
    return this.judges.answer.problems(schema, body, 'answer');
  }

  private find(method: string, path: string): Operation | undefined {
    return this.operations.find((operation) => operation.method === method.toUpperCase() && operation.pattern.test(path));
  }

  private unknown(method: string, path: string): string {
    return `no such operation in ${this.name}: ${method} ${path}`;
  }

  private queryProblems(
    { parameters, method, template }: Operation,
    query: ReadonlyMap<string, readonly string[]>,
    allowed: readonly string[],
  ): string[] {
    const inQuery = parameters.filter((parameter) => parameter.in === 'query');
    const missing = inQuery.filter(({ name, required }) => required && !query.has(name)).map(({ name }) => `query: ${name} is required`);
    const rest = [...query].flatMap(([name, values]) => {
      const parameter = inQuery.find((one) => one.name === name);
      if (parameter) return this.textJudge.problems(parameter.schema, valueFor(parameter.schema, values), `query ${name}`);
      return allowed.includes(name) ? [] : [`query: ${name} is not a parameter of ${method} ${template}`];
    });
    return [...missing, ...rest];
  }

  private bodyProblems({ body: described, method, template }: Operation, body: unknown): readonly string[] {
    if (body === undefined) return described?.required ? [`body: ${method} ${template} needs one`] : [];
    if (!described) return [`body: ${method} ${template} takes none`];
    return described.json === undefined ? [] : this.judges.request.problems(described.json, body, 'body');
  }
}

/** Validates values by schemas of one document, in one direction. */
class Judge {
  private readonly ajv: Ajv;
  private readonly dialect: Dialect;
  private readonly compiled = new Map<unknown, ValidateFunction>();

  constructor(document: Node, direction: Direction, coerce: boolean) {
    this.dialect = { direction, nullsAnywhere: document['swagger'] !== undefined, documentId: 'spec' };
    this.ajv = new Ajv({
      strict: false,
      allErrors: true,
      verbose: true,
      unicodeRegExp: false,
      validateSchema: false,
      logger: false,
      coerceTypes: coerce ? 'array' : false,
    });
    ajvFormats.default(this.ajv);
    // Many apps leave the zone out; RFC 3339 would not.
    this.ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/i);
    const schemas = (...path: readonly string[]): Node =>
      Object.fromEntries(Object.entries(nodeAt(document, ...path)).map(([name, schema]) => [name, toJsonSchema(schema, this.dialect)]));
    this.ajv.addSchema({ components: { schemas: schemas('components', 'schemas') }, definitions: schemas('definitions') }, 'spec');
  }

  problems(schema: unknown, value: unknown, where: string): string[] {
    let validate = this.compiled.get(schema);
    if (!validate) {
      validate = this.ajv.compile(toJsonSchema(schema, this.dialect) as AnySchema);
      this.compiled.set(schema, validate);
    }
    // A copy: coercion writes into what it judges.
    const holder = structuredClone(value);
    if (validate(holder)) return [];
    const found = this.explained(validate.errors ?? []).map(({ path, text }) => `${where}${path}: ${text}`);
    return [...new Set(found)].slice(0, MOST_PROBLEMS);
  }

  // Of alternatives that all fail, only the one that fails least is worth reading.
  private explained(errors: readonly ErrorObject[]): { readonly path: string; readonly text: string }[] {
    const choices = errors.filter(
      ({ keyword, instancePath }, _, all) =>
        keyword === 'anyOf' && !all.some((other) => other.keyword === 'anyOf' && isInside(instancePath, other.instancePath)),
    );
    const isExplained = ({ instancePath }: ErrorObject): boolean =>
      choices.some((choice) => instancePath === choice.instancePath || isInside(instancePath, choice.instancePath));
    const plain = errors.filter((error) => !isExplained(error)).map((error) => ({ path: error.instancePath, text: textOf(error) }));
    return [...plain, ...choices.flatMap((choice) => this.nearest(choice))];
  }

  private nearest(choice: ErrorObject): { readonly path: string; readonly text: string }[] {
    const failures = (choice.schema as AnySchema[]).map((alternative) => {
      const validate = this.ajv.compile(alternative);
      return validate(choice.data) ? [] : this.explained(validate.errors ?? []);
    });
    // "must be null" is always the shortest way to fail, and never the interesting one.
    const meant = failures.filter((list) => list.length > 0 && list.every(({ text }) => text !== 'must be null'));
    const least = (meant.length ? meant : failures).reduce((best, list) => (list.length < best.length ? list : best));
    return least.map(({ path, text }) => ({ path: `${choice.instancePath}${path}`, text }));
  }
}

function isInside(path: string, outer: string): boolean {
  return path.startsWith(`${outer}/`);
}

function textOf({ message, params, keyword, data }: ErrorObject): string {
  if (keyword === 'enum')
    return `must be one of ${(params['allowedValues'] as unknown[])
      .slice(0, 12)
      .map((value) => JSON.stringify(value))
      .join(', ')}, not ${JSON.stringify(data)}`;
  return message ?? keyword;
}

function queryValues(query: Query): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  const add = (name: string, value: string): void => void values.set(name, [...(values.get(name) ?? []), value]);
  if (query instanceof URLSearchParams) query.forEach((value, name) => add(name, value));
  else for (const [name, value] of Object.entries(query)) [value ?? []].flat().forEach((one) => add(name, String(one)));
  return values;
}

function valueFor(schema: unknown, values: readonly string[]): unknown {
  if (isNode(schema) && schema['type'] === 'array') return values.flatMap((value) => value.split(','));
  return values.length === 1 ? values[0] : values;
}
