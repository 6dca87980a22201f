/** In GitHub's API, but not in the excerpt of its description. GraphQL has a description of another kind. For tests. */
export const BEYOND_SPEC: readonly string[] = [
  'POST /graphql',
  'GET /user',
  'GET /user/{account_id}',
  'GET /repos/{owner}/{repo}/branches/{branch}',
  'GET /orgs/{org}/actions/permissions/fork-pr-workflows-private-repos',
  'GET /orgs/{org}/actions/runner-groups',
  'GET /scim/v2/enterprises/{enterprise}/Users/{scim_user_id}',
  // Described with a text as value; GitHub's own guide to suspending shows the object that we send.
  'PATCH /scim/v2/enterprises/{enterprise}/Users/{scim_user_id}',
];
