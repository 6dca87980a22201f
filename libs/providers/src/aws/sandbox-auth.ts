import { createHash, createHmac, randomBytes } from 'node:crypto';

import { timeMs, type SandboxAnswer } from '../sdk/index.js';

import { fieldsOf, queryAnswer, refuse, serviceOf, xml, type Call } from './sandbox-answers.js';
import { ACCOUNT_ID, awsId, awsTime } from './sandbox-ids.js';
import type { Credential } from './sandbox-state.js';
import { scopeOfHost, signatureOf, type Hashes } from './sigv4.js';

const LATEST_MS = 5 * 60_000;

const hashes: Hashes = {
  sha256: (text) => createHash('sha256').update(text).digest(),
  hmacSha256: (key, text) => createHmac('sha256', key).update(text).digest(),
};

/** Who signs, when the signature is right; else the refusal. */
export function signer(call: Call): Credential | SandboxAnswer {
  const wrong = (code: string, message: string) => refuse(call, 403, isJson(call) ? (JSON_CODES[code] ?? code) : code, message);
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      call.headers['authorization'] ?? '',
    );
  const time = call.headers['x-amz-date'] ?? '';
  if (!parts || !/^\d{8}T\d{6}Z$/.test(time)) return wrong('MissingAuthenticationToken', 'Request is missing Authentication Token');
  const [, keyId = '', , region = '', service = '', signed = '', signature = ''] = parts;
  const known = call.switches.revoked ? undefined : call.state.credentials.get(keyId);
  if (!known) return wrong('InvalidClientTokenId', 'The security token included in the request is invalid.');
  if (known.token !== undefined && call.headers['x-amz-security-token'] !== known.token)
    return wrong('InvalidClientTokenId', 'The security token included in the request is invalid');
  const isOld = known.expiresAt !== undefined && known.expiresAt <= call.now.getTime();
  if (isOld) return wrong('ExpiredToken', 'The security token included in the request is expired');
  const sentAt = timeMs(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')) ?? 0;
  if (Math.abs(sentAt - call.now.getTime()) > LATEST_MS)
    return wrong('SignatureDoesNotMatch', `Signature expired: ${time} is now earlier than allowed.`);
  const wanted = scopeOfHost(new URL(call.host).host);
  if (wanted.region !== region || wanted.service !== service)
    return wrong('SignatureDoesNotMatch', `Credential should be scoped to a valid region. `);
  if (!isWhole(call, signed.split(';'), signature, known.secret, time)) {
    return wrong('SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided.');
  }
  return known;
}

const JSON_CODES: Readonly<Record<string, string>> = {
  InvalidClientTokenId: 'UnrecognizedClientException',
  ExpiredToken: 'ExpiredTokenException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
  MissingAuthenticationToken: 'MissingAuthenticationTokenException',
};

// Every header of AWS's own has to be signed, and the body by its hash.
function isWhole(call: Call, signedHeaders: readonly string[], signature: string, secret: string, time: string): boolean {
  const host = new URL(call.host).host;
  const own = Object.keys(call.headers).filter((name) => name.startsWith('x-amz-'));
  if (!['host', ...own].every((name) => signedHeaders.includes(name))) return false;
  const headers = { ...(call.headers as Record<string, string>), host };
  const common = { method: call.method, path: call.path, query: [...call.query], headers, signedHeaders, time, scope: scopeOfHost(host) };
  return bodiesOf(call).some((body) => {
    const payloadHash = createHash('sha256').update(body).digest('hex');
    const stated = call.headers['x-amz-content-sha256'];
    return (stated === undefined || stated === payloadHash) && signatureOf(hashes, secret, { ...common, payloadHash }) === signature;
  });
}

// The body reaches us parsed; these are the ways in which clients write it.
function bodiesOf({ body }: Call): readonly string[] {
  if (body === undefined) return [''];
  if (typeof body === 'string') return [body];
  const form = new URLSearchParams(body as Record<string, string>).toString();
  return [JSON.stringify(body), form, form.replaceAll('+', '%20').replaceAll('*', '%2A').replaceAll('%7E', '~')];
}

