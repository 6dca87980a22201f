import type { AppAnswer, AppClient, AppRequest } from '../sdk/index.js';
import { AppFailure, at, flag, list, malformed, record, requiredFlag, requiredList, requiredText, text, walk } from '../sdk/index.js';
import { GRAPHQL } from './operations.js';
import type { GithubMember } from './wire.js';

/** Members with role, second factor and names: what takes REST three lists and a call for each person. */
const MEMBERS = `query Members($org:String!,$after:String){ organization(login:$org){ membersWithRole(first:100, after:$after){
  pageInfo{ hasNextPage endCursor } totalCount
  edges{ role hasTwoFactorEnabled node{ databaseId login name email createdAt isSiteAdmin organizationVerifiedDomainEmails(login:$org) } } } } }`;

const SAML = `query Identities($org:String!,$after:String){ organization(login:$org){ samlIdentityProvider{ ssoUrl issuer
  externalIdentities(first:100, after:$after){ pageInfo{ hasNextPage endCursor }
  edges{ node{ guid samlIdentity{ nameId } scimIdentity{ username } user{ databaseId login } } } } } } }`;

/** The name of the query tells the session to use the enterprise's own token. */
const ENTERPRISE_SAML = `query EnterpriseIdentities($slug:String!,$after:String){ enterprise(slug:$slug){ ownerInfo{ samlIdentityProvider{
  externalIdentities(first:100, after:$after){ pageInfo{ hasNextPage endCursor }
  edges{ node{ guid samlIdentity{ nameId } scimIdentity{ username } user{ databaseId login } } } } } } } }`;

const SETTINGS = `query Settings($org:String!){ organization(login:$org){ requiresTwoFactorAuthentication ipAllowListEnabledSetting
  notificationDeliveryRestrictionEnabledSetting samlIdentityProvider{ ssoUrl } } }`;

/** A person as the identity provider knows it, tied to a user of GitHub once they have signed in by it. */
export interface Identity {
  /** Also the id of the SCIM user. */
  readonly guid: string;
  readonly nameId: string | null;
  readonly scimUserName: string | null;
  readonly userId: string | null;
  readonly login: string | null;
}

export interface MemberPage {
  readonly members: readonly GithubMember[];
  readonly total: number | undefined;
}

/** All members with their role and second factor, 100 a page. */
export async function* memberGraph(app: AppClient, org: string): AsyncGenerator<MemberPage, void, undefined> {
  for await (const answer of graphPages(app, MEMBERS, { org }, ['organization', 'membersWithRole'])) {
    const connection = at(answer.body, 'data', 'organization', 'membersWithRole');
    const total = at(connection, 'totalCount');
    yield {
      members: requiredList(at(connection, 'edges'), GRAPHQL, 'a list of members').flatMap((edge) => readMember(edge) ?? []),
      total: typeof total === 'number' ? total : undefined,
    };
  }
}

// A member who was deleted while we read has an edge without a node.
function readMember(edge: unknown): GithubMember | undefined {
  const node = record(at(edge, 'node'));
  if (!node) return undefined;
  return {
    id: requiredText(node['databaseId'], GRAPHQL, "a member's id"),
    login: requiredText(node['login'], GRAPHQL, "a member's login"),
    name: text(node['name']),
    publicEmail: text(node['email']),
    verifiedEmails: (list(node['organizationVerifiedDomainEmails']) ?? []).map((one) => text(one)).filter((one) => one !== null),
    createdAt: node['createdAt'],
    isSiteAdmin: flag(node['isSiteAdmin']),
    role: text(at(edge, 'role')),
    hasTwoFactor: flag(at(edge, 'hasTwoFactorEnabled')),
  };
}

/** SAML identities of the organization; none where it has no SAML of its own. */
export function organizationIdentities(app: AppClient, org: string): Promise<Identity[]> {
  return identities(app, SAML, { org }, ['organization', 'samlIdentityProvider', 'externalIdentities']);
}

