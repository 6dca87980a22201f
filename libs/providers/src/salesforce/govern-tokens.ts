import type { Json } from '#libs/kernel';
import { AppFailure, at, flag, text, type ActionPlan, type AppClient, type PlanTarget } from '../sdk/index.js';

import { userIdOf, type Refusal } from './govern-people.js';
import { toTokenGrant } from './mapping.js';
import { OPERATIONS } from './operations.js';
import { requireRight } from './own-rights.js';
import { checkedId, queryAll } from './soql.js';
import { readToken } from './wire.js';

const INSTALLED = /^0H4/;

export const revokeAppGrant: ActionPlan = {
  kind: 'REVOKE_APP_GRANT',
  title: 'Revoke OAuth token',
  effect: 'The token of this user for this app ends, with all access tokens made from it. The app can ask the user for a new one.',
  target: 'app-grant',
  scopes: ['api', 'Customize Application'],
  observe,
  isDone: (observed) => flag(at(observed, 'isGranted')) === false,
  run: (app, target) => revokeTokens(app, [checkedId(target.grantExternalId, 'an OAuth token')]),
  refuse,
  revert: { impossible: 'A token that was revoked cannot be given back; the user allows the app again.' },
  // A token that is gone is no record any more; the next listing takes it away.
  refresh: async (app, target) =>
    (
      await queryAll(
        app,
        `SELECT Id, AppName, AppMenuItemId, UserId, CreatedDate, LastUsedDate, UseCount FROM OauthToken WHERE Id = '${checkedId(target.grantExternalId, 'an OAuth token')}'`,
      )
    )
      .map(readToken)
      .map(toTokenGrant),
};

async function observe(app: AppClient, target: PlanTarget): Promise<Json> {
  const id = checkedId(target.grantExternalId, 'an OAuth token');
  if (INSTALLED.test(id)) return { isInstalled: true };
  await requireRight(app, 'PermissionsCustomizeApplication', 'Customize Application');
  const [row] = await queryAll(app, `SELECT Id, AppName, UserId FROM OauthToken WHERE Id = '${id}'`);
  return { isGranted: row !== undefined, appName: text(row?.['AppName']), userId: text(row?.['UserId']) };
}

function refuse(observed: Json): Refusal | undefined {
  if (flag(at(observed, 'isInstalled')) !== true) return undefined;
  return {
    code: 'SALESFORCE_APP_INSTALLED',
    message: 'An app of the whole org can be blocked only in Setup: there is no API for it.',
    remedy: 'Revoke the tokens that users gave it, and block it in Setup under Connected Apps OAuth Usage.',
  };
}

/** Tokens of a user, by their ids. What we may not see must not count as "none". */
export async function tokenIdsOf(app: AppClient, target: PlanTarget): Promise<string[]> {
  await requireRight(app, 'PermissionsCustomizeApplication', 'Customize Application');
  const rows = await queryAll(app, `SELECT Id FROM OauthToken WHERE UserId = '${userIdOf(target)}'`);
  return rows.flatMap((row) => text(row['Id']) ?? []);
}

/** Revokes tokens. The key that does it is read just before, and kept nowhere. */
export async function revokeTokens(app: AppClient, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const [row] = await queryAll(app, `SELECT Id, DeleteToken FROM OauthToken WHERE Id = '${id}'`);
    if (!row) continue;
    const token = text(row['DeleteToken']);
    if (token === null) throw withoutKey();
    // 400 is the answer for a token that ended meanwhile.
    const answer = await app.call({
      operation: OPERATIONS.revoke,
      method: 'POST',
      path: '/services/oauth2/revoke',
      form: { token },
      accept: [400],
    });
    if (answer.status === 400 && text(at(answer.body, 'error')) !== 'invalid_token') throw notRevoked(answer.status);
  }
}

function withoutKey(): AppFailure {
  const message = 'Salesforce does not show the key that revokes this token.';
  return new AppFailure(
    {
      kind: 'forbidden',
      message,
      missingScopes: ['Customize Application'],
      remedy: 'Give the integration user the permission "Customize Application".',
    },
    OPERATIONS.revoke,
    undefined,
  );
}

function notRevoked(status: number): AppFailure {
  return new AppFailure({ kind: 'rejected', message: 'Salesforce did not revoke the token.' }, OPERATIONS.revoke, status);
}
