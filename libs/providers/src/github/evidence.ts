import type { Json } from '#libs/kernel';

import type { AppClient, AppRequest, WireRecord } from '../sdk/index.js';
import {
  AppFailure,
  at,
  linkPages,
  malformed,
  record,
  requiredFlag,
  requiredList,
  requiredRecord,
  requiredText,
  requiredWhole,
  text,
} from '../sdk/index.js';
import { fineTokensRequest, hooksRequest, readRepositories, repoPath } from './grants.js';
import { enterpriseIdentities, graphSettings } from './graph.js';
import { enterpriseOf, organizationOf } from './http.js';
import type { Operation } from './operations.js';
import { ifAllowed, membersRequest, orgPath, outsideCollaborators, readUsers } from './people.js';
import { readHook, rowsOf, type GithubRepository } from './wire.js';

type Read = (app: AppClient) => Promise<Json>;
type Guard = (value: unknown, operation: string, what: string) => Json;

const BRANCH: Operation = 'GET /repos/{owner}/{repo}/branches/{branch}';
const PROTECTION: Operation = 'GET /repos/{owner}/{repo}/branches/{branch}/protection';
const ACTIONS: Operation = 'GET /orgs/{org}/actions/permissions';

/**
 * How each document is read that a control names as its `operation`. Cut down to what controls read and people need to recognize; an answer without a field
 * that a control reads is malformed, so that a changed API makes a control unknown instead of passed.
 */
export const EVIDENCE: Readonly<Record<string, Read>> = {
  'GET /orgs/{org}': organization,
  'GET /orgs/{org}/members?filter=2fa_disabled': (app) => people(app, membersRequest(app, { filter: '2fa_disabled' })),
  'GET /orgs/{org}/members?filter=2fa_insecure': (app) => people(app, membersRequest(app, { filter: '2fa_insecure' })),
  'GET /orgs/{org}/members?role=admin': (app) => people(app, membersRequest(app, { role: 'admin' })),
  'GET /orgs/{org}/outside_collaborators?filter=2fa_disabled': (app) => people(app, outsideCollaborators(app, '2fa_disabled')),
  'GET /orgs/{org}/code-security/configurations/defaults': securityDefaults,
  'GET /orgs/{org}/repos': repositorySecurity,
  'GET /orgs/{org}/actions/permissions': allowedActions,
  'GET /orgs/{org}/actions/permissions/workflow': (app) =>
    one(app, 'GET /orgs/{org}/actions/permissions/workflow', {
      default_workflow_permissions: requiredText,
      can_approve_pull_request_reviews: requiredFlag,
    }),
  'GET /orgs/{org}/actions/permissions/fork-pr-contributor-approval': (app) =>
    one(app, 'GET /orgs/{org}/actions/permissions/fork-pr-contributor-approval', { approval_policy: requiredText }),
  'GET /orgs/{org}/actions/permissions/fork-pr-workflows-private-repos': (app) =>
    one(app, 'GET /orgs/{org}/actions/permissions/fork-pr-workflows-private-repos', { send_secrets_and_variables: requiredFlag }),
  'GET /orgs/{org}/actions/runner-groups': runnerGroups,
  'GET /orgs/{org}/hooks': webhooks,
  'GET /orgs/{org}/personal-access-tokens': fineTokens,
  'GET /repos/{owner}/{repo}/branches/{branch}': branches,
  'GET /repos/{owner}/{repo}/branches/{branch}/protection': protections,
  'POST /graphql (organization settings)': settings,
};

const ORGANIZATION_FLAGS = [
  'two_factor_requirement_enabled',
  'members_can_create_public_repositories',
  'members_can_delete_repositories',
  'members_can_change_repo_visibility',
  'members_can_invite_outside_collaborators',
  'members_can_fork_private_repositories',
  'is_verified',
] as const;

async function organization(app: AppClient): Promise<Json> {
  const operation = 'GET /orgs/{org}';
  const answer = await app.call({ operation, path: orgPath(app) });
  const wire = requiredRecord(answer.body, operation, 'an organization');
  // To whoever is no owner GitHub answers with the public half, and with status 200.
  if (wire['two_factor_requirement_enabled'] === undefined) {
    throw new AppFailure(
      {
        kind: 'forbidden',
        message: 'GitHub shows only the public half of the settings to this credential.',
        missingScopes: ['organization_administration:read'],
      },
      operation,
      answer.status,
    );
  }
  return {
    default_repository_permission: requiredText(wire['default_repository_permission'], operation, '"default_repository_permission"'),
    ...Object.fromEntries(ORGANIZATION_FLAGS.map((name) => [name, requiredFlag(wire[name], operation, `"${name}"`)])),
  };
}

