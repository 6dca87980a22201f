import type { ActivityActor, ActivityRecord, ActivityTarget, Outcome, Severity, SignInFailure } from '#libs/contracts';

import type { Categorized, WireRecord } from '../sdk/index.js';
import { at, countryCode, list, record, text, timeMs, whole } from '../sdk/index.js';
import { categorize, emailOf, idOf, isGuid, named, plainIp, rawOf, serviceActor, told } from './activity-parts.js';
import { signInVerdict } from './activity-sign-in.js';
import { FAILURE_OF_WORD, INTERRUPT_WORD } from './events.js';

const RISK_DETECTION = 294;
const TOKEN_SERVICE_LOGON = 15;

/** True for the records that the token service writes at a sign-in. */
export function isSignInRecord(wire: unknown): boolean {
  return whole(at(wire, 'RecordType')) === TOKEN_SERVICE_LOGON;
}

/** A record of the Office 365 Management Activity API as ours. `receivedAt` (ms) stands in for a record that says no time. */
export function toRecord(wire: unknown, receivedAt: number): ActivityRecord {
  const event = record(wire) ?? {};
  const eventType = text(event['Operation']) ?? 'unknown';
  const known = categoryOf(event, eventType);
  const actor = actorOf(event);
  return {
    kind: 'activity',
    ...idOf(event['Id'], event),
    occurredAt: timeMs(event['CreationTime']) ?? receivedAt,
    eventType,
    ...known,
    ...outcomeOf(event, known),
    actor,
    targets: targetsOf(event),
    ip: plainIp(event['ClientIP']) ?? plainIp(event['ActorIpAddress']) ?? plainIp(event['ClientIPAddress']),
    ...placeOf(event),
    userAgent: text(event['UserAgent']) ?? named(event['ExtendedProperties'], 'UserAgent') ?? text(event['ClientInfoString']),
    device: deviceOf(event),
    sessionId: told(at(event, 'AppAccessContext', 'AADSessionId')) ?? told(event['SessionId']),
    correlationId: told(at(event, 'AppAccessContext', 'CorrelationId')) ?? told(event['InterSystemsId']),
    viaApp: told(at(event, 'AppAccessContext', 'ClientAppId')) ?? told(event['AppId']) ?? told(event['ApplicationId']),
    isAdminActivity: isAdminActivity(event, known, actor),
    // The feed does not say whether a person or a program signed in.
    ...(known.category === 'SIGN_IN' && { isInteractive: null }),
    ...(isImpersonated(event, eventType) && { isImpersonated: true }),
    ...alertOf(event, known),
    raw: rawOf(event),
  };
}

const FORWARDS = /^(?:ForwardTo|RedirectTo|ForwardAsAttachmentTo|ForwardingSmtpAddress|ForwardingAddress)$/i;

function categoryOf(event: WireRecord, eventType: string): Categorized {
  if (whole(event['RecordType']) === RISK_DETECTION) return { category: 'THREAT', classUid: 2004, activityId: 1, mapping: 'exact' };
  const known = categorize(eventType);
  if (known.category !== 'SHARING' || known.classUid !== 3004) return known;
  // A mail rule or a mailbox setting shares only where it sends mail away.
  const rules = [...(list(event['Parameters']) ?? []), ...(list(event['OperationProperties']) ?? [])];
  const forwards = rules.some((rule) => FORWARDS.test(text(at(rule, 'Name')) ?? '') && text(at(rule, 'Value')) !== null);
  if (forwards || rules.some((rule) => /forward|redirect/i.test(text(at(rule, 'Value')) ?? ''))) return known;
  return { ...known, category: eventType === 'Set-Mailbox' ? 'ADMIN' : 'DATA' };
}

const OUTCOME_OF_WORD: Readonly<Record<string, Outcome>> = {
  succeeded: 'SUCCESS',
  success: 'SUCCESS',
  true: 'SUCCESS',
  partiallysucceeded: 'SUCCESS',
  failed: 'FAILURE',
  failure: 'FAILURE',
  false: 'FAILURE',
};

