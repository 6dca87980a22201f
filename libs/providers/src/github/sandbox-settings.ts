import type { SandboxRoute } from '../sdk/index.js';
import type { Operation } from './operations.js';
import { NOT_FOUND, ok, page, route } from './sandbox-answers.js';
import { seesOwnersHalf } from './sandbox-auth.js';
import { showSettings } from './sandbox-rows.js';
import { listed, type GithubState } from './sandbox-state.js';

const SECURITY = {
  id: 17,
  target_type: 'organization',
  name: 'Company baseline',
  description: 'For all new repositories',
  advanced_security: 'enabled',
};

/** Settings that are one document each: believable, some good and some not. */
const DOCUMENTS: Partial<Readonly<Record<Operation, unknown>>> = {
  'GET /orgs/{org}/actions/permissions': { enabled_repositories: 'all', allowed_actions: 'all', sha_pinning_required: false },
  'GET /orgs/{org}/actions/permissions/workflow': { default_workflow_permissions: 'read', can_approve_pull_request_reviews: true },
  'GET /orgs/{org}/actions/permissions/fork-pr-contributor-approval': { approval_policy: 'first_time_contributors' },
  'GET /orgs/{org}/actions/permissions/fork-pr-workflows-private-repos': {
    run_workflows_from_fork_pull_requests: false,
    send_write_tokens_to_workflows: false,
    send_secrets_and_variables: false,
    require_approval_for_fork_pr_workflows: true,
  },
  'GET /orgs/{org}/code-security/configurations/defaults': [
    {
      default_for_new_repos: 'all',
      configuration: { ...SECURITY, secret_scanning: 'enabled', secret_scanning_push_protection: 'disabled', dependabot_alerts: 'enabled' },
    },
  ],
};

const RUNNER_GROUPS = [
  { id: 1, name: 'Default', visibility: 'all', default: true, allows_public_repositories: false },
  { id: 2, name: 'Build farm', visibility: 'selected', default: false, allows_public_repositories: true },
];

/** The organization's settings. */
export const settingRoutes: readonly SandboxRoute<GithubState>[] = [
  route('GET /orgs/{org}', (call) =>
    call.params['org']?.toLowerCase() === call.state.org.login ? ok(showSettings(call, !seesOwnersHalf(call))) : NOT_FOUND,
  ),
  ...(Object.entries(DOCUMENTS) as [Operation, unknown][]).map(([operation, document]) => route(operation, () => ok(document))),
  route('GET /orgs/{org}/actions/runner-groups', (call) =>
    page(
      call,
      listed(RUNNER_GROUPS),
      (group) => group,
      (runner_groups, total_count) => ({ total_count, runner_groups }),
    ),
  ),
];
