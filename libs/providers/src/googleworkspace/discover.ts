import type { AppClient, Facts } from '../sdk/index.js';
import { at, list, record, text } from '../sdk/index.js';
import { OPERATIONS } from './operations.js';
import { customerOf, ifAllowed, request } from './pages.js';
import { rowsOf } from './wire.js';

/** What other reads need to know of the account. Null: Google did not let us look. */
export interface WorkspaceFacts {
  readonly customerId: string | null;
  readonly domains: readonly string[] | null;
  /** The top organizational unit, as policies name it. */
  readonly rootOrgUnit: string | null;
}

/** Reads the account, its domains and its top unit; each is left unknown where its scope is missing. */
export async function discover(app: AppClient): Promise<Facts> {
  const customer = await ifAllowed(() => app.call(request(OPERATIONS.customer, { customerKey: customerOf(app) })));
  const domains = await ifAllowed(() => readDomains(app));
  const rootOrgUnit = await ifAllowed(() => readRoot(app));
  return { customerId: text(at(customer?.body, 'id')), domains: domains ?? null, rootOrgUnit: rootOrgUnit ?? null };
}

/** The facts as discovery left them; nothing is known before it ran. */
export function factsOf(app: Pick<AppClient, 'facts'>): WorkspaceFacts {
  const facts = record(app.facts);
  const domains = list(facts?.['domains']);
  return {
    customerId: text(facts?.['customerId']),
    domains: domains ? domains.map(text).filter((domain) => domain !== null) : null,
    rootOrgUnit: text(facts?.['rootOrgUnit']),
  };
}

async function readDomains(app: AppClient): Promise<string[]> {
  const { body } = await app.call(request(OPERATIONS.domains, { customer: customerOf(app) }));
  const rows = rowsOf(body, 'domains', 'admin#directory#domains', OPERATIONS.domains, (row) => row);
  const names = rows.flatMap((row) => [
    at(row, 'domainName'),
    ...(list(at(row, 'domainAliases')) ?? []).map((alias) => at(alias, 'domainAliasName')),
  ]);
  return names
    .map(text)
    .filter((name) => name !== null)
    .map((name) => name.toLowerCase());
}

// Policies name it as orgUnits/03ph8a2z…, the directory as id:03ph8a2z….
async function readRoot(app: AppClient): Promise<string | null> {
  const { body } = await app.call(request(OPERATIONS.orgUnits, { customerId: customerOf(app) }, { type: 'allIncludingParent' }));
  const rows = rowsOf(body, 'organizationUnits', 'admin#directory#orgUnits', OPERATIONS.orgUnits, (row) => row);
  const root = rows.find((row) => text(at(row, 'orgUnitPath')) === '/');
  const id = text(at(root, 'orgUnitId')) ?? text(at(rows[0], 'parentOrgUnitId'));
  return id === null ? null : `orgUnits/${id.replace(/^id:/, '')}`;
}
