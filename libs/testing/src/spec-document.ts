import { isNode, type Node } from './spec-schema.js';

/** One operation of a description, with what is needed to judge a call of it. */
export interface Operation {
  readonly method: string;
  readonly template: string;
  readonly pattern: RegExp;
  readonly parameters: readonly Parameter[];
  readonly body: { readonly required: boolean; readonly json: unknown; readonly form: unknown } | undefined;
  /** Schema of the JSON answer by status; `null` for an answer without one. */
  readonly answers: ReadonlyMap<string, unknown>;
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: unknown;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** The operations of an OpenAPI 3 or Swagger 2 document; those with the least braces first, so that the first that matches is meant. */
export function operationsOf(document: Node): readonly Operation[] {
  const bases = basePaths(document);
  const found: Operation[] = [];
  for (const [template, item] of Object.entries(nodeAt(document, 'paths'))) {
    if (!isNode(item)) continue;
    for (const method of METHODS) {
      const operation = item[method];
      if (isNode(operation)) found.push(operationOf(document, method.toUpperCase(), template, bases, item, operation));
    }
  }
  return found.sort((a, b) => braces(a.template) - braces(b.template) || b.template.length - a.template.length);
}

/** The object at a key, or an empty one. */
export function nodeAt(node: Node, ...path: readonly string[]): Node {
  let at: unknown = node;
  for (const key of path) at = isNode(at) ? at[key] : undefined;
  return isNode(at) ? at : {};
}

function operationOf(document: Node, method: string, template: string, bases: readonly string[], item: Node, operation: Node): Operation {
  const parameters = [...parametersOf(document, item), ...parametersOf(document, operation)];
  return {
    method,
    template,
    pattern: patternOf(template, bases),
    // The operation's own parameter replaces the path's of the same name.
    parameters: [...new Map(parameters.map((one) => [`${one.in} ${one.name}`, one])).values()],
    body: bodyOf(document, operation, parameters),
    answers: new Map(
      Object.entries(nodeAt(operation, 'responses')).map(([status, answer]) => [status, answerSchema(resolved(document, answer))]),
    ),
  };
}

function patternOf(template: string, bases: readonly string[]): RegExp {
  const literal = (text: string): string => text.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  const path = template
    .split(/(\{[^}]+\})/)
    .map((part) => (part.startsWith('{') ? '[^/]+' : literal(part)))
    .join('');
  return new RegExp(`^(?:${bases.map(literal).join('|')})?${path}/?$`, 'i');
}

function basePaths(document: Node): readonly string[] {
  const servers = Array.isArray(document['servers']) ? document['servers'] : [];
  const urls = servers.flatMap((server) => (isNode(server) && typeof server['url'] === 'string' ? [server['url']] : []));
  const paths = [
    ...urls.map((url) => url.replace(/^[a-z]+:\/\/[^/]*/, '')),
    typeof document['basePath'] === 'string' ? document['basePath'] : '',
  ];
  return paths.map((path) => path.replace(/\/$/, '')).filter((path) => path !== '');
}

function braces(template: string): number {
  return template.split('{').length;
}

function parametersOf(document: Node, holder: Node): Parameter[] {
  const listed = Array.isArray(holder['parameters']) ? holder['parameters'] : [];
  return listed.map((item) => {
    const parameter = resolved(document, item);
    // Swagger 2 writes the type of a parameter beside its name.
    const schema = parameter['schema'] ?? (parameter['type'] === undefined ? {} : parameter);
    return { name: String(parameter['name']), in: String(parameter['in']), required: parameter['required'] === true, schema };
  });
}

function bodyOf(document: Node, operation: Node, parameters: readonly Parameter[]): Operation['body'] {
  if (isNode(operation['requestBody'])) {
    const body = resolved(document, operation['requestBody']);
    return { required: body['required'] === true, json: contentSchema(body, /json/), form: contentSchema(body, /x-www-form-urlencoded/) };
  }
  const inBody = parameters.find((parameter) => parameter.in === 'body');
  if (inBody) return { required: inBody.required, json: inBody.schema, form: undefined };
  const fields = parameters.filter((parameter) => parameter.in === 'formData');
  if (!fields.length) return undefined;
  const properties = Object.fromEntries(fields.map(({ name, schema }) => [name, schema]));
  return {
    required: true,
    json: undefined,
    form: { type: 'object', properties, required: fields.filter(({ required }) => required).map(({ name }) => name) },
  };
}

function answerSchema(answer: Node): unknown {
  return answer['schema'] ?? contentSchema(answer, /json/) ?? null;
}

function contentSchema(holder: Node, type: RegExp): unknown {
  const [, content] = Object.entries(nodeAt(holder, 'content')).find(([name]) => type.test(name)) ?? [];
  return isNode(content) ? content['schema'] : undefined;
}

function resolved(document: Node, value: unknown): Node {
  if (!isNode(value)) return {};
  const reference = value['$ref'];
  if (typeof reference !== 'string' || !reference.startsWith('#/')) return value;
  const path = reference
    .slice(2)
    .split('/')
    .map((part) => decodeURIComponent(part).replace(/~1/g, '/').replace(/~0/g, '~'));
  return resolved(document, nodeAt(document, ...path));
}
