import { AppFailure, at, text, type AppAnswer, type Auth, type AuthContext, type AuthSession, type Classified } from '../sdk/index.js';

import { usesSecret } from './manifest.js';
import { OPERATIONS } from './operations.js';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** Salesforce takes assertions that end at most three minutes ahead. */
const LIFETIME_S = 150;

/** JWT bearer or client credentials. Neither tells how long the token lasts: it is used until refused, since sign-ins are limited by the hour. */
export const auth: Auth = { signIn };

async function signIn(context: AuthContext): Promise<AuthSession> {
  const answer = usesSecret(context.settings) ? await withSecret(context) : await withKey(context);
  const token = text(at(answer.body, 'access_token'));
  if (answer.status !== 200 || token === null) throw new AppFailure(refusal(answer), OPERATIONS.token, answer.status);
  refuseOtherOrg(context, answer);
  const scope = text(at(answer.body, 'scope'));
  return {
    ...(scope !== null && { grantedScopes: scope.split(/\s+/) }),
    headers: () => Promise.resolve({ authorization: `Bearer ${token}` }),
  };
}

function withSecret({ settings, secrets, send }: AuthContext): Promise<AppAnswer> {
  const form = {
    grant_type: 'client_credentials',
    client_id: String(settings['clientId'] ?? ''),
    client_secret: secrets['clientSecret'] ?? '',
  };
  return send({ operation: OPERATIONS.token, method: 'POST', path: '/services/oauth2/token', form });
}

async function withKey(context: AuthContext): Promise<AppAnswer> {
  const { settings, now } = context;
  const loginHost = typeof settings['loginHost'] === 'string' ? settings['loginHost'] : 'login.salesforce.com';
  const claims = {
    iss: settings['clientId'],
    sub: settings['username'],
    aud: `https://${loginHost}`,
    exp: Math.floor(now.getTime() / 1_000) + LIFETIME_S,
  };
  const assertion = await sign(context, claims);
  return context.send({
    operation: OPERATIONS.token,
    method: 'POST',
    at: 'login',
    path: '/services/oauth2/token',
    form: { grant_type: JWT_BEARER, assertion },
  });
}

async function sign({ signJwt, secrets }: AuthContext, claims: Readonly<Record<string, unknown>>): Promise<string> {
  try {
    return await signJwt(claims, secrets['privateKey'] ?? '', { alg: 'RS256', typ: 'JWT' });
  } catch (cause) {
    const classified: Classified = {
      kind: 'misconfigured',
      message: 'The private key cannot be used for signing.',
      problem: 'CREDENTIAL_INVALID',
      remedy: 'Paste the whole PEM text of the RSA key, with its BEGIN and END lines.',
    };
    throw new AppFailure(classified, OPERATIONS.token, undefined, undefined, { cause });
  }
}

// The token is good for the org that made it. Sent to another host it would only be refused there, without a word about why.
function refuseOtherOrg({ settings }: AuthContext, answer: AppAnswer): void {
  const told = text(at(answer.body, 'instance_url'));
  const host = told === null ? undefined : /^https:\/\/([^/:]+)/.exec(told)?.[1]?.toLowerCase();
  if (host === undefined || host === String(settings['myDomain']).toLowerCase()) return;
  const classified: Classified = {
    kind: 'misconfigured',
    message: `The credential belongs to the org at ${host}, which is not the My Domain host that was entered.`,
    problem: 'CONFIGURATION_INVALID',
    remedy: `Enter ${host} as the My Domain host, or the credential of the other org.`,
  };
  throw new AppFailure(classified, OPERATIONS.token, answer.status);
}

// ---------------------------------------------------------------- refusals of the token endpoint

const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /hasn't approved/i,
    'Set the policy of the app to "Admin approved users are pre-authorized" and assign the permission set of the integration user to it.',
  ],
  [/audience/i, 'Check the login host: test.salesforce.com for sandboxes of the org, login.salesforce.com otherwise.'],
  [/invalid assertion/i, 'Upload the certificate of this private key to the app, and check the user name.'],
  [/ip restricted/i, 'Relax the IP restriction of the app, or add the address of this server to the allowed ranges.'],
  [
    /authentication failure|inactive|locked|frozen/i,
    'Check that the integration user is active, neither frozen nor locked, and that login hours and ranges let it in.',
  ],
  [/expired/i, 'Check the clock of this machine: an assertion is valid for three minutes.'],
  [
    /client credentials|request not supported/i,
    'Enable the client credentials flow in the app, set its run-as user, and enter the My Domain host.',
  ],
];

function refusal(answer: AppAnswer): Classified {
  const error = text(at(answer.body, 'error')) ?? undefined;
  const detail = text(at(answer.body, 'error_description')) ?? error;
  const said = { appCode: error, message: `Salesforce refused to sign in: ${detail ?? `status ${answer.status}`}.` };
  if (/rate exceeded/i.test(detail ?? '')) return { kind: 'throttled', ...said };
  if (answer.status === 429) return { kind: 'throttled', ...said };
  if (answer.status >= 500) return { kind: 'down', ...said };
  if (error === undefined) return { kind: 'malformed', message: 'The token endpoint answered without a token.' };
  const remedy = REMEDIES.find(([pattern]) => pattern.test(detail ?? ''))?.[1];
  if (/hasn't approved/i.test(detail ?? '')) return { kind: 'consent', ...said, remedy };
  if (error === 'invalid_app_access') {
    return { kind: 'consent', ...said, remedy: 'Let the integration user use the app: assign its permission set or profile to it.' };
  }
  if (/inactive|locked|frozen|authentication failure/i.test(detail ?? '')) return { kind: 'auth-revoked', ...said, remedy };
  return {
    kind: 'misconfigured',
    ...said,
    problem: 'CREDENTIAL_INVALID',
    remedy: remedy ?? 'Check consumer key, user name, key or secret, and login host.',
  };
}
