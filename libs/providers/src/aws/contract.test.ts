import { existsSync, readFileSync } from 'node:fs';

import { FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import { at, parseXml, record } from '../sdk/index.js';
import { aws } from './index.js';
import { arnOf, type AwsState } from './sandbox-state.js';

const NOW = '2026-11-20T15:30:00Z';
const SPEC = new URL('../../../../../shared/providers/specs/aws.json', import.meta.url);

interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, { readonly shape: string; readonly locationName?: string; readonly location?: string }>>;
  readonly member?: { readonly shape: string; readonly locationName?: string };
  readonly required?: readonly string[];
}

interface Service {
  readonly operations: Readonly<
    Record<
      string,
      {
        readonly http?: { readonly method: string; readonly requestUri: string };
        readonly input?: { readonly shape: string };
        readonly output?: { readonly shape: string; readonly resultWrapper?: string };
      }
    >
  >;
  readonly shapes: Readonly<Record<string, Shape>>;
}

type Exchange = SandboxApp['exchanges'][number];

/** By the first part of a host's name. */
const SERVICE_OF: Readonly<Record<string, string>> = { 'access-analyzer': 'accessanalyzer' };

/** How calls and answers differ from the models that AWS's own clients are made of. */
function problemsOf(services: Readonly<Record<string, Service>>, exchange: Exchange): string[] {
  const [first = '', second] = new URL(exchange.host).host.split('.');
  const name = second === 's3-control' ? 's3control' : (SERVICE_OF[first] ?? first);
  const service = services[name]!;
  const form = exchange.isForm ? (exchange.body as Record<string, string>) : Object.fromEntries(exchange.query);
  const action = form['Action'] ?? restOperation(service, exchange);
  if (action === undefined)
    return exchange.method === 'POST'
      ? jsonProblems(service, exchange, name)
      : [`${name}: no operation for ${exchange.method} ${exchange.path}`];
  const operation = service.operations[action];
  if (!operation) return [`${name}: no such operation ${action}`];
  const fields = Object.keys(form)
    .filter((key) => key !== 'Action' && key !== 'Version')
    .map((key) => key.split('.')[0]!);
  return [
    ...inputProblems(service, operation.input?.shape, fields, form['Action'] !== undefined),
    ...(exchange.status < 300 ? outputProblems(service, operation, exchange, action) : []),
  ].map((problem) => `${name}:${action}: ${problem}`);
}

function restOperation(service: Service, exchange: Exchange): string | undefined {
  if (exchange.method === 'POST') return undefined;
  const [path, query] = [exchange.path, exchange.query.has('policy') ? 'policy' : ''];
  return Object.entries(service.operations).find(([, { http }]) => {
    if (http?.method !== exchange.method) return false;
    const [uri = '', wanted = ''] = http.requestUri.split('?');
    return new RegExp(`^${uri.replace(/\{[^}]+\}/g, '[^/]+')}$`).test(path) && wanted.split('&')[0] === query;
  })?.[0];
}

// The operation stands in a header, which exchanges do not keep: the body tells which it was.
function jsonProblems(service: Service, exchange: Exchange, name: string): string[] {
  const fields = Object.keys(record(exchange.body) ?? {});
  const action =
    name === 'config' ? 'DescribeConfigurationRecorderStatus' : fields.includes('includeShadowTrails') ? 'DescribeTrails' : 'LookupEvents';
  const operation = service.operations[action]!;
  const answer = exchange.status < 300 ? valueProblems(service, operation.output!.shape, exchange.answer, action, 'json') : [];
  return [...inputProblems(service, operation.input?.shape, fields, true), ...answer].map((problem) => `${name}:${action}: ${problem}`);
}

function inputProblems(service: Service, shape: string | undefined, fields: readonly string[], isComplete: boolean): string[] {
  const { members = {}, required = [] } = shape === undefined ? { members: {}, required: [] } : service.shapes[shape]!;
  const known = new Set(Object.entries(members).flatMap(([name, { locationName }]) => [name, locationName ?? name]));
  const unknown = fields
    .filter((field) => !known.has(field) && field !== 'policy')
    .map((field) => `sends ${field}, which it does not take`);
  const lacking = isComplete ? required.filter((field) => !fields.includes(field)).map((field) => `lacks ${field}`) : [];
  return [...unknown, ...lacking];
}

function outputProblems(service: Service, operation: Service['operations'][string], exchange: Exchange, action: string): string[] {
  const { output } = operation;
  if (!output || action === 'GetBucketPolicy') return [];
  if (typeof exchange.answer !== 'string') return valueProblems(service, output.shape, exchange.answer, action, 'json');
  const xml = parseXml(exchange.answer);
  const root = at(xml, Object.keys(xml ?? {}).find((key) => key !== '?xml') ?? '');
  if (output.resultWrapper) return valueProblems(service, output.shape, at(root, output.resultWrapper), action, 'xml');
  if (action === 'GetPublicAccessBlock') return valueProblems(service, output.shape, xml, action, 'xml', ['?xml']);
  return valueProblems(service, output.shape, root, action, 'xml', ['requestId']);
}

