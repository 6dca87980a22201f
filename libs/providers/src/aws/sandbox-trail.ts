import type { Json } from '#libs/kernel';

import { at, flag, record, text, timeMs, type CompanyEvent, type Place, type WireRecord } from '../sdk/index.js';

import { ACCOUNT_ID, awsId, awsTime, guid, REGIONS } from './sandbox-ids.js';

/** An event of the trail; its record is made when somebody reads it. */
export interface TrailEntry {
  readonly at: number;
  readonly region: string;
  readonly name: string;
  readonly source: string;
  readonly isReadOnly: boolean;
  readonly tell: () => WireRecord;
}

/** Events made from their number alone, spread evenly over a span. */
export interface BulkTrail {
  readonly count: number;
  readonly from: number;
  readonly until: number;
}

/** What a lookup asks for. */
export interface TrailQuery {
  readonly region: string;
  readonly from: number;
  readonly until: number;
  readonly key: string | null;
  readonly value: string | null;
}

/** The last 90 days of management events, region by region, in order of time. */
export class SandboxTrail {
  private readonly entries: TrailEntry[] = [];

  constructor(private readonly bulk: BulkTrail | undefined) {}

  get size(): number {
    return this.entries.length + (this.bulk?.count ?? 0);
  }

  add(...entries: readonly TrailEntry[]): void {
    for (const entry of entries) this.entries.push(entry);
    this.entries.sort((a, b) => a.at - b.at);
  }

  /** Up to `limit` events, newest first, after skipping `offset` of them; with whether more follow. Times count in whole seconds, both ends included. */
  look(query: TrailQuery, offset: number, limit: number): { readonly events: readonly WireRecord[]; readonly hasMore: boolean } {
    const events: WireRecord[] = [];
    let skipped = 0;
    const take = (entry: TrailEntry): boolean => {
      if (skipped < offset) skipped++;
      else if (events.length < limit) events.push(entry.tell());
      else return false;
      return true;
    };
    for (let index = this.entries.length - 1; index >= 0; index--) {
      const entry = this.entries[index]!;
      if (isAsked(entry, query) && !take(entry)) return { events, hasMore: true };
    }
    return { events, hasMore: this.bulkRest(query, offset - skipped, limit, events) };
  }

  // Counted instead of walked: a million events are passed over by arithmetic.
  private bulkRest(query: TrailQuery, offset: number, limit: number, events: WireRecord[]): boolean {
    if (!this.bulk || query.region !== REGIONS[0] || (query.key === 'ReadOnly' && query.value !== 'false') || query.key === 'EventName')
      return false;
    const { from, until, count } = this.bulk;
    const step = (until - from) / count;
    const first = Math.max(0, Math.ceil((query.from - from) / step));
    const last = Math.min(count - 1, Math.floor((query.until + 999 - from) / step));
    let index = last - offset;
    for (; index >= first && events.length < limit; index--) events.push(bulkEntry(index, Math.floor(from + index * step)).tell());
    return index >= first;
  }
}

function isAsked(entry: TrailEntry, { region, from, until, key, value }: TrailQuery): boolean {
  if (entry.region !== region || entry.at < from || entry.at > until + 999) return false;
  if (key === 'ReadOnly') return String(entry.isReadOnly) === value;
  if (key === 'EventName') return entry.name === value;
  return key === null;
}

function bulkEntry(index: number, at: number): TrailEntry {
  return entryOf({
    id: guid(`bulk ${index}`),
    at,
    source: 'ec2.amazonaws.com',
    name: 'CreateTags',
    user: `bulk-${index % 1_000}`,
    ip: '198.51.100.7',
  });
}

/** What an event is made of. */
export interface EntryParts {
  readonly id: string;
  readonly at: number;
  readonly source: string;
  readonly name: string;
  readonly user: string;
  readonly path?: string;
  readonly ip: string;
  readonly userAgent?: string;
  readonly region?: string;
  readonly isReadOnly?: boolean;
  readonly error?: { readonly code?: string; readonly message: string };
  readonly request?: Json;
  readonly response?: Json;
  readonly additional?: Json;
  /** A console sign-in that failed shows no ARN. */
  readonly isFailedLogin?: boolean;
}

