import type { ActivityActor, ActivityRecord, ActivityTarget, Outcome, SignInFailure } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import { canonicalJson, derivedId } from '#libs/kernel';

import type { Categorized, WireRecord } from '../sdk/index.js';
import { at, categorizer, countryCode, flag, record, redact, text, timeMs, whole } from '../sdk/index.js';
import { ADMIN_EVENTS, EVENTS, REQUESTS } from './events.js';

const categorize = categorizer(EVENTS);

/** An event of the audit log as our record. `receivedAt` (ms) stands in for an event that says no time. */
export function toActivity(wire: unknown, receivedAt: number): ActivityRecord {
  const event = record(wire) ?? {};
  const eventType = text(event['action']) ?? 'unknown';
  const known = categoryOf(event, eventType);
  const id = text(event['_document_id']);
  const outcome = outcomeOf(event, eventType);
  return {
    kind: 'activity',
    externalId: id ?? derivedId('evt', canonicalJson(event)),
    ...(id === null && { isIdDerived: true }),
    occurredAt: momentOf(event['@timestamp']) ?? momentOf(event['created_at']) ?? receivedAt,
    eventType,
    ...known,
    ...outcome,
    failure: failureOf(event, known, outcome.outcome, eventType),
    outcomeDetail: text(event['reason']) ?? text(at(event, 'data', 'error')) ?? text(event['error']),
    actor: actorOf(event),
    targets: targetsOf(event),
    ip: plainIp(text(event['actor_ip'])),
    place: placeOf(event),
    userAgent: text(event['user_agent']),
    // The same token is seen in all its events: the nearest that the log has to a session.
    sessionId: text(event['token_id']),
    correlationId: text(event['request_id']),
    viaApp: text(event['integration']) ?? text(event['oauth_application_name']) ?? text(event['oauth_application_id']),
    isAdminActivity: isAdminActivity(event, eventType, known),
    ...(known.category === 'SIGN_IN' && { isInteractive: text(event['programmatic_access_type']) === null }),
    ...(known.category === 'THREAT' && { severity: 'HIGH' as const }),
    raw: JSON.stringify(redact(event as Json)),
  };
}

const EARLIEST_MS = Date.UTC(2008, 0, 1);
const LATEST_MS = Date.UTC(2200, 0, 1);

// Milliseconds since 1970, in exports also as text or ISO.
function momentOf(value: unknown): number | null {
  const ms = whole(value) ?? timeMs(value);
  return ms !== null && ms >= EARLIEST_MS && ms < LATEST_MS ? ms : null;
}

const SHARED_WIDELY: ReadonlySet<string> = new Set(['public', 'internal']);

// What some actions are depends on what they changed to.
function categoryOf(event: WireRecord, eventType: string): Categorized {
  const known = categorize(eventType);
  if (eventType === 'org.update_member') return { ...known, activityId: text(event['permission']) === 'admin' ? 16 : 17 };
  if (eventType === 'repo.access') return { ...known, activityId: SHARED_WIDELY.has(text(event['visibility']) ?? '') ? 8 : 3 };
  if (eventType.startsWith('organization_role.') && text(event['team']) !== null && text(event['user']) === null) {
    return { ...known, classUid: 3006, activityId: eventType.endsWith('.revoke') ? 13 : 12 };
  }
  return known;
}

const FAILED = /(?:^|[._])(?:failed|failure|failed_login|denied|blocked|rejected)(?:$|[._])/;
const SAID_FAILURE = /^(?:fail(?:ure|ed)?|error|denied|invalid|unauthorized)$/i;

// The log holds what happened: an action is a success unless it says otherwise itself or in its data.
function outcomeOf(event: WireRecord, eventType: string): { outcome: Outcome; outcomeWord: string | null } {
  if (REQUESTS.has(eventType)) return { outcome: 'UNKNOWN', outcomeWord: 'Requested' };
  const said = [event['result'], event['outcome'], at(event, 'data', 'result'), at(event, 'data', 'status')].map((value) => text(value));
  const hasFailed =
    FAILED.test(eventType) || said.some((word) => word !== null && SAID_FAILURE.test(word)) || isRefusedSso(event, eventType);
  return { outcome: hasFailed && eventType !== 'org.oauth_app_access_denied' ? 'FAILURE' : 'SUCCESS', outcomeWord: null };
}

function isRefusedSso(event: WireRecord, eventType: string): boolean {
  if (!eventType.endsWith('.sso_response')) return false;
  return (
    flag(event['success']) === false ||
    flag(at(event, 'data', 'success')) === false ||
    text(at(event, 'data', 'error')) !== null ||
    text(event['error']) !== null
  );
}

const FAILURE_OF_EVENT: Readonly<Record<string, SignInFailure>> = {
  'user.failed_login': 'INVALID_CREDENTIALS',
  'user.two_factor_challenge_failure': 'MFA_FAILED',
  'user.device_verification_failure': 'DEVICE_NOT_TRUSTED',
  'org.sso_response': 'IDP_ERROR',
  'business.sso_response': 'IDP_ERROR',
};

function failureOf(event: WireRecord, { category }: Categorized, outcome: Outcome, eventType: string): SignInFailure | null {
  if (outcome !== 'FAILURE' || category !== 'SIGN_IN') return null;
  const reason = text(event['reason']) ?? text(at(event, 'data', 'reason')) ?? '';
  if (/suspended/i.test(reason)) return 'ACCOUNT_DISABLED';
  if (/locked|too many/i.test(reason)) return 'ACCOUNT_LOCKED_OUT';
  if (/ip allow/i.test(reason)) return 'IP_NOT_ALLOWED';
  return FAILURE_OF_EVENT[eventType] ?? 'UNKNOWN';
}

