import type { ActivityActor, ActivityRecord, ActivityTarget, Outcome, SignInFailure } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import { canonicalJson, derivedId } from '#libs/kernel';

import type { Categorized, WireRecord } from '../sdk/index.js';
import { at, categorizer, list, record, redact, text, timeMs } from '../sdk/index.js';

import { EVENTS, FAILURE_OF_WORDS, HIDDEN_NAME, TARGET_PARAMETERS } from './events.js';

const categorize = categorizer(EVENTS, { isCloud: true });

/** A record of CloudTrail, from `LookupEvents` or a file of a trail, as our record. `receivedAt` (ms) stands in for an event that says no time. */
export function toActivity(wire: unknown, receivedAt: number): ActivityRecord {
  const event = record(wire) ?? {};
  const eventType = `${text(event['eventSource']) ?? 'unknown'}:${text(event['eventName']) ?? 'unknown'}`;
  const known = categoryOf(event, eventType);
  const id = text(event['eventID']);
  const outcome = outcomeOf(event);
  const address = text(event['sourceIPAddress']);
  const session = at(event, 'userIdentity', 'sessionContext');
  return {
    kind: 'activity',
    externalId: id ?? derivedId('evt', canonicalJson(event)),
    ...(id === null && { isIdDerived: true }),
    occurredAt: timeMs(event['eventTime']) ?? receivedAt,
    eventType,
    ...known,
    ...outcome,
    failure: failureOf(event, known, outcome.outcome),
    outcomeDetail: detailOf(event),
    actor: actorOf(event),
    targets: targetsOf(event),
    ip: plainIp(address),
    place: null,
    userAgent: text(event['userAgent']),
    // One temporary session, by the key that was made for it.
    sessionId: session === undefined ? null : text(at(event, 'userIdentity', 'accessKeyId')),
    correlationId: text(event['sharedEventID']),
    viaApp: text(at(event, 'userIdentity', 'invokedBy')),
    isAdminActivity: isAdminActivity(known, event),
    ...(eventType === 'signin.amazonaws.com:SwitchRole' && { isImpersonated: true }),
    ...(known.category === 'SIGN_IN' && { isInteractive: isInteractive(event) }),
    raw: JSON.stringify(redact(withoutKeys(event))),
  };
}

// A key that is switched on again is given, one that is switched off is taken.
function categoryOf(event: WireRecord, eventType: string): Categorized {
  const known = categorize(eventType);
  const isGivenBack = eventType === 'iam.amazonaws.com:UpdateAccessKey' && text(at(event, 'requestParameters', 'status')) === 'Active';
  return isGivenBack ? { ...known, activityId: 18 } : known;
}

// The answer of a console sign-in decides, then the presence of an error. A password recovery is only asked for.
function outcomeOf(event: WireRecord): { outcome: Outcome; outcomeWord: string | null } {
  const login = text(at(event, 'responseElements', text(event['eventName']) ?? ''));
  if (login === 'Success') return { outcome: 'SUCCESS', outcomeWord: null };
  if (login === 'Failure') return { outcome: 'FAILURE', outcomeWord: null };
  if (text(event['eventName']) === 'PasswordRecoveryRequested') return { outcome: 'UNKNOWN', outcomeWord: 'Requested' };
  const hasError = text(event['errorCode']) !== null || text(event['errorMessage']) !== null;
  return { outcome: hasError ? 'FAILURE' : 'SUCCESS', outcomeWord: null };
}

function detailOf(event: WireRecord): string | null {
  const said = [text(event['errorCode']), text(event['errorMessage'])].filter((part) => part !== null);
  return said.length === 0 ? null : said.join(': ').slice(0, 500);
}

// Only a sign-in that fails is a failed sign-in: a denied call keeps its own class.
function failureOf(event: WireRecord, { category }: Categorized, outcome: Outcome): SignInFailure | null {
  if (category !== 'SIGN_IN' || outcome !== 'FAILURE') return null;
  if (text(at(event, 'userIdentity', 'userName')) === HIDDEN_NAME) return 'USER_DOES_NOT_EXIST';
  const said = detailOf(event) ?? '';
  return FAILURE_OF_WORDS.find(([pattern]) => pattern.test(said))?.[1] ?? 'UNKNOWN';
}

const EMAIL = /^[^@\s]{1,128}@[^@\s]{1,190}\.[^@\s.]{2,63}$/;

function actorOf(event: WireRecord): ActivityActor {
  const identity = record(event['userIdentity']) ?? {};
  const name = nameOf(identity);
  const email = name === null ? null : (name.split('/').at(-1) ?? name);
  return {
    externalId: actorId(identity),
    name,
    email: email !== null && EMAIL.test(email) ? email : null,
    type: actorType(identity, text(event['eventSource'])),
  };
}

