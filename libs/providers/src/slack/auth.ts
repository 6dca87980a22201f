import type { AppAnswer, Auth, AuthContext, AuthSession, Classified } from '../sdk/index.js';
import { AppFailure, at, flag, text } from '../sdk/index.js';

import { named } from './http.js';

const OPERATION = 'GET /api/auth.test';

/** A user token that does not expire. Signing in only asks Slack whether it still takes the token, and which scopes it has. */
export const auth: Auth = { signIn };

async function signIn(context: AuthContext): Promise<AuthSession> {
  const token = context.secrets['userToken'] ?? '';
  const authorization = `Bearer ${token}`;
  const answer = await context.send({ operation: OPERATION, path: '/api/auth.test', headers: { authorization } });
  if (answer.status !== 200 || flag(at(answer.body, 'ok')) !== true) throw new AppFailure(refusal(answer), OPERATION, answer.status);
  return { grantedScopes: scopesOf(answer), headers: () => Promise.resolve({ authorization }) };
}

/** Slack names a token's scopes in a header of every answer. */
function scopesOf({ headers }: AppAnswer): readonly string[] | undefined {
  const header = headers['x-oauth-scopes'];
  const value = typeof header === 'string' ? header : header?.join(',');
  return value
    ?.split(',')
    .map((scope) => scope.trim())
    .filter(Boolean);
}

function refusal(answer: AppAnswer): Classified {
  if (answer.status === 429) return { kind: 'throttled', message: 'Slack asks to slow down.' };
  if (answer.status >= 500) return { kind: 'down', message: `Slack answered with status ${answer.status}.` };
  const error = text(at(answer.body, 'error'));
  if (error === null) return { kind: 'malformed', message: "Slack's answer about the token cannot be read." };
  if (error === 'token_expired') {
    return {
      kind: 'auth-revoked',
      appCode: error,
      message: 'The token has expired: its app has token rotation.',
      remedy: 'Make an app without token rotation (OAuth & Permissions), install it, and enter its user token.',
    };
  }
  return named(error, answer);
}