/** An event of an IAM user, as CloudTrail writes it. */
export function entryOf(parts: EntryParts): TrailEntry {
  const { at, name, source, user, isReadOnly = false, region = REGIONS[0] } = parts;
  const identity = {
    type: 'IAMUser',
    principalId: awsId('AIDA', user),
    ...(!parts.isFailedLogin && { arn: `arn:aws:iam::${ACCOUNT_ID}:user${parts.path ?? '/'}${user}` }),
    accountId: ACCOUNT_ID,
    userName: user,
  };
  const tell = (): WireRecord => ({
    eventVersion: '1.11',
    userIdentity: identity,
    eventTime: awsTime(at),
    eventSource: source,
    eventName: name,
    awsRegion: region,
    sourceIPAddress: parts.ip,
    userAgent: parts.userAgent ?? 'aws-cli/2.15.0',
    ...(parts.error?.code && { errorCode: parts.error.code }),
    ...(parts.error && { errorMessage: parts.error.message }),
    requestParameters: parts.request ?? null,
    responseElements: parts.response ?? null,
    ...(parts.additional !== undefined && { additionalEventData: parts.additional }),
    eventID: parts.id,
    readOnly: isReadOnly,
    eventType: source === 'signin.amazonaws.com' ? 'AwsConsoleSignIn' : 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: ACCOUNT_ID,
    eventCategory: 'Management',
  });
  return { at, region, name, source, isReadOnly, tell };
}

/** What somebody of the company did, as AWS saw it; nothing for what does not touch AWS or leaves no management event. */
export function entryOfEvent(event: CompanyEvent, userName: (number: number) => string | undefined): TrailEntry | undefined {
  const user = userName(event.who.number);
  const what = user === undefined ? undefined : whatOf(event, event.to && userName(event.to.number), user);
  if (!what || user === undefined) return undefined;
  const { place, device }: { place: Place; device: CompanyEvent['device'] } = event;
  return entryOf({ id: guid(event.id), at: event.at.getTime(), user, ip: place.ip, userAgent: device.userAgent, ...what });
}

type What = Pick<
  EntryParts,
  'source' | 'name' | 'request' | 'response' | 'additional' | 'error' | 'isFailedLogin' | 'region' | 'isReadOnly'
>;

const IAM = 'iam.amazonaws.com';

function whatOf(event: CompanyEvent, to: string | undefined, self: string): What | undefined {
  const userName = to ?? self;
  switch (event.act) {
    case 'SIGN_IN':
      return login('Success', event.who.traits.includes('NO_SECOND_FACTOR') || event.isAttack ? 'No' : 'Yes');
    case 'SIGN_IN_FAILED':
      return { ...login('Failure', 'No'), error: { message: 'Failed authentication' }, isFailedLogin: true };
    case 'PASSWORD_CHANGED':
      return { source: IAM, name: 'ChangePassword' };
    case 'MFA_RESET':
      return {
        source: IAM,
        name: 'DeactivateMFADevice',
        request: { userName, serialNumber: `arn:aws:iam::${ACCOUNT_ID}:mfa/${userName}` },
      };
    case 'ADD_USER':
      return { source: IAM, name: 'CreateUser', request: { userName } };
    case 'GROUP_CHANGE':
      return { source: IAM, name: 'AddUserToGroup', request: { userName, groupName: 'Developers' } };
    case 'ROLE_GRANT':
      return { source: IAM, name: 'AttachUserPolicy', request: { userName, policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' } };
    case 'POLICY_CHANGE':
      return { source: IAM, name: 'UpdateAccountPasswordPolicy', request: { minimumPasswordLength: 12 } };
    case 'TOKEN_CREATE': {
      const accessKeyId = awsId('AKIA', event.id).slice(0, 20);
      return {
        source: IAM,
        name: 'CreateAccessKey',
        request: { userName },
        response: { accessKey: { userName, accessKeyId, status: 'Active' } },
      };
    }
    case 'UNKNOWN_NEW_EVENT':
      return { source: 'q.amazonaws.com', name: 'RunAssistantPrompt', region: REGIONS[1], request: { about: event.about ?? '' } };
    default:
      return undefined;
  }
}

function login(result: 'Success' | 'Failure', MFAUsed: string): What {
  const additional = { LoginTo: 'https://console.aws.amazon.com/console/home', MobileVersion: 'No', MFAUsed };
  return { source: 'signin.amazonaws.com', name: 'ConsoleLogin', response: { ConsoleLogin: result }, additional };
}

/** A recorded event, from a file of a trail or a lookup; what was stored beside it by a collector is taken off. Undefined for what is no event. */
export function recordedEntry(recorded: Json, loadedAt: number, keptMs: number): TrailEntry | undefined {
  const outer = record(recorded);
  const event = outer && (record(outer['api']) ?? record(outer['raw']) ?? outer);
  const name = text(event?.['eventName']);
  if (!event || name === null) return undefined;
  const told = timeMs(event['eventTime']) ?? loadedAt;
  const isKept = told <= loadedAt && told > loadedAt - keptMs;
  const region = text(event['awsRegion']);
  return {
    // What is older than the app keeps things is told as if it had happened just now, so that it can be read at all.
    at: isKept ? told : loadedAt - 60_000,
    region: REGIONS.find((one) => one === region) ?? REGIONS[0],
    name,
    source: text(event['eventSource']) ?? 'unknown',
    isReadOnly: flag(at(event, 'readOnly')) ?? false,
    tell: () => event,
  };
}
