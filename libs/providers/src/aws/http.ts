import type { AppAnswer, Classified, HttpRules } from '../sdk/index.js';
import { at, parseXml, record, text } from '../sdk/index.js';

import { homeRegion, partitionOf, readFacts, regionsOf } from './regions.js';

/** Services with a host in each region. */
const REGIONAL = ['cloudtrail', 'config', 'guardduty', 'securityhub', 'access-analyzer', 'ec2', 's3'] as const;

export type RegionalService = (typeof REGIONAL)[number];

/** The name of the host of a service in a region. */
export function hostOf(service: RegionalService, region: string): string {
  return `${service} ${region}`;
}

/** How AWS is reached, and how its answers name what went wrong. */
export const http: HttpRules = { bases, classify, retryAt };

function bases(settings: Parameters<HttpRules['bases']>[0], facts: Parameters<HttpRules['bases']>[1]): Record<string, string> {
  const home = homeRegion(settings);
  const { domain, iamHost } = partitionOf(home);
  const all: Record<string, string> = { main: `https://${iamHost}`, sts: `https://sts.${home}.${domain}` };
  // The home region tells which others there are, before any is known.
  for (const region of new Set([...regionsOf(settings, facts), home])) {
    for (const service of REGIONAL) all[hostOf(service, region)] = `https://${service}.${region}.${domain}`;
  }
  const { accountId } = readFacts(facts);
  if (accountId !== undefined) all['s3-control'] = `https://${accountId}.s3-control.${home}.${domain}`;
  return all;
}

/** An error of AWS, from the XML of some services or the JSON of the others. */
export interface AwsError {
  readonly code?: string;
  readonly message?: string;
}

/** The code and message of a refused call. */
export function errorOf(answer: Pick<AppAnswer, 'body' | 'headers'>): AwsError {
  const { body } = answer;
  const told = typeof body === 'string' ? fromText(body) : body;
  const header = answer.headers['x-amzn-errortype'];
  const stated =
    text(at(told, '__type')) ?? text(at(told, 'Code')) ?? text(at(told, 'code')) ?? (typeof header === 'string' ? header : null);
  // `com.amazonaws.cloudtrail.v20131101#ThrottlingException:http://…` is the same as its middle.
  const code = stated?.replace(/^.*#/, '').replace(/:.*$/, '');
  const message = text(at(told, 'message')) ?? text(at(told, 'Message'));
  return { ...(code && { code }), ...(message !== null && { message }) };
}

function fromText(body: string): unknown {
  const xml = parseXml(body);
  if (xml) return at(xml, 'ErrorResponse', 'Error') ?? at(xml, 'Response', 'Errors', 'Error') ?? at(xml, 'Error');
  try {
    return record(JSON.parse(body));
  } catch {
    return undefined;
  }
}

const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException']);
const DEAD = new Set([
  'InvalidClientTokenId',
  'SignatureDoesNotMatch',
  'InvalidAccessKeyId',
  'InvalidSignatureException',
  'IncompleteSignature',
]);
const CLOCK = new Set(['RequestExpired', 'RequestTimeTooSkewed']);
const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'Client.UnauthorizedOperation']);
const SLOW = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'SlowDown',
  'RequestThrottled',
  'ReportInProgress',
  'EntityTemporarilyUnmodifiable',
  'EntityTemporarilyUnmodifiableException',
]);
const CONFLICT = new Set(['DeleteConflict', 'EntityAlreadyExists', 'ConcurrentModification', 'LimitExceeded']);
const REGION_CLOSED = new Set(['UnrecognizedClientException', 'AuthFailure', 'OptInRequired', 'InvalidToken']);

/** Names a failure by its code: AWS uses 400 for throttling and 403 for a dead key, a clock that is off and a missing permission alike. */
export function classify(answer: AppAnswer): Classified | undefined {
  if (answer.status < 400) return answer.status === 301 || answer.status === 307 ? wrongRegion(answer) : undefined;
  const { code, message } = errorOf(answer);
  if (code === undefined) return undefined;
  const said = { appCode: code, ...(message !== undefined && { message }) };
  if (EXPIRED.has(code)) return { kind: 'auth-expired', ...said };
  if (REGION_CLOSED.has(code)) return closedRegion(answer, said);
  if (CLOCK.has(code)) return { kind: 'auth-expired', ...said, remedy: 'Set the clock of the machine that runs Castellan.' };
  if (DEAD.has(code)) return deadKey(said);
  if (DENIED.has(code)) return denied(answer, said);
  if (SLOW.has(code)) return { kind: 'throttled', ...said };
  if (CONFLICT.has(code)) return { kind: 'conflict', ...said };
  // Security Hub says so when it was never switched on; GuardDuty and Access Analyzer answer with empty lists.
  if (code === 'InvalidAccessException') return { kind: 'unlicensed', ...said, remedy: 'Switch the service on in this region.' };
  if (answer.status === 404 || answer.status === 410 || /^NoSuch|NotFound/.test(code)) return { kind: 'missing', ...said };
  return answer.status >= 500 ? { kind: 'down', ...said } : { kind: 'rejected', ...said };
}

interface Said {
  readonly appCode: string;
  readonly message?: string;
}

function wrongRegion(answer: AppAnswer): Classified {
  const region = answer.headers['x-amz-bucket-region'];
  return {
    kind: 'rejected',
    appCode: 'PermanentRedirect',
    message: `The bucket stands in another region${typeof region === 'string' ? `: ${region}` : ''}.`,
  };
}

function deadKey(said: Said): Classified {
  return { kind: 'auth-revoked', ...said, remedy: 'Enter an access key that exists and is active, with its secret.' };
}

// A region that is switched off does not know any key; in the global services and in STS it is the key that is wrong.
function closedRegion(answer: AppAnswer, said: Said): Classified {
  if (/^(?:iam|sts):/.test(answer.request.operation)) return deadKey(said);
  return {
    kind: 'unlicensed',
    ...said,
    message: `This region does not accept the account's credentials: it is not switched on. ${said.message ?? ''}`.trim(),
    remedy: 'Switch the region on in the account, or leave it out of the list of regions.',
  };
}

function denied(answer: AppAnswer, said: Said): Classified {
  const named = /\b(?:perform|action)[:\s]+"?([a-z0-9-]+:[A-Za-z0-9*]+)/.exec(said.message ?? '')?.[1];
  const missing = named ?? answer.request.operation.split(' ', 1)[0] ?? answer.request.operation;
  return {
    kind: 'forbidden',
    ...said,
    message: said.message ?? `AWS does not allow ${missing}.`,
    problem: 'SCOPE_MISSING',
    missingScopes: [missing],
    remedy: `Allow ${missing} in a policy of the role or user, and see that no boundary or service control policy denies it.`,
  };
}

const SOON_MS = 5_000;

// AWS names no time. A report is made, and a new password settles, within seconds; everything else backs off by the engine's own rule.
function retryAt(answer: AppAnswer, now: Date): Date | undefined {
  const { code } = errorOf(answer);
  return code === 'ReportInProgress' || code?.startsWith('EntityTemporarily') ? new Date(now.getTime() + SOON_MS) : undefined;
}
