import type { Json } from '#libs/kernel';
import { AppFailure, at, list, requiredRecord, requiredText, text, type AppClient, type Facts, type OwnIdentity } from '../sdk/index.js';

import { readFacts, sameId, type AccountFact, type DocusignFacts } from './facts.js';
import { delegationsOf } from './grants.js';
import { accountBase } from './http.js';
import { OPERATIONS, pathOf } from './operations.js';
import { profileOf } from './pages.js';
import { countUsers, DELEGATIONS_AT_ONCE, usersOfTheDay } from './watch.js';
import { rowsOf } from './wire.js';

/** Which organization and accounts there are, where each is, and who was found to be an administrator or to share access on the daily walk. */
export async function discover(app: AppClient): Promise<Facts> {
  const [user, organization] = [await userinfo(app), await organizationOf(app)];
  const members = memberAccounts(user);
  const inOrganization = (list(organization['accounts']) ?? []).flatMap((item) => {
    const id = text(at(item, 'id'));
    return id ? [{ id, name: text(at(item, 'name')) }] : [];
  });
  const chosen = chosenAccounts(app);
  const reachable = members.filter(({ id }) => inOrganization.length === 0 || inOrganization.some((item) => sameId(item.id, id)));
  const accounts = chosen.length === 0 ? reachable : reachable.filter(({ id }) => chosen.some((item) => sameId(item, id)));
  if (accounts.length === 0) throw noAccounts(chosen);
  const organizationId = requiredText(organization['id'], OPERATIONS.organizations, 'the id of the organization');
  const found = {
    organizationId,
    organizationName: text(organization['name']),
    accounts,
    unread: inOrganization.filter(({ id }) => !accounts.some((item) => sameId(item.id, id))),
  };
  // The client reaches the accounts at the hosts that were found before: accounts that are new or have moved are watched from the next time on.
  const before = readFacts(app.facts);
  const watched = before ? await watch(app, before, found) : { userCount: null, organizationAdmins: [], delegators: [] };
  return { ...found, ...watched } satisfies DocusignFacts as unknown as Json;
}

/** The administrator that the app acts as; the one account that governance never touches. */
export async function identify(app: AppClient): Promise<OwnIdentity> {
  const user = await userinfo(app);
  return { accountExternalId: text(at(user, 'sub')), name: text(at(user, 'name')) ?? text(at(user, 'email')) };
}

async function userinfo(app: AppClient): Promise<unknown> {
  const answer = await app.call({ operation: OPERATIONS.userinfo, at: 'oauth', path: pathOf(OPERATIONS.userinfo) });
  return answer.body;
}

function memberAccounts(user: unknown): AccountFact[] {
  return rowsOf(user, 'accounts', OPERATIONS.userinfo).map((row) => {
    const id = requiredText(at(row, 'account_id'), OPERATIONS.userinfo, 'the id of an account');
    const baseUri = requiredText(at(row, 'base_uri'), OPERATIONS.userinfo, 'the address of an account');
    return { id, name: text(at(row, 'account_name')) ?? id, baseUri: accountBase(baseUri) };
  });
}

async function organizationOf(app: AppClient): Promise<Readonly<Record<string, unknown>>> {
  const operation = OPERATIONS.organizations;
  const answer = await app.call({ operation, at: 'admin', path: pathOf(operation), query: { mode: 'org_admin' } });
  const organizations = rowsOf(answer.body, 'organizations', operation).map((row) => requiredRecord(row, operation, 'an organization'));
  const wanted = text(app.settings['organizationId']);
  if (wanted !== null) {
    const found = organizations.find((item) => sameId(text(item['id']) ?? '', wanted));
    if (found) return found;
    throw misconfigured(
      `The user is no administrator of the organization ${wanted}.`,
      'Check the Organization ID, or leave it empty when there is one organization.',
    );
  }
  const [only, ...others] = organizations;
  if (!only) {
    const message = 'The user administrates no organization.';
    const remedy = 'The plan needs Docusign Admin, and the user must be Organization Administrator.';
    throw new AppFailure({ kind: 'unlicensed', message, remedy, problem: 'NOT_ADMINISTRATOR' }, operation, answer.status);
  }
  if (others.length === 0) return only;
  const names = organizations.map((item) => `${text(item['name']) ?? 'unnamed'} (${text(item['id']) ?? '?'})`).join(', ');
  throw misconfigured(`The user administrates several organizations: ${names}.`, 'Enter the Organization ID of the one to connect.');
}

function chosenAccounts(app: AppClient): readonly string[] {
  const chosen = app.settings['accountIds'];
  return chosen === undefined ? [] : typeof chosen === 'string' ? [chosen].filter((id) => id !== '') : chosen;
}

function noAccounts(chosen: readonly string[]): AppFailure {
  return chosen.length > 0
    ? misconfigured(
        'The user belongs to none of the chosen accounts.',
        'Check the account IDs, or add the user to these accounts as an administrator.',
      )
    : misconfigured('The user belongs to no account of the organization.', 'Add the user to the accounts as an administrator.');
}

function misconfigured(message: string, remedy: string): AppFailure {
  return new AppFailure({ kind: 'misconfigured', message, remedy }, 'discover', undefined);
}

type Found = Pick<DocusignFacts, 'organizationId' | 'accounts'>;
type Watched = Pick<DocusignFacts, 'userCount' | 'organizationAdmins' | 'delegators'>;

// Small organizations need no memory: everybody is read at every run. Those already known are asked again, so that nobody stays an administrator in it.
async function watch(app: AppClient, before: DocusignFacts, now: Found): Promise<Watched> {
  const known = now.accounts.filter(({ id, baseUri }) => before.accounts.some((item) => sameId(item.id, id) && item.baseUri === baseUri));
  const userCount = await countUsers(app, { ...now, accounts: known });
  if (userCount <= DELEGATIONS_AT_ONCE) return { userCount, organizationAdmins: [], delegators: [] };
  const today = await usersOfTheDay(app, now.organizationId, known);
  const organizationAdmins: string[] = [];
  const delegators: string[] = [];
  for (const userId of new Set([...before.organizationAdmins, ...before.delegators, ...today])) {
    const profile = await profileOf(app, now.organizationId, userId);
    if (profile?.isOrganizationAdmin === true) organizationAdmins.push(userId);
    for (const account of known.filter(({ id }) =>
      profile?.memberships.some(({ accountId, status }) => sameId(accountId, id) && status === 'active'),
    )) {
      if ((await delegationsOf(app, account, userId)).length === 0) continue;
      delegators.push(userId);
      break;
    }
  }
  return { userCount, organizationAdmins, delegators };
}
