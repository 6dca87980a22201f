import type { Company, CompanyEvent } from '../sdk/index.js';

import { namedId, numberedId, sfTime } from './sandbox-ids.js';
import type { TimedRow } from './sandbox-log.js';
import type { Row } from './sandbox-soql.js';

const DAY_MS = 86_400_000;

/** The user of somebody in the company. */
export function userIdOfEmployee(number: number): string {
  return numberedId('005', 1_000 + number);
}

// ---------------------------------------------------------------- login history

/** Sign-ins of the company as the login history tells them. */
export function* toldSignIns(company: Company, from: number, now: number): Generator<TimedRow> {
  for (const event of company.events(new Date(from), new Date(now + 1))) {
    if (event.act === 'SIGN_IN' || event.act === 'SIGN_IN_FAILED') yield { at: event.at.getTime(), row: signInRow(event) };
  }
}

function signInRow(event: CompanyEvent): Row {
  const isFailure = event.act === 'SIGN_IN_FAILED';
  const isApi = event.isAttack && !isFailure;
  return loginRow({
    id: namedId('0Ya', event.id),
    userId: userIdOfEmployee(event.who.number),
    at: event.at.getTime(),
    ip: event.place.ip,
    status: isFailure ? 'Invalid Password' : 'Success',
    loginType: isApi ? 'Remote Access 2.0' : 'Application',
    application: isApi ? 'Backup Sync Pro' : 'Browser',
    browser: isApi ? 'Unknown' : event.device.browser,
    platform: event.device.os,
    place: event.place,
  });
}

interface LoginParts {
  readonly id: string;
  readonly userId: string;
  readonly at: number;
  readonly ip: string;
  readonly status: string;
  readonly loginType: string;
  readonly application: string;
  readonly browser: string;
  readonly platform: string;
  readonly place: CompanyEvent['place'];
}

function loginRow({ id, userId, at, ip, status, loginType, application, browser, platform, place }: LoginParts): Row {
  return {
    Id: id,
    UserId: userId,
    LoginTime: sfTime(at),
    LoginType: loginType,
    SourceIp: ip,
    LoginUrl: 'lindenworks.my.salesforce.com',
    TlsProtocol: 'TLS 1.3',
    CipherSuite: 'TLS_AES_256_GCM_SHA384',
    Browser: browser,
    Platform: platform,
    Status: status,
    Application: application,
    ClientVersion: 'N/A',
    ApiType: null,
    ApiVersion: 'N/A',
    CountryIso: place.country,
    LoginGeoId: namedId('04F', id),
    LoginGeo: { City: place.city, Country: place.countryName, Latitude: place.latitude, Longitude: place.longitude },
    LoginSubType: null,
  };
}

/** Sign-ins made from their number alone, spread evenly over the time before `until`. */
export function* bulkSignIns(company: Company, count: number, days: number, until: number, from: number, now: number): Generator<TimedRow> {
  if (count === 0) return;
  const begin = until - days * DAY_MS;
  const step = (days * DAY_MS) / count;
  for (let index = Math.max(0, Math.floor((from - begin) / step)); index < count; index++) {
    const at = Math.floor(begin + index * step);
    if (at < from) continue;
    if (at > now) return;
    const who = company.people[index % company.people.length]!;
    const parts = {
      userId: userIdOfEmployee(who.number),
      ip: who.office.ip,
      browser: who.device.browser,
      platform: who.device.os,
      place: who.office,
    };
    const fixed = { status: 'Success', loginType: 'Application', application: 'Browser' };
    yield { at, row: loginRow({ id: numberedId('0Yb', index), at, ...fixed, ...parts }) };
  }
}

// ---------------------------------------------------------------- setup audit trail

/** What administrators of the company changed, as the setup audit trail tells it. */
export function* toldChanges(company: Company, from: number, now: number): Generator<TimedRow> {
  for (const event of company.events(new Date(from), new Date(now + 1))) {
    const change = changeOf(event);
    if (!change) continue;
    const at = event.at.getTime();
    const user = { id: userIdOfEmployee(event.who.number), username: event.who.email };
    yield { at, row: auditRow({ id: namedId('0Ym', event.id), at, user, ...change }) };
  }
}

export interface AuditParts {
  readonly id: string;
  readonly at: number;
  readonly user: { readonly id: string; readonly username: string };
  readonly action: string;
  readonly section: string;
  readonly display: string;
}

export function auditRow({ id, at, user, action, section, display }: AuditParts): Row {
  return {
    Id: id,
    Action: action,
    Section: section,
    Display: display,
    CreatedDate: sfTime(at),
    CreatedById: user.id,
    CreatedBy: { Username: user.username },
    DelegateUser: null,
    CreatedByContext: null,
    ResponsibleNamespacePrefix: null,
  };
}

