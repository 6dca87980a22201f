import type { AppAnswer, Auth, AuthContext, AuthSession, Classified } from '../sdk/index.js';
import { AppFailure, at, parseXml, text, timeMs } from '../sdk/index.js';

import { classify, errorOf } from './http.js';
import { homeRegion } from './regions.js';
import { sign, type Credentials } from './sigv4.js';

const VERSION = '2011-06-15';
/** Roles allow one hour unless told otherwise. */
const LIFETIME_S = 3_600;

/** Signature Version 4, with the keys of an IAM user or with those of a role that they assume. Nothing is sent but signatures. */
export const auth: Auth = { signIn };

async function signIn(context: AuthContext): Promise<AuthSession> {
  const { settings, secrets } = context;
  const own: Credentials = { accessKeyId: String(settings['accessKeyId'] ?? ''), secretAccessKey: secrets['secretAccessKey'] ?? '' };
  return settings['authKind'] === 'access-key' ? signInAsUser(context, own) : assumeRole(context, own);
}

// The call tells early that a key is wrong, and what time it is at AWS.
async function signInAsUser(context: AuthContext, own: Credentials): Promise<AuthSession> {
  const { answer, skewMs } = await ask(context, own, { Action: 'GetCallerIdentity', Version: VERSION });
  if (answer.status !== 200) throw refusal(answer, 'sts:GetCallerIdentity');
  return session(context, own, skewMs);
}

async function assumeRole(context: AuthContext, own: Credentials): Promise<AuthSession> {
  const { roleArn, externalId } = context.settings;
  if (typeof roleArn !== 'string' || typeof externalId !== 'string') {
    const remedy = 'Enter the role ARN and the external ID, or choose "access-key".';
    throw new AppFailure(
      { kind: 'misconfigured', message: 'To assume a role we need its ARN and the external ID.', remedy },
      'sts:AssumeRole',
      undefined,
    );
  }
  const { answer, skewMs } = await ask(context, own, {
    Action: 'AssumeRole',
    Version: VERSION,
    RoleArn: roleArn,
    RoleSessionName: 'castellan',
    ExternalId: externalId,
    DurationSeconds: String(LIFETIME_S),
  });
  if (answer.status !== 200) throw refusal(answer, 'sts:AssumeRole');
  const given = at(parseXml(String(answer.body ?? '')), 'AssumeRoleResponse', 'AssumeRoleResult', 'Credentials');
  const [accessKeyId, secretAccessKey, sessionToken] = ['AccessKeyId', 'SecretAccessKey', 'SessionToken'].map((name) =>
    text(at(given, name)),
  );
  const expiresAt = timeMs(at(given, 'Expiration'));
  if (!accessKeyId || !secretAccessKey || !sessionToken || expiresAt === null) {
    throw new AppFailure({ kind: 'malformed', message: 'The answer to AssumeRole holds no credentials.' }, 'sts:AssumeRole', answer.status);
  }
  return { ...session(context, { accessKeyId, secretAccessKey, sessionToken }, skewMs), expiresAt: new Date(expiresAt - skewMs) };
}

function session(context: AuthContext, credentials: Credentials, skewMs: number): AuthSession {
  return {
    headers: (call) => {
      const now = (call.now ?? context.now).getTime() + skewMs;
      return Promise.resolve(sign(context, credentials, call, new Date(now)));
    },
  };
}

interface Asked {
  readonly answer: AppAnswer;
  /** How far their clock is ahead of ours. */
  readonly skewMs: number;
}

// A signature made by a wrong clock is refused, with the right time in the answer: then it is made once more by their clock.
async function ask(context: AuthContext, own: Credentials, form: Readonly<Record<string, string>>): Promise<Asked> {
  const answer = await send(context, own, form, 0);
  const theirNow = Date.parse(String(answer.headers['date'] ?? ''));
  const skewMs = Number.isFinite(theirNow) ? theirNow - context.now.getTime() : 0;
  if (!isClockError(answer) || skewMs === 0) return { answer, skewMs: 0 };
  return { answer: await send(context, own, form, skewMs), skewMs };
}

// AWS calls a signature that is too old a wrong one, and says so only in the text.
function isClockError(answer: AppAnswer): boolean {
  const { code, message } = errorOf(answer);
  return (
    code === 'RequestExpired' ||
    code === 'RequestTimeTooSkewed' ||
    (code === 'SignatureDoesNotMatch' && /expired|not yet current/i.test(message ?? ''))
  );
}

async function send(context: AuthContext, own: Credentials, form: Readonly<Record<string, string>>, skewMs: number): Promise<AppAnswer> {
  const region = homeRegion(context.settings);
  const host = `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  const body = new URLSearchParams(form).toString();
  const headers = sign(context, own, { method: 'POST', url: `https://${host}/`, body }, new Date(context.now.getTime() + skewMs));
  return context.send({ operation: `sts:${form['Action'] ?? ''}`, method: 'POST', at: 'sts', path: '/', form, as: 'text', headers });
}

function refusal(answer: AppAnswer, operation: string): AppFailure {
  const { code, message } = errorOf(answer);
  if (operation === 'sts:AssumeRole' && code === 'AccessDenied') {
    const said: Classified = {
      kind: 'auth-revoked',
      appCode: code,
      message: message ?? 'The role does not let us in.',
      remedy:
        'Check that the trust policy of the role names our principal and the external ID of this connector, and that the role exists.',
    };
    return new AppFailure(said, operation, answer.status);
  }
  const said = classify(answer) ?? {
    kind: answer.status >= 500 ? ('down' as const) : ('malformed' as const),
    message: `AWS answered the sign-in with ${answer.status}.`,
  };
  return new AppFailure(said, operation, answer.status);
}
