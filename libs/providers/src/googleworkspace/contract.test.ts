import { existsSync, readFileSync } from 'node:fs';

import type { Json } from '#libs/kernel';
import { FakeClock, sandboxApp } from '#libs/testing';

import { at, list, record, text, type WireRecord } from '../sdk/index.js';
import { googleWorkspace } from './index.js';
import { OPERATIONS } from './operations.js';
import type { WorkspaceState } from './sandbox-state.js';

const SPEC = '../shared/providers/specs/google-workspace.json';
const NOW = new Date('2026-11-20T15:30:00Z');

/** A method of one of Google's discovery documents. */
interface Method {
  readonly verb: string;
  readonly path: RegExp;
  readonly parameters: WireRecord;
  readonly request: string | null;
  readonly response: string | null;
  readonly schemas: WireRecord;
}

// Parameters of every Google API, which the discovery documents' trimmed copies leave out.
const OF_ALL = new Set(['alt', 'fields', 'key', 'prettyPrint']);

function methods(): Method[] {
  const bundle: unknown = JSON.parse(readFileSync(SPEC, 'utf8'));
  return Object.values(record(at(bundle, 'apis')) ?? {}).flatMap((api) =>
    Object.values(record(at(api, 'methods')) ?? {}).map((method): Method => {
      const path = `/${text(at(api, 'servicePath')) ?? ''}${text(at(method, 'flatPath')) ?? text(at(method, 'path')) ?? ''}`;
      return {
        verb: text(at(method, 'httpMethod')) ?? '',
        path: new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`),
        parameters: record(at(method, 'parameters')) ?? {},
        request: text(at(method, 'request', '$ref')),
        response: text(at(method, 'response', '$ref')),
        schemas: record(at(api, 'schemas')) ?? {},
      };
    }),
  );
}

/** How a value differs from a schema of a discovery document: fields that it does not know, and values of another type. */
function differences(value: unknown, schema: unknown, schemas: WireRecord, where: string): string[] {
  const reference = text(at(schema, '$ref'));
  if (reference !== null) return differences(value, schemas[reference], schemas, where);
  const type = text(at(schema, 'type'));
  if (schema === undefined || type === null || type === 'any') return [];
  if (type === 'array')
    return list(value)?.flatMap((item) => differences(item, at(schema, 'items'), schemas, `${where}[]`)) ?? [`${where} is no list`];
  if (type === 'object') return inObject(value, schema, schemas, where);
  const isRight = type === 'integer' || type === 'number' ? typeof value === 'number' : typeof value === type;
  return isRight ? [] : [`${where} is ${typeof value} instead of ${type}`];
}

function inObject(value: unknown, schema: unknown, schemas: WireRecord, where: string): string[] {
  const wire = record(value);
  const properties = record(at(schema, 'properties'));
  if (!wire) return [`${where} is no object`];
  if (!properties) return [];
  return Object.entries(wire).flatMap(([name, inner]) =>
    properties[name] === undefined
      ? [`${where}.${name} is not described`]
      : differences(inner, properties[name], schemas, `${where}.${name}`),
  );
}

const isThere = existsSync(SPEC);
(isThere ? describe : describe.skip)(
  isThere ? "what we send to Google and what its sandbox answers, by Google's own description" : `skipped: no ${SPEC}`,
  () => {
    it('fits in all listings, logs, probes, settings and actions', async () => {
      const made = await sandboxApp(googleWorkspace, { clock: new FakeClock(NOW), now: NOW, people: 40, days: 4 });
      made.app.learn(await googleWorkspace.discover!(made.app));
      await everythingRead(made.app);
      await everythingDone(made.app, made.sandbox.state as WorkspaceState);
      const known = methods();
      const problems = new Set<string>();
      const used = new Set<string>();
      for (const { operation, method, path, query, body, status, answer } of made.exchanges) {
        used.add(operation ?? `${method} ${path}`);
        if (operation === OPERATIONS.token) continue;
        const described = known.find((one) => one.verb === method && one.path.test(path));
        if (!described) {
          problems.add(`${operation}: ${method} ${path} is not described`);
          continue;
        }
        for (const name of query.keys())
          if (!OF_ALL.has(name) && described.parameters[name] === undefined) problems.add(`${operation}: no parameter ${name}`);
        if (described.request !== null && status < 400)
          differences(body, { $ref: described.request }, described.schemas, 'request').forEach((one) =>
            problems.add(`${operation}: ${one}`),
          );
        if (status === 200)
          differences(answer, { $ref: described.response }, described.schemas, 'answer').forEach((one) =>
            problems.add(`${operation}: ${one}`),
          );
      }
      const { unhandled, unknown } = made.sandbox.ledger();
      await made.close();
      expect({ problems: [...problems], unhandled, unknown }).toEqual({ problems: [], unhandled: [], unknown: [] });
      expect(Object.values(OPERATIONS).filter((operation) => !used.has(operation))).toEqual([]);
    });
  },
);

type App = Parameters<NonNullable<typeof googleWorkspace.discover>>[0];

async function everythingRead(app: App): Promise<void> {
  const { listings, feeds, evidence, probes } = googleWorkspace;
  for (const listing of [...Object.values(listings), evidence!])
    for await (const page of listing.pages(app)) expect(page.records).toBeDefined();
  for (const feed of Object.values(feeds)) {
    for await (const page of feed.pages(app, feed.start(app, new Date('2026-11-16T00:00:00Z')))) expect(page.next).not.toBe('');
  }
  for (const probe of probes) await probe.run(app);
}

async function everythingDone(app: App, state: WorkspaceState): Promise<void> {
  const [, first] = state.users.people.filter(({ isSuperAdmin }) => isSuperAdmin);
  const token = [...state.tokens].flatMap(([user, own]) => [...own.keys()].map((client) => `token/${user}/${client}`))[0]!;
  const password = [...state.appPasswords].flatMap(([user, own]) => own.map(({ codeId }) => `asp/${user}/${codeId}`))[0]!;
  const group = [...state.groups.values()].find(({ members }) => members.some(({ type, id }) => type === 'USER' && id !== undefined))!;
  const grants = { REVOKE_APP_GRANT: [token, password] };
  for (const [kind, plan] of Object.entries(googleWorkspace.actions)) {
    for (const grantExternalId of grants[kind as keyof typeof grants] ?? [null]) {
      const accountExternalId = kind === 'REMOVE_FROM_GROUP' ? group.members[0]!.id! : first!.id;
      const target = { accountExternalId, groupExternalId: group.id, grantExternalId };
      const before: Json = await plan.observe(app, target);
      await plan.run(app, target, before);
      await plan.refresh(app, target);
      if (!('impossible' in plan.revert)) await plan.revert.by(app, target, before);
    }
  }
}