type Change = Pick<AuditParts, 'action' | 'section' | 'display'>;

function changeOf({ act, to, about, who }: CompanyEvent): Change | undefined {
  const id = userIdOfEmployee((to ?? who).number).slice(0, 15);
  const name = `${(to ?? who).firstName} ${(to ?? who).lastName}`;
  switch (act) {
    case 'ADD_USER':
      return { action: 'createduser', section: 'Manage Users', display: `Created new user ${name} (UserID: [${id}])` };
    case 'PASSWORD_CHANGED':
      return { action: 'resetpassword', section: 'Manage Users', display: `Reset password for user ${name} (UserID: [${id}])` };
    case 'GROUP_CHANGE':
      return {
        action: 'groupMembership',
        section: 'Manage Users',
        display: `Added user ${name} (UserID: [${id}]) to public group ${about ?? 'Deal Desk'}`,
      };
    case 'ROLE_GRANT':
      return {
        action: 'PermSetAssign',
        section: 'Manage Users',
        display: `Permission set Data Admin: assigned to user ${name} (UserID: [${id}])`,
      };
    case 'POLICY_CHANGE':
      return { action: 'changedsessiontimeout', section: 'Session Settings', display: 'Changed session timeout from 2 hours to 12 hours' };
    case 'TOKEN_CREATE':
      return {
        action: 'insertConnectedApplication',
        section: 'Connected Apps',
        display: `Installed connected app ${about ?? 'Backup Sync Pro'}`,
      };
    case 'MFA_RESET':
      return {
        action: 'resetMfaMethods',
        section: 'Manage Users',
        display: `Disconnected the authenticator app of user ${name} (UserID: [${id}])`,
      };
    case 'UNKNOWN_NEW_EVENT':
      return { action: 'agentTopicPublished', section: 'Agents', display: 'Published agent topic Returns' };
    default:
      return undefined;
  }
}

// ---------------------------------------------------------------- event log files

/** Types of files that the company's acts fall into. */
export const FILE_TYPES = ['Logout', 'Report', 'ReportExport', 'ContentDistribution', 'RestApi', 'Login', 'Loaded'] as const;
export type FileType = (typeof FILE_TYPES)[number];

/** The rows of event log files between two moments, in time order. */
export function* toldFileRows(company: Company, from: number, to: number): Generator<TimedRow & { readonly type: FileType }> {
  for (const event of company.events(new Date(from), new Date(to))) {
    const type = fileTypeOf(event);
    if (type) yield { at: event.at.getTime(), type, row: fileRow(event, type) };
  }
}

function fileTypeOf({ act }: CompanyEvent): FileType | undefined {
  switch (act) {
    case 'SIGN_OUT':
      return 'Logout';
    case 'OPEN_APP':
      return 'Report';
    case 'DOWNLOAD_DOCUMENT':
      return 'ReportExport';
    case 'SEND_DOCUMENT':
      return 'ContentDistribution';
    case 'DELETE_DOCUMENT':
      return 'RestApi';
    case 'SIGN_IN':
      return 'Login';
    default:
      return undefined;
  }
}

function fileRow(event: CompanyEvent, type: FileType): Row {
  const at = event.at.getTime();
  const id = userIdOfEmployee(event.who.number);
  const stamp = new Date(at).toISOString();
  return {
    EVENT_TYPE: type,
    TIMESTAMP: stamp.replace(/[-T:Z]/g, ''),
    REQUEST_ID: namedId('REQ', event.id),
    ORGANIZATION_ID: '00D000000000001',
    USER_ID: id.slice(0, 15),
    SESSION_KEY: namedId('SES', `${event.who.number} ${Math.floor(at / DAY_MS)}`),
    CLIENT_IP: event.place.ip,
    USER_AGENT: event.device.userAgent,
    ...(type === 'Login' && { LOGIN_STATUS: 'LOGIN_NO_ERROR', LOGIN_TYPE: 'Application' }),
    ...((type === 'Report' || type === 'ReportExport') && {
      REPORT_ID_DERIVED: namedId('00O', event.about ?? event.id),
      ENTITY_NAME: 'Contact',
    }),
    ...(type === 'ContentDistribution' && { ENTITY_NAME: event.about ?? 'document, "final"' }),
    ...(type === 'RestApi' && { METHOD: 'DELETE', STATUS_CODE: '204', URI: '/services/data/v63.0/sobjects/ContentDocument' }),
    TIMESTAMP_DERIVED: stamp,
    USER_ID_DERIVED: id,
  };
}