// A failed console sign-in of an IAM user comes without the ARN. The usual one is put together, so that guesses at an account are seen on it;
// users outside the path "/" stay unmatched.
function actorId(identity: WireRecord): string | null {
  const arn = text(identity['arn']);
  if (arn !== null) return arn;
  const account = text(identity['accountId']);
  const name = text(identity['userName']);
  const type = text(identity['type']);
  if (type === 'IAMUser' && account !== null && name !== null && name !== HIDDEN_NAME) return `arn:aws:iam::${account}:user/${name}`;
  if (type === 'Root' && account !== null) return `arn:aws:iam::${account}:root`;
  return text(identity['principalId']) ?? (type === 'AWSAccount' ? account : null);
}

function nameOf(identity: WireRecord): string | null {
  const type = text(identity['type']);
  const name = text(identity['userName']);
  if (name !== null) return name === HIDDEN_NAME ? null : name;
  if (type === 'Root') return 'root';
  if (type === 'AWSService') return text(identity['invokedBy']);
  const session = /:(?:assumed-role|federated-user)\/(.+)$/.exec(text(identity['arn']) ?? '')?.[1];
  const role = text(at(identity, 'sessionContext', 'sessionIssuer', 'userName'));
  if (session !== undefined) return session;
  return role ?? text(identity['principalId'])?.split(':').at(-1) ?? null;
}

function actorType(identity: WireRecord, source: string | null): ActivityActor['type'] {
  const type = text(identity['type']);
  if (type === 'AWSService') return 'system';
  if (type === 'IAMUser' && text(identity['userName']) === HIDDEN_NAME) return 'anonymous';
  // Only people sit at the console.
  if (type === 'IAMUser' && source === 'signin.amazonaws.com') return 'person';
  if (type === 'Root' || type === 'SAMLUser' || type === 'WebIdentityUser' || type === 'IdentityCenterUser') return 'person';
  // People and machines use the same kind of user, and the same kind of role.
  return 'unknown';
}

function targetsOf(event: WireRecord): ActivityTarget[] {
  const account = text(event['recipientAccountId']) ?? text(at(event, 'userIdentity', 'accountId'));
  const stated = (list(event['resources']) ?? []).flatMap((resource): ActivityTarget[] => {
    const arn = text(at(resource, 'ARN')) ?? text(at(resource, 'arn'));
    return arn === null
      ? []
      : [{ type: text(at(resource, 'type')) ?? 'Resource', externalId: arn, name: arn.split(/[:/]/).at(-1) ?? null }];
  });
  const named = TARGET_PARAMETERS.flatMap(([parameter, type]): ActivityTarget[] => {
    const value = text(at(event, 'requestParameters', parameter));
    return value === null ? [] : [{ type, externalId: idOf(type, value, account), name: value.split('/').at(-1) ?? value }];
  });
  const made = text(at(event, 'responseElements', 'accessKey', 'accessKeyId'));
  const key: ActivityTarget[] = made === null ? [] : [{ type: 'AccessKey', externalId: made, name: null }];
  const seen = new Set(stated.map(({ name }) => name));
  return [...stated, ...named.filter(({ name }) => !seen.has(name)), ...key];
}

// Accounts and groups go by their ARN; the parameters say the name alone.
function idOf(type: string, value: string, account: string | null): string {
  const isNamed = (type === 'User' || type === 'Group' || type === 'Role') && !value.startsWith('arn:');
  return isNamed && account !== null ? `arn:aws:iam::${account}:${type.toLowerCase()}/${value}` : value;
}

/** An address as it stands; null for the name of a service, which has none. */
export function plainIp(value: string | null): string | null {
  if (value === null) return null;
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(value)) return value.split('.').every((part) => Number(part) <= 255) ? value : null;
  return value.includes(':') && /^[0-9a-f:.]{2,45}$/i.test(value) ? value.toLowerCase().replace(/^::ffff:(?=\d{1,3}\.)/, '') : null;
}

function isAdminActivity({ category, activityId }: Categorized, event: WireRecord): boolean {
  if (category === 'ADMIN' || category === 'PRIVILEGE' || category === 'USER' || category === 'GROUP' || category === 'SHARING')
    return true;
  if (category === 'RESOURCE') return activityId !== 2;
  // Whoever changes their own password or key is no administrator for it.
  const target = text(at(event, 'requestParameters', 'userName'));
  return (
    (category === 'CREDENTIAL' || category === 'APP_GRANT') && target !== null && target !== text(at(event, 'userIdentity', 'userName'))
  );
}

function isInteractive(event: WireRecord): boolean | null {
  const name = text(event['eventName']);
  if (name === 'ConsoleLogin' || name === 'SwitchRole') return true;
  return text(event['eventSource']) === 'sts.amazonaws.com' && name !== 'AssumeRoleWithSAML' ? false : null;
}

// The answer to CreateAccessKey is logged without the secret, but that to AssumeRole has held a session token; credentials never stay.
function withoutKeys(event: WireRecord): Json {
  const credentials = at(event, 'responseElements', 'credentials');
  if (credentials === undefined) return event as Json;
  const kept = { accessKeyId: text(at(credentials, 'accessKeyId')), expiration: text(at(credentials, 'expiration')) };
  return { ...event, responseElements: { ...record(event['responseElements']), credentials: kept } } as Json;
}
