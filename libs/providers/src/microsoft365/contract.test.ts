import { existsSync, readFileSync } from 'node:fs';

import { Ajv, type ValidateFunction } from 'ajv';
import ajvFormats from 'ajv-formats';

import { appSpec, FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';
import type { Exchange } from '#libs/providers/clients';

import { microsoft365 } from './index.js';
import { isActivityFeed, TOKEN_OPERATION } from './operations.js';
import { consentKey } from './mapping.js';
import { HOSTS, type Microsoft365State } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');
const SPECS = '../shared/providers/specs';
const graphFile = `${SPECS}/microsoft-graph.json`;
const feed = appSpec('office365-management-activity.json');
const hasGraph = existsSync(graphFile);

interface GraphSpec {
  readonly operations: Readonly<Record<string, Readonly<Record<string, GraphOperation>>>>;
  readonly schemas: Readonly<Record<string, object>>;
}
interface GraphOperation {
  readonly parameters?: readonly string[];
  readonly response?: { readonly collectionOf?: string; readonly type?: string };
}

/** Query options of OData that the description lists for some collections only, though all of Graph's take them. */
const ODATA = new Set(['$select', '$top', '$skiptoken', '$expand', '$filter']);

/** Judges exchanges with Graph by its description: a list of operations with the types of their answers. */
function graphJudge(): (exchange: Exchange) => string[] {
  const { operations, schemas } = JSON.parse(readFileSync(graphFile, 'utf8')) as GraphSpec;
  const ajv = new Ajv({ strict: false, allErrors: true, allowUnionTypes: true, logger: false });
  (ajvFormats as unknown as (one: Ajv) => void)(ajv);
  ajv.addSchema({ $id: 'graph', schemas: withNulls(schemas) as object });
  const known = new Map<string, ValidateFunction>();
  const validator = (type: string): ValidateFunction => {
    const made = known.get(type) ?? ajv.compile({ $ref: `graph#/schemas/${type}` });
    known.set(type, made);
    return made;
  };
  return ({ method, path, query, status, answer }) => {
    const plain = path.replace(/^\/v1\.0/, '');
    const template = Object.keys(operations).find((one) => patternOf(one).test(plain) && operations[one]![method]);
    if (template === undefined) return [`no such operation: ${method} ${plain}`];
    const { parameters = [], response } = operations[template]![method]!;
    const name = `${method} ${template}`;
    const wrong = [...query.keys()]
      .filter((one) => !parameters.includes(one) && !ODATA.has(one))
      .map((one) => `${name}: ${one} is no parameter`);
    const type = response?.collectionOf ?? response?.type;
    if (status >= 300 || status === 204 || !type?.startsWith('microsoft.graph.')) return wrong;
    const rows = response?.collectionOf ? (answer as { value: unknown[] }).value : [answer];
    const validate = validator(type);
    return [...wrong, ...rows.flatMap((row) => (validate(row) ? [] : [`${name}: ${ajv.errorsText(validate.errors)}`]))];
  };
}

function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replace(/[.$]/g, '\\$&').replace(/\{[^}]+\}/g, '[^/]+')}$`);
}

// CSDL turned into JSON Schema lost "nullable" of what refers to a type: Graph sends null for any complex or enumerated value that is not set.
function withNulls(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withNulls);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withNulls(value)]));
  const properties = copy['properties'] as Record<string, Record<string, unknown>> | undefined;
  if (properties && typeof properties === 'object')
    for (const [key, value] of Object.entries(properties))
      if (typeof value?.['$ref'] === 'string') properties[key] = { anyOf: [value, { type: 'null' }] };
  return copy;
}

async function everything(made: SandboxApp): Promise<number> {
  let count = 0;
  for (const listing of Object.values(microsoft365.listings))
    for await (const page of listing.pages(made.app)) count += page.records.length;
  for await (const page of microsoft365.evidence!.pages(made.app)) count += page.records.length;
  for (const probe of microsoft365.probes) await probe.run(made.app);
  for (const one of Object.values(microsoft365.feeds))
    for await (const page of one.pages(made.app, one.start(made.app, new Date(NOW.getTime() - 3 * 86_400_000))))
      count += page.events.length;
  return count;
}

async function allActions(made: SandboxApp): Promise<void> {
  const state = made.sandbox.state as Microsoft365State;
  const group = [...state.groups.values()].find((one) => one.wire['displayName'] === 'Finance')!;
  const admin = state.assignments.now[0]!.principalId;
  const grant = state.grants.now.find((one) => one['principalId'] !== null)!;
  const target = {
    accountExternalId: group.members.now[0]!.id,
    groupExternalId: group.id,
    grantExternalId: consentKey(String(grant['clientId']), String(grant['principalId'])),
  };
  for (const act of Object.values(microsoft365.actions)) {
    const whom = act.kind === 'REVOKE_ADMIN_PRIVILEGES' ? { ...target, accountExternalId: admin } : target;
    const before = await act.observe(made.app, whom);
    await act.run(made.app, whom, before);
    if ('by' in act.revert) await act.revert.by(made.app, whom, before);
    await act.administratorsLeft?.(made.app, whom);
    await act.refresh(made.app, whom);
  }
}

(hasGraph && feed.spec ? describe : describe.skip)(
  hasGraph && feed.spec
    ? "what we send to Microsoft and what its sandbox answers, by Microsoft's own descriptions"
    : `skipped: specs not found in ${SPECS}`,
  () => {
    it('would be noticed when it did not fit', () => {
      const judge = graphJudge();
      const base = {
        operation: '',
        host: '',
        body: undefined,
        isForm: false,
        isFault: false,
        status: 200,
        method: 'GET',
        query: new URLSearchParams(),
      };
      expect(judge({ ...base, path: '/v1.0/users', answer: { value: [{ id: 'a', accountEnabled: 'yes' }] } })).not.toEqual([]);
      expect(judge({ ...base, path: '/v1.0/people', answer: {} })).not.toEqual([]);
      expect(judge({ ...base, path: '/v1.0/users', query: new URLSearchParams('skip=1'), answer: { value: [] } })).not.toEqual([]);
    });

    it('fits in all listings, feeds, probes, settings and actions', async () => {
      const made = await sandboxApp(microsoft365, { clock: new FakeClock(NOW), now: NOW, people: 40, days: 3 });
      expect(await everything(made)).toBeGreaterThan(500);
      await allActions(made);
      const judgeGraph = graphJudge();
      const problems = new Set<string>();
      // In the reference of Graph, though not in the excerpt of its description.
      const beyondSpec = [TOKEN_OPERATION, 'DELETE /users/{id}'];
      for (const exchange of made.exchanges) {
        const { operation = '', method, path, query, status, answer, body } = exchange;
        if (beyondSpec.includes(operation)) continue;
        if (!isActivityFeed(operation)) judgeGraph(exchange).forEach((problem) => problems.add(problem));
        else {
          const below = path.slice(new URL(HOSTS.manage).pathname.length);
          const leniency = { query: ['nextPage', 'epoch'] };
          feed.spec!.validateRequest(method, below, query, body, leniency).forEach((problem) => problems.add(`${operation}: ${problem}`));
          feed.spec!.validateAnswer(method, below, status, answer).forEach((problem) => problems.add(`${operation}: ${problem}`));
        }
      }
      const { unhandled, unknown } = made.sandbox.ledger();
      await made.close();
      expect({ unhandled, unknown, problems: [...problems].slice(0, 30) }).toEqual({ unhandled: [], unknown: [], problems: [] });
    });
  },
);