function valueProblems(
  service: Service,
  name: string,
  value: unknown,
  path: string,
  form: 'xml' | 'json',
  beside: readonly string[] = [],
): string[] {
  const shape = service.shapes[name]!;
  if (shape.type === 'structure') {
    if (value === '') return [];
    const fields = record(value);
    if (!fields) return [`${path} is no structure`];
    const members = new Map(Object.entries(shape.members ?? {}).map(([key, member]) => [member.locationName ?? key, member]));
    const lacking = (shape.required ?? [])
      .filter((key) => fields[shape.members?.[key]?.locationName ?? key] === undefined)
      .map((key) => `${path}.${key} is missing`);
    const inside = Object.entries(fields).flatMap(([key, inner]) => {
      const member = members.get(key);
      if (!member) return beside.includes(key) ? [] : [`${path}.${key} is unknown`];
      return valueProblems(service, member.shape, inner, `${path}.${key}`, form);
    });
    return [...lacking, ...inside];
  }
  if (shape.type === 'list') return listProblems(service, shape, value, path, form);
  if (shape.type === 'map') return [];
  return scalarProblems(shape.type, value, path, form);
}

function listProblems(service: Service, shape: Shape, value: unknown, path: string, form: 'xml' | 'json'): string[] {
  const items = form === 'json' ? value : value === '' ? [] : at(value, shape.member!.locationName ?? 'member');
  if (items === undefined || (form === 'json' && !Array.isArray(items))) return [`${path} is no list`];
  const rows: readonly unknown[] = Array.isArray(items) ? items : [items];
  return [...new Set(rows.slice(0, 50).flatMap((row) => valueProblems(service, shape.member!.shape, row, `${path}[]`, form)))];
}

function scalarProblems(type: string, value: unknown, path: string, form: 'xml' | 'json'): string[] {
  const isFitting =
    type === 'integer' || type === 'long'
      ? form === 'xml'
        ? /^-?\d+$/.test(String(value))
        : typeof value === 'number'
      : type === 'boolean'
        ? form === 'xml'
          ? value === 'true' || value === 'false'
          : typeof value === 'boolean'
        : type === 'timestamp' && form === 'xml'
          ? !Number.isNaN(Date.parse(String(value)))
          : typeof value === 'string' || typeof value === 'number';
  return isFitting ? [] : [`${path} is ${JSON.stringify(value)}, no ${type}`];
}

(existsSync(SPEC) ? describe : describe.skip)(
  "what we send to AWS and what its sandbox answers, by AWS's own models (skipped where ../shared is absent)",
  () => {
    let made: SandboxApp;
    beforeAll(async () => {
      const clock = new FakeClock(NOW);
      made = await sandboxApp(aws, { clock, now: new Date(NOW), people: 30, days: 2 });
      made.app.learn(await aws.discover!(made.app));
    });
    afterAll(() => made.close());

    it('fits in all listings, logs, settings, probes and actions', async () => {
      let records = 0;
      for (const listing of [...Object.values(aws.listings), aws.evidence!])
        for await (const page of listing.pages(made.app)) records += page.records.length;
      for (const feed of Object.values(aws.feeds)) {
        for await (const page of feed.pages(made.app, feed.start(made.app, new Date('2026-11-19T00:00:00Z'))))
          records += page.events.length;
      }
      for (const probe of aws.probes) await probe.run(made.app);
      const user = [...(made.sandbox.state as AwsState).users.values()]
        .map(({ now }) => now)
        .find(({ keys, password }) => keys.length > 0 && password)!;
      const target = { accountExternalId: arnOf(user), groupExternalId: `group/${user.groups[0]!}`, grantExternalId: user.keys[0]!.id };
      for (const plan of Object.values(aws.actions)) {
        const before = await plan.observe(made.app, target);
        await plan.run(made.app, target, before);
        if ('by' in plan.revert) await plan.revert.by(made.app, target, before);
        await plan.refresh(made.app, target);
      }
      expect(records).toBeGreaterThan(150);
      const { services } = JSON.parse(readFileSync(SPEC, 'utf8')) as { services: Readonly<Record<string, Service>> };
      expect(made.exchanges.length).toBeGreaterThan(100);
      expect([...new Set(made.exchanges.flatMap((exchange) => problemsOf(services, exchange)))]).toEqual([]);
      expect(made.sandbox.ledger()).toMatchObject({ unhandled: [], unknown: [] });
    });

    it('would be noticed if it did not', () => {
      const { services } = JSON.parse(readFileSync(SPEC, 'utf8')) as { services: Readonly<Record<string, Service>> };
      const listed = made.exchanges.find(({ operation, status }) => operation === 'GET /?Action=ListAccessKeys' && status === 200)!;
      const wrong = {
        ...listed,
        query: new URLSearchParams({ Action: 'ListAccessKeys', Who: 'x' }),
        answer: String(listed.answer).replaceAll('AccessKeyId', 'Key'),
      };
      expect(problemsOf(services, wrong)).toEqual(
        expect.arrayContaining([expect.stringMatching(/sends Who/), expect.stringMatching(/Key is unknown/)]),
      );
      expect(problemsOf(services, { ...listed, query: new URLSearchParams({ Action: 'ListEverything' }) })).toEqual([
        expect.stringMatching(/no such operation/),
      ]);
    });
  },
);