type Ending = Pick<ActivityRecord, 'outcome' | 'outcomeWord' | 'failure' | 'outcomeDetail'> & { readonly activityId: number };

function outcomeOf(event: WireRecord, known: Categorized): Ending {
  const operation = text(event['Operation']);
  const code = text(event['ErrorNumber']) ?? text(event['ErrorCode']);
  const word = text(event['LogonError']);
  // ResultStatus says "Success" of most failed sign-ins, so the operation decides.
  if (operation === 'UserLoginFailed') return failedSignIn(known, whole(code), word);
  const base = { failure: null, outcomeDetail: word ?? text(event['ResultStatusDetail']), activityId: known.activityId };
  if (operation === 'SharingInvitationBlocked') return { ...base, outcome: 'FAILURE', outcomeWord: null };
  const status = text(event['ResultStatus']);
  // Most records of SharePoint, OneDrive and Teams have none: their log holds what happened.
  if (status === null) return { ...base, outcome: 'SUCCESS', outcomeWord: null };
  const outcome = OUTCOME_OF_WORD[status.toLowerCase()] ?? 'UNKNOWN';
  return { ...base, outcome, outcomeWord: outcome === 'UNKNOWN' || status === 'PartiallySucceeded' ? status : null };
}

function failedSignIn(known: Categorized, code: number | null, word: string | null): Ending {
  const detail = [code, word].filter((part) => part !== null).join(': ');
  const verdict = signInVerdict(code === 0 ? null : code);
  const isInterrupt = verdict.word !== null || (code === null && INTERRUPT_WORD.test(word ?? ''));
  if (isInterrupt) return { outcome: 'UNKNOWN', outcomeWord: 'Interrupted', failure: null, outcomeDetail: detail, activityId: 6 };
  const byWord: SignInFailure = FAILURE_OF_WORD.find(([pattern]) => pattern.test(word ?? ''))?.[1] ?? 'UNKNOWN';
  const byCode = verdict.failure === 'UNKNOWN' ? null : verdict.failure;
  return {
    outcome: 'FAILURE',
    outcomeWord: null,
    failure: byCode ?? byWord,
    outcomeDetail: detail === '' ? null : detail,
    activityId: known.activityId,
  };
}

const SYSTEM_TYPES: ReadonlySet<number> = new Set([3, 4]);
const SERVICE_TYPES: ReadonlySet<number> = new Set([5, 6]);
const SERVICE_NAME = /^ServicePrincipal_|^app@|^NT AUTHORITY\\|^S-1-5-|^SPO_SystemUser|^SHAREPOINT\\/i;

function actorOf(event: WireRecord): ActivityActor {
  const userId = told(event['UserId']);
  const userKey = told(event['UserKey']);
  const userType = whole(event['UserType']);
  const email = emailOf(userId);
  // UserKey is the directory's id only in some workloads; in others it is a passport number, which no account has.
  const externalId = [idOfActor(event), userKey, userId].find((id) => isGuid(id ?? null)) ?? null;
  if (userId !== null && SERVICE_NAME.test(userId)) {
    const id = userId.replace(/^ServicePrincipal_/i, '');
    return {
      externalId: isGuid(id) ? id : externalId,
      name: userId,
      email: null,
      type: /^(?:NT AUTH|S-1-5|SHAREP|SPO_)/i.test(userId) ? 'system' : 'service',
    };
  }
  if (userType !== null && SERVICE_TYPES.has(userType) && email === null) return serviceActor(externalId, userId);
  if (userType !== null && SYSTEM_TYPES.has(userType) && email === null) return { externalId, name: userId, email: null, type: 'system' };
  const isAnonymous = userId !== null && /^(?:anonymous|urn:spo:anon)/i.test(userId);
  return { externalId, name: userId, email, type: isAnonymous ? 'anonymous' : userId === null ? 'unknown' : 'person' };
}

