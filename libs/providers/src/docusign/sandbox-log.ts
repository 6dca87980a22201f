import { createHash } from 'node:crypto';

import type { Company, CompanyEvent } from '../sdk/index.js';

import { idOfEmployee } from './sandbox-people.js';

/** A row of Monitor with the moment it stands at. */
export interface LogRow {
  readonly at: number;
  readonly row: Readonly<Record<string, unknown>>;
}

/** Where a reader stands: at this moment, past this many rows of it. */
export interface Place {
  readonly at: number;
  readonly skip: number;
}

export interface LogPage {
  readonly rows: readonly LogRow[];
  readonly next: Place;
}

/** Which account somebody works in, and whether with a Docusign password. */
export interface Whereabouts {
  readonly accountId: string;
  readonly usesPassword: boolean;
}

export interface LogOptions {
  readonly company: Company;
  readonly organizationId: string;
  readonly whereabouts: (event: CompanyEvent) => Whereabouts | undefined;
  readonly now: number;
  readonly days: number;
  readonly bulk: number;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** The organization's log: what the company's people did, told when asked for; what was written, loaded or made up for volume beside it. */
export class SandboxLog {
  /** In time order. */
  private readonly kept: LogRow[];
  private readonly bulkFrom: number;
  private readonly bulkStep: number;
  private last: readonly LogRow[] = [];

  constructor(private readonly options: LogOptions) {
    this.bulkFrom = options.now - options.days * DAY_MS;
    this.bulkStep = options.bulk > 0 ? (options.days * DAY_MS) / options.bulk : 0;
    this.kept = this.alerts();
  }

  /** Adds rows of any time; those of the same moment stay in the order they came. */
  add(rows: readonly LogRow[]): void {
    this.kept.push(...rows);
    this.kept.sort((a, b) => a.at - b.at);
  }

  /** Up to `limit` rows from a place on, none of the future. */
  page(from: Place, limit: number, now: number): LogPage {
    const rows: LogRow[] = [];
    let place = from;
    let skip = from.skip;
    for (const item of this.from(from.at, now)) {
      if (item.at === from.at && skip > 0) {
        skip -= 1;
        continue;
      }
      if (rows.length >= limit) break;
      rows.push(item);
      place = { at: item.at, skip: item.at === place.at ? place.skip + 1 : 1 };
    }
    return { rows, next: place };
  }

  /** The rows of the last page, to be repeated. */
  remember(rows: readonly LogRow[]): readonly LogRow[] {
    const before = this.last;
    if (rows.length > 0) this.last = rows.slice(-3);
    return before;
  }

  // Three sources in time order become one. Of one moment the company's rows come first and the kept ones last, so that new ones are always behind a reader.
  private *from(at: number, now: number): Generator<LogRow> {
    const sources = [this.told(at, now), this.madeUp(at, now), this.keptFrom(at, now)];
    const heads = sources.map((source) => source.next());
    for (;;) {
      let first = -1;
      heads.forEach((head, index) => {
        if (!head.done && (first < 0 || head.value.at < heads[first]!.value!.at)) first = index;
      });
      const head = heads[first];
      if (!head || head.done) return;
      yield head.value;
      heads[first] = sources[first]!.next();
    }
  }

  private *told(at: number, now: number): Generator<LogRow, undefined> {
    for (const event of this.options.company.events(new Date(at), new Date(now + 1))) {
      const row = this.rowOf(event);
      if (row) yield row;
    }
  }

  private *keptFrom(at: number, now: number): Generator<LogRow, undefined> {
    const first = this.kept.findIndex((item) => item.at >= at);
    for (let index = first; index >= 0 && index < this.kept.length; index++) {
      const item = this.kept[index]!;
      if (item.at > now) return;
      yield item;
    }
  }

  private *madeUp(at: number, now: number): Generator<LogRow, undefined> {
    const { bulk, company, organizationId } = this.options;
    if (bulk === 0) return;
    const first = Math.max(0, Math.floor((at - this.bulkFrom) / this.bulkStep));
    for (let index = first; index < bulk; index++) {
      const time = Math.floor(this.bulkFrom + index * this.bulkStep);
      if (time < at) continue;
      if (time > now) return;
      const who = company.people[index % company.people.length]!;
      yield monitorRow(organizationId, {
        id: `f0f0f0f0-0000-4000-8000-${index.toString(16).padStart(12, '0')}`,
        at: time,
        accountId: '',
        userId: idOfEmployee(who),
        object: 'Envelope',
        action: 'Created',
        place: who.office,
        userAgent: who.device.userAgent,
        data: { EnvelopeId: guid(`bulk ${index}`) },
      });
    }
  }

  private rowOf(event: CompanyEvent): LogRow | undefined {
    const what = whatOf(event);
    const where = what && this.options.whereabouts(event);
    if (!what || !where || (what.needsPassword && !where.usesPassword && !event.isAttack)) return undefined;
    return monitorRow(this.options.organizationId, {
      id: guid(event.id),
      at: event.at.getTime(),
      accountId: where.accountId,
      userId: idOfEmployee(event.who),
      place: event.place,
      userAgent: event.device.userAgent,
      os: event.device.os,
      browser: event.device.browser,
      isProxy: event.isAttack,
      affectedUserId: event.to && idOfEmployee(event.to),
      ...what,
    });
  }