const EMAIL = /^[^@\s]{1,128}@[^@\s]{1,190}\.[^@\s.]{2,63}$/;

function actorOf(event: WireRecord): ActivityActor {
  const login = text(event['actor']);
  const externalId = text(event['actor_id']);
  const nameId = text(event['external_identity_nameid']);
  // The identity is that of the actor only where nobody else is the subject of a change of identities.
  const isOwn = !text(event['action'])?.startsWith('external_identity.');
  return { externalId, name: login, email: isOwn && nameId !== null && EMAIL.test(nameId) ? nameId : null, type: actorType(event, login) };
}

// GitHub's own acts are told of "github"; apps have names that end in [bot].
const SYSTEM_ACTORS: ReadonlySet<string> = new Set(['github', 'github-enterprise', 'GitHub System']);

function actorType(event: WireRecord, login: string | null): ActivityActor['type'] {
  if (login === null) return typeWithoutLogin(event);
  if (SYSTEM_ACTORS.has(login)) return 'system';
  if (flag(event['actor_is_bot']) === true || login.endsWith('[bot]')) return 'service';
  return 'person';
}

/** Actions runs jobs in nobody's name, and a public repository may be read over http without signing in: user 0. */
function typeWithoutLogin(event: WireRecord): ActivityActor['type'] {
  const action = text(event['action']) ?? '';
  if (action.startsWith('workflows.')) return 'system';
  if (action.startsWith('git.') && text(event['user_id']) === '0') return 'anonymous';
  return 'unknown';
}

// Most telling first: a person, then where it happened.
const TARGETS: readonly { readonly type: string; readonly name: string; readonly id?: string }[] = [
  { type: 'User', name: 'user', id: 'user_id' },
  { type: 'User', name: 'blocked_user' },
  { type: 'User', name: 'target_login' },
  { type: 'Invitee', name: 'invitee', id: 'invitee_id' },
  { type: 'Invitee', name: 'email' },
  { type: 'Team', name: 'team', id: 'team_id' },
  { type: 'Role', name: 'role_name', id: 'role_id' },
  { type: 'App', name: 'integration', id: 'integration_id' },
  { type: 'App', name: 'oauth_application_name', id: 'oauth_application_id' },
  { type: 'Token', name: 'user_programmatic_access_name', id: 'user_programmatic_access_id' },
  { type: 'Webhook', name: 'hook_name', id: 'hook_id' },
  { type: 'DeployKey', name: 'deploy_key_fingerprint' },
  { type: 'PublicKey', name: 'fingerprint' },
  { type: 'Repository', name: 'repo', id: 'repo_id' },
  { type: 'Branch', name: 'branch' },
  { type: 'Organization', name: 'org', id: 'org_id' },
  { type: 'Enterprise', name: 'business', id: 'business_id' },
];

function targetsOf(event: WireRecord): ActivityTarget[] {
  const targets = TARGETS.map(({ type, name, id }) => ({
    type,
    name: text(event[name]),
    externalId: id === undefined ? null : text(event[id]),
  })).filter((target) => target.name !== null || (target.externalId !== null && target.type !== 'Enterprise'));
  const repository = text(event['repository']);
  if (repository !== null && !targets.some(({ type }) => type === 'Repository'))
    targets.push({ type: 'Repository', name: repository, externalId: null });
  // A name without a kind is that of what the action is about, such as an installed app or a workflow.
  const plain = text(event['name']);
  const kind = text(event['action'])?.split('.', 1)[0] ?? 'unknown';
  if (plain !== null && !targets.some(({ name }) => name === plain))
    targets.splice(indexOfPlace(targets), 0, { type: kind, name: plain, externalId: null });
  return targets;
}

function indexOfPlace(targets: readonly ActivityTarget[]): number {
  const index = targets.findIndex(({ type }) => type === 'Repository' || type === 'Organization' || type === 'Enterprise');
  return index < 0 ? targets.length : index;
}

function placeOf(event: WireRecord): ActivityRecord['place'] {
  const location = record(event['actor_location']);
  if (!location) return null;
  const country = countryCode(text(location['country_code'])) ?? countryCode(text(location['country_name']));
  const region = text(location['region']);
  const city = text(location['city']);
  return country === null && region === null && city === null ? null : { country, region, city };
}

/** An address without port, brackets or the prefix of an IPv4 address inside IPv6; null for what is no address. */
export function plainIp(value: string | null): string | null {
  if (value === null) return null;
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(value)?.[1] ?? /^(\d{1,3}(?:\.\d{1,3}){3}):\d+$/.exec(value)?.[1] ?? value;
  const address = bare.replace(/^::ffff:(?=\d{1,3}\.)/i, '').split('%', 1)[0] ?? '';
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(address)) return address.split('.').every((part) => Number(part) <= 255) ? address : null;
  return address.includes(':') && /^[0-9a-f:.]{2,45}$/i.test(address) ? address.toLowerCase() : null;
}

function isAdminActivity(event: WireRecord, eventType: string, { category }: Categorized): boolean {
  if (category === 'ADMIN' || category === 'PRIVILEGE' || ADMIN_EVENTS.has(eventType)) return true;
  if (category === 'GROUP') return eventType !== 'team.remove_member' || !isOnSelf(event);
  // A token that an owner approves for somebody is; one that its owner may make alone is not.
  if (eventType.startsWith('personal_access_token.')) return text(event['user']) !== null && !isOnSelf(event);
  // Joining by oneself or leaving is no administration; doing it to somebody else is.
  return category === 'USER' && !isOnSelf(event);
}

function isOnSelf(event: WireRecord): boolean {
  const [actor, user] = [text(event['actor']), text(event['user'])];
  return actor !== null && actor === user;
}
