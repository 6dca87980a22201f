import { AppFailure, at, list, record, text, whole, type AppClient, type Facts } from '../sdk/index.js';

/** What discovery found: the organization, the accounts we may read and the host of each. Stored as JSON. */
export interface DocusignFacts {
  readonly organizationId: string;
  readonly organizationName: string | null;
  readonly accounts: readonly AccountFact[];
  /** Accounts of the organization that our administrator is no member of, or that were not chosen: they are not read. */
  readonly unread: readonly { readonly id: string; readonly name: string | null }[];
  /** Users over all accounts, as the app counted them last; one in two accounts counts twice. */
  readonly userCount: number | null;
  /** Users found to be organization administrators by the daily walk: read again at every run, so that none gets lost between two turns. */
  readonly organizationAdmins: readonly string[];
  /** Users found to have shared access to themselves. */
  readonly delegators: readonly string[];
}

export interface AccountFact {
  readonly id: string;
  readonly name: string;
  /** The host of this account; another for each site, and it may change when the account is moved. */
  readonly baseUri: string;
}

/** The facts, or `undefined` when they were never found or have another form. */
export function readFacts(facts: Facts | undefined): DocusignFacts | undefined {
  const organizationId = text(at(facts, 'organizationId'));
  const accounts = list(at(facts, 'accounts'));
  if (!organizationId || !accounts) return undefined;
  return {
    organizationId,
    organizationName: text(at(facts, 'organizationName')),
    accounts: accounts.flatMap(accountFact),
    unread: (list(at(facts, 'unread')) ?? []).flatMap((item) => {
      const id = text(at(item, 'id'));
      return id ? [{ id, name: text(at(item, 'name')) }] : [];
    }),
    userCount: whole(at(facts, 'userCount')),
    organizationAdmins: texts(at(facts, 'organizationAdmins')),
    delegators: texts(at(facts, 'delegators')),
  };
}

/** The facts, or a failure that says to discover first. */
export function factsOf(app: AppClient): DocusignFacts {
  const facts = readFacts(app.facts);
  if (facts) return facts;
  const message = 'The accounts of the organization are not known yet.';
  throw new AppFailure({ kind: 'misconfigured', message, remedy: 'Test the connection: it finds them.' }, 'discover', undefined);
}

/** The account of this id, or a failure: its host is not known, so nothing can be sent to it. */
export function accountOf(app: AppClient, accountId: string): AccountFact {
  const account = factsOf(app).accounts.find(({ id }) => sameId(id, accountId));
  if (account) return account;
  const message = `The account ${accountId} is none of those that this connector reads.`;
  throw new AppFailure(
    { kind: 'missing', message, remedy: 'Test the connection to find new accounts, or choose the account in the settings.' },
    'discover',
    undefined,
  );
}

/** The name of the base that serves an account. */
export function baseOf(account: Pick<AccountFact, 'id'>): string {
  return `esign:${account.id}`;
}

/** GUIDs are the same in any letter case; the APIs of Docusign do not agree on one. */
export function sameId(a: string, b: string): boolean {
  return a === b || a.toLowerCase() === b.toLowerCase();
}

function accountFact(value: unknown): AccountFact[] {
  const account = record(value);
  const id = text(account?.['id']);
  const baseUri = text(account?.['baseUri']);
  return id && baseUri ? [{ id, baseUri, name: text(account?.['name']) ?? id }] : [];
}

function texts(value: unknown): string[] {
  return (list(value) ?? []).map(text).filter((item) => item !== null);
}