  // Docusign notices the guessing itself, and says so in its own way: texts as arrays of single characters.
  private alerts(): LogRow[] {
    const { company, organizationId } = this.options;
    const { startsAt, victim, from } = company.takeover;
    const until = new Date(startsAt.getTime() + 10 * MINUTE_MS);
    const guesses = [...company.events(startsAt, until)].filter(
      (event) => event.isAttack && event.act === 'SIGN_IN_FAILED' && event.who.number === victim.number,
    );
    if (guesses.length === 0) return [];
    const at = startsAt.getTime() + 9 * MINUTE_MS;
    const data = { EventIds: guesses.map(({ id }) => guid(id)), Count: [...String(guesses.length)], Severity: [...'High'] };
    const alert = {
      id: guid('alert guessing'),
      at,
      accountId: '',
      userId: idOfEmployee(victim),
      object: 'Alert',
      action: 'TooManyLoginFailures',
      result: '',
      source: 'Other',
    };
    return [monitorRow(organizationId, { ...alert, place: from, data })];
  }
}

interface What {
  readonly object: string;
  readonly action: string;
  readonly property?: string;
  readonly result?: string;
  readonly source?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  /** Whoever signs in through the identity provider leaves no such row. */
  readonly needsPassword?: boolean;
}

function whatOf(event: CompanyEvent): What | undefined {
  const envelope = { EnvelopeId: guid(`envelope ${event.about ?? event.id}`), EnvelopeName: event.about };
  const to = event.to && { AffectedUserId: idOfEmployee(event.to) };
  switch (event.act) {
    case 'SIGN_IN':
      return { object: 'User', action: 'LoggedIn', result: 'Success', needsPassword: true };
    case 'OPEN_APP':
      return /docusign/i.test(event.about ?? '') ? { object: 'User', action: 'LoggedIn', result: 'Success' } : undefined;
    case 'SIGN_IN_FAILED':
      return { object: 'User', action: 'LoginFailed', result: 'Failed', data: { FailureReason: 'InvalidPassword' }, needsPassword: true };
    case 'SIGN_OUT':
      return { object: 'User', action: 'LoggedOut', needsPassword: true };
    case 'PASSWORD_CHANGED':
      return { object: 'User', action: 'PasswordChanged', needsPassword: true };
    case 'MFA_RESET':
      return { object: 'User', action: 'TwoStepVerificationDisabled', data: to };
    case 'SEND_DOCUMENT':
      return { object: 'Envelope', action: 'Sent', data: envelope };
    case 'SIGN_DOCUMENT':
      return { object: 'Envelope', action: 'Signed', data: envelope };
    case 'DOWNLOAD_DOCUMENT':
      return { object: 'Document', action: 'Downloaded', result: 'Success', data: envelope };
    case 'DELETE_DOCUMENT':
      return { object: 'Envelope', action: 'Deleted', data: envelope };
    case 'ADD_USER':
      return { object: 'Account', action: 'UserAdded', data: to };
    case 'GROUP_CHANGE':
      return { object: 'Group', action: 'Updated', data: { ...to, GroupName: event.about } };
    case 'ROLE_GRANT':
      return { object: 'Account', action: 'AdminAdded', data: to };
    case 'POLICY_CHANGE':
      return { object: 'Account', action: 'Updated', property: 'SecuritySettings', data: { SettingsKey: 'sessionTimeout' } };
    case 'TOKEN_CREATE':
      return { object: 'IntegrationKey', action: 'Created', data: { IntegrationKey: guid(event.about ?? event.id), Name: event.about } };
    case 'UNKNOWN_NEW_EVENT':
      return newEvent(event.about ?? 'assistant.prompt.run');
    default:
      return undefined;
  }
}

function newEvent(about: string): What {
  const [object = 'Assistant', ...rest] = about.split('.').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return { object, action: rest.join('') || 'Run' };
}

/** What a row of Monitor is made of. */
export interface RowParts extends What {
  readonly id: string;
  readonly at: number;
  readonly accountId: string;
  readonly userId: string;
  readonly affectedUserId?: string;
  readonly integratorKey?: string;
  readonly userAgent?: string;
  readonly os?: string;
  readonly browser?: string;
  readonly isProxy?: boolean;
  readonly place?: CompanyEvent['place'];
}

/** A row as Monitor writes it: seven digits of a second, and empty texts where there is nothing. */
export function monitorRow(organizationId: string, parts: RowParts): LogRow {
  const { place } = parts;
  const country = place?.countryName.toLowerCase() ?? '';
  const row = {
    timestamp: `${new Date(parts.at).toISOString().slice(0, 23)}${String((parts.at * 7) % 10_000).padStart(4, '0')}Z`,
    eventId: parts.id,
    site: 'NA3',
    accountId: parts.accountId,
    organizationId,
    userId: parts.userId,
    integratorKey: parts.integratorKey ?? '##DOCUSIGN_INTERNAL_NOT_USED##',
    userAgent: parts.userAgent ?? '',
    ...(parts.browser && {
      userAgentClientInfo: { browser: { family: parts.browser }, device: { family: 'Other' }, os: { family: parts.os ?? '' } },
    }),
    ipAddress: place?.ip ?? '',
    ...(place && {
      ipAddressLocation: {
        latitude: place.latitude,
        longitude: place.longitude,
        country,
        state: place.region.toLowerCase(),
        city: place.city.toLowerCase(),
      },
    }),
    object: parts.object,
    action: parts.action,
    property: parts.property ?? '',
    field: '',
    result: parts.result ?? '',
    source: parts.source ?? 'Web',
    affectedUserId: parts.affectedUserId ?? '',
    referencedUserId: '',
    proxyStatus: parts.isProxy ? 'true' : '',
    proxyType: parts.isProxy ? 'hosting' : '',
    proxyLevel: '',
    country,
    city: place?.city.toLowerCase() ?? '',
    data: parts.data ?? {},
  };
  return { at: parts.at, row };
}

/** A GUID that the same text always gives. */
export function guid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
