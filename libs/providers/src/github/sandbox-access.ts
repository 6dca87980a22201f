import type { SandboxAnswer, SandboxRoute } from '../sdk/index.js';
import { record, text } from '../sdk/index.js';
import { DONE, NOT_FOUND, ok, page, refuse, route, type Call } from './sandbox-answers.js';
import { showInstallation } from './sandbox-auth.js';
import { lagged, note } from './sandbox-people.js';
import { showRepo, showUser } from './sandbox-rows.js';
import { listed, userByLogin, type GithubState, type SandboxRepo } from './sandbox-state.js';

type Wire = Readonly<Record<string, unknown>>;

/** Apps, tokens, keys, webhooks and repositories. */
export const accessRoutes: readonly SandboxRoute<GithubState>[] = [
  route('GET /orgs/{org}/installations', (call) =>
    page(
      call,
      listed(lagged(call, call.state.installations)),
      (one) => showInstallation(call, one),
      (installations, total_count) => ({ total_count, installations }),
    ),
  ),
  route('DELETE /enterprises/{enterprise}/apps/organizations/{org}/installations/{installation_id}', uninstall),
  route('GET /orgs/{org}/personal-access-tokens', (call) =>
    page(call, listed(lagged(call, call.state.fineTokens)), ({ ownerId, ...token }) => ({
      ...token,
      owner: showUser(call, call.state.users.get(Number(ownerId))!),
    })),
  ),
  route('POST /orgs/{org}/personal-access-tokens/{pat_id}', revokeFineToken),
  route('GET /orgs/{org}/credential-authorizations', (call) => {
    const login = call.query.get('login');
    const all = lagged(call, call.state.credentials);
    return page(call, listed(login === null ? all : all.filter((one) => one['login'] === login)), (one) => one);
  }),
  route('DELETE /orgs/{org}/credential-authorizations/{credential_id}', revokeCredential),
  route('POST /orgs/{org}/credential-authorizations/{username}/revoke', revokeAllOf),
  route('GET /orgs/{org}/hooks', (call) => page(call, listed(call.state.hooks), (one) => one)),
  route('GET /orgs/{org}/repos', (call) => page(call, listed(call.state.repos), (repo) => showRepo(call, repo))),
  route('GET /repos/{owner}/{repo}/keys', (call) => withRepo(call, (repo) => page(call, listed(repo.keys), (one) => one))),
  route('GET /repos/{owner}/{repo}/branches/{branch}', (call) =>
    withRepo(call, (repo) =>
      call.params['branch'] === 'main' ? ok({ name: 'main', protected: repo.protection !== undefined }) : refuse(404, 'Branch not found'),
    ),
  ),
  route('GET /repos/{owner}/{repo}/branches/{branch}/protection', (call) => withRepo(call, (repo) => showProtection(call, repo))),
];

function withRepo(call: Call, then: (repo: SandboxRepo) => SandboxAnswer): SandboxAnswer {
  const repo = call.state.repos.find((one) => one.name === call.params['repo']);
  return repo && call.params['owner'] === call.state.org.login ? then(repo) : NOT_FOUND;
}

function showProtection({ host, path }: Call, { protection }: SandboxRepo): SandboxAnswer {
  if (!protection) return refuse(404, 'Branch not protected');
  const url = `${host}${path}`;
  return ok({
    url,
    enforce_admins: { url: `${url}/enforce_admins`, enabled: protection.admins },
    required_pull_request_reviews: {
      url: `${url}/required_pull_request_reviews`,
      dismiss_stale_reviews: protection.reviews > 1,
      require_code_owner_reviews: false,
      required_approving_review_count: protection.reviews,
    },
    required_signatures: { url: `${url}/required_signatures`, enabled: protection.signed },
    allow_force_pushes: { enabled: protection.forcePush },
    allow_deletions: { enabled: false },
    required_conversation_resolution: { enabled: false },
  });
}

function uninstall(call: Call): SandboxAnswer {
  const { installations, enterprise } = call.state;
  const found = installations.now.find((one) => String(one['id']) === call.params['installation_id']);
  if (!found || call.params['enterprise'] !== enterprise) return NOT_FOUND;
  installations.set(
    installations.now.filter((one) => one !== found),
    call.now,
  );
  note(call, 'integration_installation.destroy', { name: found['app_slug'] });
  return DONE;
}

function revokeFineToken(call: Call): SandboxAnswer {
  const { fineTokens } = call.state;
  if (text(record(call.body)?.['action']) !== 'revoke') return refuse(422, 'Validation Failed');
  const found = fineTokens.now.find((one) => String(one['id']) === call.params['pat_id']);
  if (!found) return NOT_FOUND;
  fineTokens.set(
    fineTokens.now.filter((one) => one !== found),
    call.now,
  );
  note(call, 'personal_access_token.access_revoked', { user_programmatic_access_name: found['token_name'] });
  return DONE;
}

function revokeCredential(call: Call): SandboxAnswer {
  const { credentials } = call.state;
  const found = credentials.now.find((one) => String(one['credential_id']) === call.params['credential_id']);
  if (!found) return NOT_FOUND;
  credentials.set(
    credentials.now.filter((one) => one !== found),
    call.now,
  );
  note(call, 'org_credential_authorization.revoke', ownerOf(call, found));
  return DONE;
}

function revokeAllOf(call: Call): SandboxAnswer {
  const { credentials } = call.state;
  const login = call.params['username']!;
  if (!userByLogin(call.state, login)) return NOT_FOUND;
  const gone = credentials.now.filter((one) => one['login'] === login);
  credentials.set(
    credentials.now.filter((one) => one['login'] !== login),
    call.now,
  );
  for (const one of gone) note(call, 'org_credential_authorization.revoke', ownerOf(call, one));
  return { status: 202, json: { message: 'Credential authorizations are being revoked.' } };
}

function ownerOf(call: Call, credential: Wire): Wire {
  const user = userByLogin(call.state, String(credential['login']));
  return { user: credential['login'], ...(user && { user_id: user.id }) };
}