async function people(app: AppClient, request: AppRequest): Promise<Json> {
  return (await readUsers(app, request)).map(({ id, login }) => ({ id, login }));
}

async function one(app: AppClient, operation: Operation, fields: Readonly<Record<string, Guard>>): Promise<Json> {
  const answer = await app.call({ operation, path: orgPath(app, operation.slice('GET /orgs/{org}'.length)) });
  return pick(requiredRecord(answer.body, operation, 'an object'), operation, fields);
}

function pick(wire: WireRecord, operation: string, fields: Readonly<Record<string, Guard>>): Record<string, Json> {
  return Object.fromEntries(Object.entries(fields).map(([name, guard]) => [name, guard(wire[name], operation, `"${name}"`)]));
}

// Where Actions are switched off for all repositories, GitHub leaves out which ones are allowed; we do not make it up.
async function allowedActions(app: AppClient): Promise<Json> {
  const answer = await app.call({ operation: ACTIONS, path: orgPath(app, '/actions/permissions') });
  const wire = requiredRecord(answer.body, ACTIONS, 'an object');
  const enabled = requiredText(wire['enabled_repositories'], ACTIONS, '"enabled_repositories"');
  if (enabled === 'none') return { enabled_repositories: enabled };
  return { enabled_repositories: enabled, ...pick(wire, ACTIONS, { allowed_actions: requiredText, sha_pinning_required: requiredFlag }) };
}

async function securityDefaults(app: AppClient): Promise<Json> {
  const operation: Operation = 'GET /orgs/{org}/code-security/configurations/defaults';
  const answer = await app.call({ operation, path: orgPath(app, '/code-security/configurations/defaults') });
  return requiredList(answer.body, operation, 'a list of configurations').map((row) => ({
    default_for_new_repos: requiredText(at(row, 'default_for_new_repos'), operation, '"default_for_new_repos"'),
    configuration: pick(requiredRecord(at(row, 'configuration'), operation, 'a configuration'), operation, {
      name: requiredText,
      secret_scanning: requiredText,
      secret_scanning_push_protection: requiredText,
      dependabot_alerts: requiredText,
    }),
  }));
}

async function activeRepositories(app: AppClient): Promise<GithubRepository[]> {
  return (await readRepositories(app)).filter((repository) => repository.isArchived === false);
}

async function repositorySecurity(app: AppClient): Promise<Json> {
  const operation: Operation = 'GET /orgs/{org}/repos';
  return (await activeRepositories(app)).map((repository) => {
    // Shown to administrators of the repository only: its absence is no answer.
    if (!repository.security) {
      const message = `GitHub does not show the security settings of ${repository.fullName} to this credential.`;
      throw new AppFailure({ kind: 'forbidden', message, missingScopes: ['administration:read'] }, operation, undefined);
    }
    // A feature that this repository cannot have is left out; then it has no value, which fails.
    const state = (name: string): Record<string, Json> => {
      const status = text(at(repository.security, name, 'status'));
      return status === null ? {} : { [name]: { status } };
    };
    return {
      id: repository.id,
      full_name: repository.fullName,
      archived: false,
      security_and_analysis: { ...state('secret_scanning'), ...state('secret_scanning_push_protection') },
    };
  });
}

async function runnerGroups(app: AppClient): Promise<Json> {
  const operation: Operation = 'GET /orgs/{org}/actions/runner-groups';
  const groups: Json[] = [];
  for await (const page of linkPages(app, { operation, path: orgPath(app, '/actions/runner-groups'), query: { per_page: 100 } })) {
    for (const row of requiredList(at(page.body, 'runner_groups'), operation, 'the list "runner_groups"')) {
      groups.push(
        pick(requiredRecord(row, operation, 'a group'), operation, {
          id: requiredText,
          name: requiredText,
          allows_public_repositories: requiredFlag,
        }),
      );
    }
  }
  return { runner_groups: groups };
}