function isJson(call: Call): boolean {
  return !['iam', 'sts', 'ec2', 's3', 's3-control'].includes(serviceOf(call));
}

/** Lets in who signs rightly and has the permission. */
export function authorize(call: Call): SandboxAnswer | undefined {
  const who = signer(call);
  if ('status' in who) return who;
  const permission = permissionOf(call);
  if (!call.switches.missingScopes.includes(permission)) return undefined;
  const message = `User: ${who.arn} is not authorized to perform: ${permission} on resource: * because no identity-based policy allows the ${permission} action`;
  if (serviceOf(call) === 'ec2')
    return refuse(call, 403, 'UnauthorizedOperation', `You are not authorized to perform this operation. ${message}`);
  return refuse(call, isJson(call) ? 400 : 403, isJson(call) ? 'AccessDeniedException' : 'AccessDenied', message);
}

/** The permission that a call needs, as policies name it. */
export function permissionOf(call: Call): string {
  const service = serviceOf(call);
  const action = fieldsOf(call)['Action'];
  if (action !== undefined) return `${service}:${action}`;
  const target = call.headers['x-amz-target'];
  if (target !== undefined) return `${service}:${target.split('.').at(-1)}`;
  if (service === 's3-control') return 's3:GetAccountPublicAccessBlock';
  if (service === 's3') return call.query.has('policy') ? 's3:GetBucketPolicy' : 's3:ListAllMyBuckets';
  if (service === 'guardduty') return call.params['id'] === undefined ? 'guardduty:ListDetectors' : 'guardduty:GetDetector';
  return service === 'securityhub' ? 'securityhub:DescribeHub' : 'access-analyzer:ListAnalyzers';
}

/** STS: whoever signs rightly is told who they are, or becomes the role. */
export function securityTokens(call: Call): SandboxAnswer {
  const who = signer(call);
  if ('status' in who) return who;
  const fields = fieldsOf(call);
  const action = fields['Action'] ?? '';
  if (action === 'GetCallerIdentity')
    return queryAnswer(call, action, xml({ Arn: who.arn, UserId: awsId('AIDA', who.arn), Account: ACCOUNT_ID }));
  const { own, credentials } = call.state;
  if (action !== 'AssumeRole') return refuse(call, 400, 'InvalidAction', `Could not find operation ${action}`);
  const seconds = Number(fields['DurationSeconds'] ?? 3_600);
  if (!(seconds >= 900 && seconds <= 43_200)) return refuse(call, 400, 'ValidationError', 'DurationSeconds is out of range.');
  if (fields['RoleArn'] !== own.roleArn || fields['ExternalId'] !== own.externalId) {
    return refuse(
      call,
      403,
      'AccessDenied',
      `User: ${who.arn} is not authorized to perform: sts:AssumeRole on resource: ${fields['RoleArn'] ?? ''}`,
    );
  }
  const expiresAt = call.now.getTime() + seconds * 1_000;
  const arn = `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${own.roleArn.split('/').at(-1)}/${fields['RoleSessionName'] ?? ''}`;
  const made = {
    id: awsId('ASIA', randomBytes(8).toString('hex')).slice(0, 20),
    secret: randomBytes(30).toString('base64'),
    token: randomBytes(96).toString('base64'),
  };
  credentials.set(made.id, { secret: made.secret, token: made.token, arn, expiresAt });
  const given = xml({ AccessKeyId: made.id, SecretAccessKey: made.secret, SessionToken: made.token, Expiration: awsTime(expiresAt) });
  const user = xml({ AssumedRoleId: `${awsId('AROA', own.roleArn)}:castellan`, Arn: arn });
  return queryAnswer(call, action, `<Credentials>${given}</Credentials><AssumedRoleUser>${user}</AssumedRoleUser>`);
}