// Entra lists all names of the actor; of type 0 or 2 are ids.
function idOfActor(event: WireRecord): string | null {
  const ids = (list(event['Actor']) ?? []).map((one) => text(at(one, 'ID')));
  return ids.find((id) => isGuid(id)) ?? null;
}

function targetsOf(event: WireRecord): ActivityTarget[] {
  const targets: ActivityTarget[] = [];
  const add = (type: string, externalId: string | null, name: string | null): void => {
    if (externalId !== null || name !== null) targets.push({ type, externalId, name });
  };
  const object = told(event['ObjectId']);
  add(
    text(event['ItemType']) ?? text(event['Workload']) ?? 'Object',
    object,
    text(event['SourceFileName']) ?? text(event['ModifiedObjectResolvedName']),
  );
  add(text(event['TargetUserOrGroupType']) ?? 'User', null, told(event['TargetUserOrGroupName']));
  add('User', null, told(event['UserSharedWith']));
  add('Mailbox', told(event['MailboxGuid']), told(event['MailboxOwnerUPN']));
  add('Team', told(event['TeamGuid']), text(event['TeamName']));
  for (const member of list(event['Members']) ?? []) add('User', null, told(at(member, 'UPN')));
  const names = (list(event['Target']) ?? []).map((one) => ({ id: told(at(one, 'ID')), type: whole(at(one, 'Type')) }));
  const guid = names.find((one) => isGuid(one.id))?.id ?? null;
  const upn = names.find((one) => one.type === 5)?.id ?? null;
  if (guid !== object || upn !== null) add(upn === null ? 'Object' : 'User', guid, upn);
  return targets;
}

function placeOf(event: WireRecord): Pick<ActivityRecord, 'place'> {
  const country = countryCode(text(at(event, 'Location', 'CountryOrRegion')));
  if (country === null) return {};
  return { place: { country, region: text(at(event, 'Location', 'State')), city: text(at(event, 'Location', 'City')) } };
}

function deviceOf(event: WireRecord): string | null {
  const properties = event['DeviceProperties'];
  const parts = [named(properties, 'DisplayName'), named(properties, 'OS'), named(properties, 'BrowserType')].filter(
    (part) => part !== null,
  );
  return parts.length === 0 ? null : parts.join(', ');
}

const ADMIN_TYPES: ReadonlySet<number> = new Set([2, 3]);

function isAdminActivity(event: WireRecord, { category }: Categorized, { type }: ActivityActor): boolean {
  if (category === 'ADMIN' || category === 'PRIVILEGE') return true;
  // UserType 2 is an administrator of Exchange, also over the own mailbox; a rule of one's own is no administration.
  const isAdmin = ADMIN_TYPES.has(whole(event['UserType']) ?? 0) && type === 'person';
  return isAdmin && ['USER', 'CREDENTIAL', 'GROUP', 'APP_GRANT'].includes(category);
}

// Somebody who wrote as somebody else, or opened another's mailbox with rights of an administrator (1) or delegate (2) over it.
function isImpersonated(event: WireRecord, eventType: string): boolean {
  if (eventType === 'SendAs' || eventType === 'SendOnBehalf') return true;
  const logonType = whole(event['LogonType']);
  const owner = text(event['MailboxOwnerUPN'])?.toLowerCase();
  return (logonType === 1 || logonType === 2) && owner !== undefined && owner !== text(event['UserId'])?.toLowerCase();
}

const SEVERITIES: Readonly<Record<string, Severity>> = {
  informational: 'INFORMATIONAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
};

function alertOf(event: WireRecord, { category }: Categorized): { severity?: Severity } {
  if (category !== 'THREAT') return {};
  const stated = text(event['Severity']) ?? text(event['RiskLevel']) ?? text(at(event, 'PolicyDetails', 0, 'Rules', 0, 'Severity'));
  return { severity: SEVERITIES[stated?.toLowerCase() ?? ''] ?? 'MEDIUM' };
}
