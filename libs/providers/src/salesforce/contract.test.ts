import { existsSync, readFileSync } from 'node:fs';

import { FakeClock, sandboxApp } from '#libs/testing';

import { list, record, text, type WireRecord } from '../sdk/index.js';
import { salesforce } from './index.js';
import { OPERATIONS } from './operations.js';
import { userIdOfEmployee } from './sandbox-events.js';
import type { SalesforceSandbox } from './sandbox-state.js';

// Salesforce publishes no description of this API: the file beside the repository lists operations and the fields of objects, of an older version.
const SPEC = new URL('../../../../../shared/providers/specs/salesforce.json', import.meta.url);
const ifThere = existsSync(SPEC) ? describe : describe.skip;

/** Fields and objects that are newer than the description. */
const NEWER: Readonly<Record<string, readonly string[]>> = {
  LoginHistory: ['LoginSubType'],
  SetupAuditTrail: ['CreatedByContext'],
  EventLogFile: ['Interval', 'Sequence'],
  PermissionSetAssignment: ['PermissionSetGroupId', 'ExpirationDate'],
};
const NEWER_OBJECTS = ['TwoFactorMethodsInfo'];
/** Relations that the description leaves out. */
const RELATIONS: Readonly<Record<string, readonly string[]>> = { User: ['Profile', 'UserRole'], PermissionSet: ['Profile'] };

interface Spec {
  readonly operations: readonly { readonly method: string; readonly url: string }[];
  readonly sobjects: Readonly<
    Record<string, { readonly fields: Readonly<Record<string, string>>; readonly parentRelationships: Readonly<Record<string, unknown>> }>
  >;
  readonly toolingObjects: Readonly<Record<string, { readonly fields: Readonly<Record<string, string>> }>>;
}

ifThere("held against Salesforce's description (skipped where ../shared is absent)", () => {
  const spec = existsSync(SPEC) ? (JSON.parse(readFileSync(SPEC, 'utf8')) as Spec) : { operations: [], sobjects: {}, toolingObjects: {} };

  it('every call that we make is one of its operations', () => {
    const known = spec.operations.flatMap(({ method, url }) => method.split('|').map((one) => `${one} ${template(url)}`));
    for (const operation of Object.values(OPERATIONS).filter((one) => one !== OPERATIONS.moreRows)) {
      const [method = '', path = ''] = operation.split(' ');
      expect(known).toContain(`${method} ${template(path)}`);
    }
  });

  it('every query names fields that exist, and every answer has them in the described form', async () => {
    const clock = new FakeClock();
    const box = await sandboxApp(salesforce, { clock, now: clock.now() });
    try {
      box.app.learn(await salesforce.discover!(box.app));
      for (const listing of Object.values(salesforce.listings))
        for await (const page of listing.pages(box.app)) expect(page.records).toBeDefined();
      for await (const page of salesforce.evidence!.pages(box.app)) expect(page.records[0]!.outcome.is).toBe('read');
      for (const feed of Object.values(salesforce.feeds)) {
        for await (const page of feed.pages(box.app, feed.start(box.app, new Date(clock.now().getTime() - 86_400_000))))
          expect(page.next).toBeTruthy();
      }
      const [token] = (box.sandbox.state as SalesforceSandbox).tokens.keys();
      const target = {
        accountExternalId: userIdOfEmployee(box.sandbox.company.people[3]!.number),
        groupExternalId: '00G000000000001',
        grantExternalId: token!,
      };
      for (const plan of Object.values(salesforce.actions)) {
        const before = await plan.observe(box.app, target);
        if (!plan.refuse?.(before, target)) await plan.run(box.app, target, before);
      }
      const problems = new Set(box.exchanges.flatMap((exchange) => judged(spec, exchange)));
      expect([...problems]).toEqual([]);
      expect(box.exchanges.filter(({ query }) => query.get('q') !== null).length).toBeGreaterThan(30);
    } finally {
      await box.close();
    }
  });
});

// `{instance_url}/services/data/v{V}/query/?q={SOQL}` and ours, as one form: names of braces differ.
function template(url: string): string {
  return url
    .replace(/^(?:https:\/\/)?\{\w+\}(?=\/)/, '')
    .replace(/\?.*$/, '')
    .replace(/v\{V\}/, '{}')
    .replace(/\{\w+\}/g, '{}')
    .replace(/\/$/, '');
}

function judged(
  { sobjects, toolingObjects }: Spec,
  exchange: { readonly query: URLSearchParams; readonly answer: unknown; readonly path: string },
): string[] {
  const [, columns = '', object = ''] = /^SELECT (.+?) FROM (\w+)/.exec(exchange.query.get('q') ?? '') ?? [];
  if (object === '' || columns.startsWith('COUNT(') || NEWER_OBJECTS.includes(object)) return [];
  const described = sobjects[object] ?? toolingObjects[object];
  if (!described) return [`no object ${object}`];
  const relations = [...Object.keys(sobjects[object]?.parentRelationships ?? {}), ...(RELATIONS[object] ?? [])];
  const known = [...Object.keys(described.fields), ...(NEWER[object] ?? [])];
  const fields = columns.split(', ');
  const unknown = fields.filter((field) => !(field.includes('.') ? relations.includes(field.split('.')[0]!) : known.includes(field)));
  const rows = (list(record(exchange.answer)?.['records']) ?? []) as readonly WireRecord[];
  const wrong = rows.slice(0, 50).flatMap((row) => fields.filter((field) => !fits(row[field], described.fields[field])));
  return [...unknown, ...wrong].map((field) => `${object}.${field}`);
}

function fits(value: unknown, type: string | undefined): boolean {
  if (type === undefined) return true;
  // Processes of Salesforce itself have no profile, though the description says that all users have one.
  if (value === null || value === undefined) return true;
  if (type.startsWith('boolean')) return typeof value === 'boolean';
  if (type.startsWith('number')) return typeof value === 'number';
  if (type.startsWith('DateString')) return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T[\d:.]+\+0000$/.test(value);
  return text(value) !== null && typeof value === 'string';
}
