import {
  AppFailure,
  at,
  flag,
  list,
  requiredList,
  requiredText,
  text,
  type AppClient,
  type Facts,
  type OwnIdentity,
} from '../sdk/index.js';

import { API_VERSION, OPERATIONS, pathOf } from './operations.js';
import { OLDEST_RIGHTS, RIGHTS, type Right } from './permissions.js';
import { longId, queryAll } from './soql.js';

/** What the reads need to know of the org. */
export interface OrgFacts {
  readonly organizationId: string | null;
  readonly organizationName: string | null;
  /** Fields of {@link RIGHTS} that the org's version and edition have: a query that names another is refused as a whole. */
  readonly rightFields: readonly string[];
  /** Fields that tell a second factor; empty when the org does not show them to us. */
  readonly factorFields: readonly string[];
}

/** Fields that stand for a real second factor; a verified phone number or a temporary code is none. */
const FACTOR_FIELDS: readonly string[] = ['HasSalesforceAuthenticator', 'HasTotp', 'HasU2F', 'HasSecurityKey', 'HasBuiltInAuthenticator'];

/** Read daily: the version is there, and which fields the org has. */
export async function discover(app: AppClient): Promise<Facts> {
  await requireVersion(app);
  const [organization] = await queryAll(app, 'SELECT Id, Name, IsSandbox FROM Organization');
  const rights = await fieldsOf(app, 'PermissionSet');
  const factors = await fieldsOf(app, 'TwoFactorMethodsInfo');
  return {
    organizationId: text(organization?.['Id']),
    organizationName: text(organization?.['Name']),
    isSandbox: flag(organization?.['IsSandbox']),
    rightFields: rights ? RIGHTS.map(({ field }) => field).filter((field) => rights.has(field)) : [...OLDEST_RIGHTS],
    factorFields: FACTOR_FIELDS.filter((field) => factors?.has(field)),
  };
}

async function requireVersion(app: AppClient): Promise<void> {
  const operation = OPERATIONS.versions;
  const { body, status } = await app.call({ operation, path: '/services/data/' });
  const versions = requiredList(body, operation, 'a list of versions').map((item) =>
    requiredText(at(item, 'version'), operation, 'a version'),
  );
  if (versions.includes(API_VERSION)) return;
  const message = `The org does not offer version ${API_VERSION} of the API.`;
  throw new AppFailure({ kind: 'misconfigured', message, remedy: 'Update this product, or check the My Domain host.' }, operation, status);
}

// Undefined when the object is not there for us; then nothing that depends on it is asked.
async function fieldsOf(app: AppClient, object: string): Promise<ReadonlySet<string> | undefined> {
  const operation = OPERATIONS.describe;
  try {
    const { body } = await app.call({ operation: `${operation} (${object})`, path: pathOf(operation, { object }) });
    return new Set(requiredList(at(body, 'fields'), operation, 'the list "fields"').map((field) => text(at(field, 'name')) ?? ''));
  } catch (failure) {
    if (isNotShown(failure)) return undefined;
    throw failure;
  }
}

/** True when Salesforce keeps an object from us, which is no reason to stop reading the others. */
export function isNotShown(failure: unknown): boolean {
  return failure instanceof AppFailure && (failure.kind === 'forbidden' || failure.kind === 'unlicensed' || failure.kind === 'missing');
}

/** The facts as {@link discover} left them; before it, what every org has. */
export function factsOf({ facts }: Pick<AppClient, 'facts'>): OrgFacts {
  const names = (value: unknown): string[] | undefined => list(value)?.flatMap((item) => text(item) ?? []);
  return {
    organizationId: text(at(facts, 'organizationId')),
    organizationName: text(at(facts, 'organizationName')),
    rightFields: names(at(facts, 'rightFields')) ?? OLDEST_RIGHTS,
    factorFields: names(at(facts, 'factorFields')) ?? [],
  };
}

/** The permissions that can be asked for in this org. */
export function rightsOf(app: Pick<AppClient, 'facts'>): readonly Right[] {
  const { rightFields } = factsOf(app);
  return RIGHTS.filter(({ field }) => rightFields.includes(field));
}

/** The condition of a query for permission sets that make an administrator; `path` leads to the permission set. */
export function adminCondition(app: Pick<AppClient, 'facts'>, path = ''): string {
  const fields = rightsOf(app).filter(({ isAdmin }) => isAdmin);
  return `(${fields.map(({ field }) => `${path}${field} = true`).join(' OR ')})`;
}

/** The user behind our token. */
export async function identify(app: AppClient): Promise<OwnIdentity> {
  const operation = OPERATIONS.userinfo;
  const { body } = await app.call({ operation, path: '/services/oauth2/userinfo' });
  const id = requiredText(at(body, 'user_id'), operation, 'the user id');
  return { accountExternalId: longId(id), name: text(at(body, 'preferred_username')) ?? text(at(body, 'name')) };
}