/** SAML identities of the enterprise, which all its organizations share. */
export function enterpriseIdentities(app: AppClient, slug: string): Promise<Identity[]> {
  return identities(app, ENTERPRISE_SAML, { slug }, ['enterprise', 'ownerInfo', 'samlIdentityProvider', 'externalIdentities']);
}

async function identities(
  app: AppClient,
  query: string,
  variables: Readonly<Record<string, string>>,
  path: readonly string[],
): Promise<Identity[]> {
  const found: Identity[] = [];
  for await (const answer of graphPages(app, query, variables, path)) {
    for (const edge of list(at(answer.body, 'data', ...path, 'edges')) ?? []) {
      const node = at(edge, 'node');
      const guid = text(at(node, 'guid'));
      if (guid === null) continue;
      found.push({
        guid,
        nameId: text(at(node, 'samlIdentity', 'nameId')),
        scimUserName: text(at(node, 'scimIdentity', 'username')),
        userId: text(at(node, 'user', 'databaseId')),
        login: text(at(node, 'user', 'login')),
      });
    }
  }
  return found;
}

/** What only GraphQL tells of the organization's settings. */
export interface GraphSettings {
  readonly ipAllowList: string;
  readonly notificationRestriction: string;
  readonly hasSaml: boolean;
  readonly requiresTwoFactor: boolean;
}

/** The settings; a field that is missing makes the answer malformed. */
export async function graphSettings(app: AppClient, org: string): Promise<GraphSettings> {
  const answer = await ask(app, graphRequest(SETTINGS, { org }));
  const organization = record(at(answer.body, 'data', 'organization'));
  if (!organization || !('samlIdentityProvider' in organization)) throw malformed(GRAPHQL, 'the organization', answer.status);
  return {
    ipAllowList: requiredText(organization['ipAllowListEnabledSetting'], GRAPHQL, '"ipAllowListEnabledSetting"'),
    notificationRestriction: requiredText(
      organization['notificationDeliveryRestrictionEnabledSetting'],
      GRAPHQL,
      '"notificationDeliveryRestrictionEnabledSetting"',
    ),
    hasSaml: record(organization['samlIdentityProvider']) !== undefined,
    requiresTwoFactor: requiredFlag(organization['requiresTwoFactorAuthentication'], GRAPHQL, '"requiresTwoFactorAuthentication"'),
  };
}

async function* graphPages(
  app: AppClient,
  query: string,
  variables: Readonly<Record<string, string>>,
  path: readonly string[],
): AsyncGenerator<AppAnswer, void, undefined> {
  const patient: AppClient = {
    ...app,
    settings: app.settings,
    facts: app.facts,
    now: app.now,
    each: app.each,
    call: (request) => ask(app, request),
  };
  yield* walk(patient, graphRequest(query, variables), (answer) => {
    const data = record(at(answer.body, 'data'));
    if (!data) throw malformed(GRAPHQL, '"data"', answer.status);
    const page = at(data, ...path, 'pageInfo');
    if (flag(at(page, 'hasNextPage')) !== true) return undefined;
    return graphRequest(query, { ...variables, after: requiredText(at(page, 'endCursor'), GRAPHQL, 'a cursor') });
  });
}

const TRIES = 3;

// Queries are reads, but their method is POST: the engine repeats such calls only when throttled. GitHub's own time limits hit them now and then.
async function ask(app: AppClient, request: AppRequest): Promise<AppAnswer> {
  for (let tried = 1; ; tried++) {
    try {
      return await app.call(request);
    } catch (error) {
      if (!(error instanceof AppFailure) || error.kind !== 'down' || tried >= TRIES) throw error;
    }
  }
}

/** One GraphQL call. Queries hold no values: those are variables. */
export function graphRequest(query: string, variables: Readonly<Record<string, string>>): AppRequest {
  return { operation: GRAPHQL, method: 'POST', path: '/graphql', json: { query: query.replace(/\s+/g, ' '), variables } };
}
