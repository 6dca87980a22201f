import type { AppGrantRecord } from '#libs/contracts';

import type { AppClient, AppRequest, ListingPage } from '../sdk/index.js';
import { AppFailure, linkPages } from '../sdk/index.js';
import { isToken } from './auth.js';
import { toCredentialGrant, toDeployKeyGrant, toFineTokenGrant, toHookGrant, toInstallationGrant } from './mapping.js';
import type { Operation } from './operations.js';
import { idsByLogin, orgList } from './people.js';
import {
  readCredential,
  readDeployKey,
  readFineToken,
  readHook,
  readInstallations,
  readRepository,
  rowsOf,
  type GithubRepository,
} from './wire.js';

const INSTALLED: Operation = 'GET /orgs/{org}/installations';
const FINE_TOKENS: Operation = 'GET /orgs/{org}/personal-access-tokens';
const CREDENTIALS: Operation = 'GET /orgs/{org}/credential-authorizations';
const HOOKS: Operation = 'GET /orgs/{org}/hooks';
const REPOSITORIES: Operation = 'GET /orgs/{org}/repos';
const KEYS: Operation = 'GET /repos/{owner}/{repo}/keys';
const BATCH = 50;

type Page = ListingPage<AppGrantRecord>;

/**
 * Everything that acts in the organization beside people with a browser. One part that is refused does not keep the others from being read, but the run
 * then ends as failed: what was not seen must not count as gone.
 */
export async function* grantPages(app: AppClient): AsyncGenerator<Page> {
  let refused: AppFailure | undefined;
  for (const part of [installationPages, hookPages, credentialPages, fineTokenPages, deployKeyPages]) {
    try {
      yield* part(app);
    } catch (error) {
      if (!(error instanceof AppFailure) || error.kind !== 'forbidden') throw error;
      refused ??= error;
    }
  }
  if (refused) throw refused;
}

async function* installationPages(app: AppClient): AsyncGenerator<Page> {
  for await (const page of linkPages(app, installationsRequest(app))) {
    yield { records: readInstallations(page.body, INSTALLED).map(toInstallationGrant) };
  }
}

async function* hookPages(app: AppClient): AsyncGenerator<Page> {
  for await (const page of linkPages(app, hooksRequest(app))) yield { records: rowsOf(page.body, HOOKS, readHook).map(toHookGrant) };
}

async function* credentialPages(app: AppClient): AsyncGenerator<Page> {
  let ids: ReadonlyMap<string, string> | undefined;
  try {
    for await (const page of linkPages(app, credentialsRequest(app))) {
      const credentials = rowsOf(page.body, CREDENTIALS, readCredential);
      // Only who has authorized something is looked up, and only once.
      if (credentials.length > 0) ids ??= await idsByLogin(app);
      yield { records: credentials.map((one) => toCredentialGrant(one, ids?.get(one.login.toLowerCase()) ?? null)) };
    }
  } catch (error) {
    // Without SAML single sign-on there is nothing that could be authorized for it.
    if (!(error instanceof AppFailure) || error.kind !== 'unlicensed') throw error;
  }
}

async function* fineTokenPages(app: AppClient): AsyncGenerator<Page> {
  // GitHub shows these to GitHub Apps alone: for a token they were never part of the list.
  if (isToken(app.settings)) return;
  for await (const page of linkPages(app, fineTokensRequest(app))) {
    yield { records: rowsOf(page.body, FINE_TOKENS, readFineToken).map(toFineTokenGrant) };
  }
}

async function* deployKeyPages(app: AppClient): AsyncGenerator<Page> {
  const repositories = await readRepositories(app);
  let ids: ReadonlyMap<string, string> | undefined;
  for (let i = 0; i < repositories.length; i += BATCH) {
    const found = await app.each(repositories.slice(i, i + BATCH), async (repository) => ({
      repository,
      keys: await readKeys(app, repository),
    }));
    const withKeys = found.filter(({ keys }) => keys.length > 0);
    if (withKeys.length > 0) ids ??= await idsByLogin(app);
    yield {
      records: withKeys.flatMap(({ repository, keys }) =>
        keys.map((key) => toDeployKeyGrant(repository.fullName, key, ids?.get(key.addedBy?.toLowerCase() ?? '') ?? null)),
      ),
    };
  }
}

async function readKeys(app: AppClient, { owner, name }: GithubRepository): Promise<ReturnType<typeof readDeployKey>[]> {
  const keys = [];
  for await (const page of linkPages(app, {
    operation: KEYS,
    path: repoPath(owner, name, '/keys'),
    query: { per_page: 100 },
    accept: [404],
  })) {
    // The repository was deleted or renamed since it was listed.
    if (page.status === 404) return [];
    keys.push(...rowsOf(page.body, KEYS, readDeployKey));
  }
  return keys;
}

/** Below a repository's address. */
export function repoPath(owner: string, name: string, rest: string): string {
  return `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}${rest}`;
}

/** All repositories of the organization that our credential sees. */
export async function readRepositories(app: AppClient): Promise<GithubRepository[]> {
  const repositories: GithubRepository[] = [];
  for await (const page of linkPages(app, repositoriesRequest(app))) repositories.push(...rowsOf(page.body, REPOSITORIES, readRepository));
  return repositories;
}

/** The organization's repositories. */
export function repositoriesRequest(app: AppClient): AppRequest {
  return orgList(app, REPOSITORIES, '/repos', { type: 'all' });
}

/** GitHub Apps that are installed. */
export function installationsRequest(app: AppClient): AppRequest {
  return orgList(app, INSTALLED, '/installations');
}

/** Webhooks of the organization. */
export function hooksRequest(app: AppClient): AppRequest {
  return orgList(app, HOOKS, '/hooks');
}

/** Credentials authorized for single sign-on, of all or of one person. */
export function credentialsRequest(app: AppClient, login?: string): AppRequest {
  return orgList(app, CREDENTIALS, '/credential-authorizations', login === undefined ? {} : { login });
}

/** Fine-grained tokens that were given access. */
export function fineTokensRequest(app: AppClient, tokenId?: string): AppRequest {
  return orgList(app, FINE_TOKENS, '/personal-access-tokens', tokenId === undefined ? {} : { token_id: tokenId });
}