async function webhooks(app: AppClient): Promise<Json> {
  const request = hooksRequest(app);
  const hooks: Json[] = [];
  for await (const page of linkPages(app, request)) {
    for (const hook of rowsOf(page.body, request.operation, readHook)) {
      hooks.push({
        id: hook.id,
        // Without its query, which may hold a token.
        url: hook.url?.split(/[?#]/, 1)[0] ?? null,
        config: { ...(hook.insecureSsl !== null && { insecure_ssl: hook.insecureSsl }), ...(hook.hasSecret && { secret: 'present' }) },
      });
    }
  }
  return hooks;
}

async function fineTokens(app: AppClient): Promise<Json> {
  const request = fineTokensRequest(app);
  const tokens: Json[] = [];
  for await (const page of linkPages(app, request)) {
    for (const row of requiredList(page.body, request.operation, 'a list of tokens')) {
      const wire = requiredRecord(row, request.operation, 'a token');
      if (!('token_expires_at' in wire)) throw malformed(request.operation, '"token_expires_at"', page.status);
      const endsAt = text(wire['token_expires_at']);
      tokens.push({
        ...pick(wire, request.operation, { id: requiredText, token_name: requiredText }),
        owner: text(at(wire, 'owner', 'login')),
        ...(endsAt !== null && { token_expires_at: endsAt }),
      });
    }
  }
  return tokens;
}

async function branches(app: AppClient): Promise<Json> {
  const rows = await app.each(await activeRepositories(app), async ({ owner, name, fullName, defaultBranch }) => {
    if (defaultBranch === null) return undefined;
    const path = repoPath(owner, name, `/branches/${encodeURIComponent(defaultBranch)}`);
    const answer = await app.call({ operation: BRANCH, path, accept: [404] });
    // An empty repository has a default branch by name only.
    if (answer.status === 404) return undefined;
    return { repository: fullName, branch: defaultBranch, protected: requiredFlag(at(answer.body, 'protected'), BRANCH, '"protected"') };
  });
  return rows.filter((row) => row !== undefined);
}

async function protections(app: AppClient): Promise<Json> {
  const rows = await app.each(await activeRepositories(app), async ({ owner, name, fullName, defaultBranch }) => {
    if (defaultBranch === null) return undefined;
    const path = repoPath(owner, name, `/branches/${encodeURIComponent(defaultBranch)}/protection`);
    const answer = await app.call({ operation: PROTECTION, path, accept: [404] });
    const base = { repository: fullName, branch: defaultBranch };
    if (answer.status !== 404) return { ...base, ...protection(requiredRecord(answer.body, PROTECTION, 'a protection')) };
    // "Branch not protected" is an answer; any other 404 is a branch that is not there.
    return /not protected/i.test(text(at(answer.body, 'message')) ?? '') ? base : undefined;
  });
  return rows.filter((row) => row !== undefined);
}

function protection(wire: WireRecord): Record<string, Json> {
  const enabled = (name: string): Json => ({ enabled: requiredFlag(at(wire, name, 'enabled'), PROTECTION, `"${name}"`) });
  const reviews = record(wire['required_pull_request_reviews']);
  return {
    enforce_admins: enabled('enforce_admins'),
    allow_force_pushes: enabled('allow_force_pushes'),
    allow_deletions: enabled('allow_deletions'),
    required_signatures: enabled('required_signatures'),
    // Left out where no review is asked for.
    ...(reviews && {
      required_pull_request_reviews: {
        required_approving_review_count: requiredWhole(
          reviews['required_approving_review_count'],
          PROTECTION,
          '"required_approving_review_count"',
        ),
        dismiss_stale_reviews: requiredFlag(reviews['dismiss_stale_reviews'], PROTECTION, '"dismiss_stale_reviews"'),
      },
    }),
  };
}

async function settings(app: AppClient): Promise<Json> {
  const found = await graphSettings(app, organizationOf(app.settings));
  const enterprise = enterpriseOf(app.settings);
  const isByEnterprise =
    !found.hasSaml && enterprise !== undefined && ((await ifAllowed(() => enterpriseIdentities(app, enterprise))) ?? []).length > 0;
  return {
    hasSamlIdentityProvider: found.hasSaml || isByEnterprise,
    ipAllowListEnabledSetting: found.ipAllowList,
    notificationDeliveryRestrictionEnabledSetting: found.notificationRestriction,
  };
}
