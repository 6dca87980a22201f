import type { Company, CompanyAct, CompanyEvent, Employee, Place, WireRecord } from '../sdk/index.js';
import { codeOf, idOfEmployee, numberOf, qualifierOf } from './sandbox-ids.js';

type Wire = Readonly<Record<string, unknown>>;

/** An activity waiting to be told: made into Google's shape when somebody reads it. */
export interface LogEntry {
  readonly application: string;
  readonly at: number;
  /** When the log shows it; Google's logs are late, each in its own way. */
  readonly shownAt: number;
  readonly names: readonly string[];
  readonly tell: () => WireRecord;
}

/** One activity in Google's words, before it is laid out in full. */
interface Told {
  readonly application: string;
  readonly events: readonly Wire[];
}

const MINUTE_MS = 60_000;
const LATE_ONE_IN = 300;
/** How late the late ones of each log are. */
const LATE_MS: Readonly<Record<string, number>> = {
  admin: 9 * MINUTE_MS,
  login: 180 * MINUTE_MS,
  user_accounts: 180 * MINUTE_MS,
  token: 180 * MINUTE_MS,
  saml: 120 * MINUTE_MS,
  drive: 60 * MINUTE_MS,
};
const USUAL_DELAY_MS = 20_000;

/** What Google's logs have of something that a person did. */
export function activitiesOf(event: CompanyEvent, company: Company, customerId: string): LogEntry[] {
  return (TOLD[event.act]?.(event, company) ?? []).map((told, index) => entryOf(event, told, index, customerId));
}

function entryOf(event: CompanyEvent, { application, events }: Told, index: number, customerId: string): LogEntry {
  // What stands in two logs has the same time and qualifier in both.
  const isTwin = application === 'user_accounts';
  const at = event.at.getTime() + (isTwin ? index - 1 : index) * 40;
  const draw = numberOf('late', event.id, application);
  const delay = draw % LATE_ONE_IN === 0 ? (LATE_MS[application] ?? MINUTE_MS) : draw % USUAL_DELAY_MS;
  return {
    application,
    at,
    shownAt: at + delay,
    names: events.map((one) => String(one['name'])),
    tell: () =>
      activity({
        application,
        at,
        qualifier: qualifierOf(`${event.id} ${isTwin ? index - 1 : index}`),
        customerId,
        actor: { callerType: 'USER', email: event.who.email, profileId: idOfEmployee(event.who) },
        place: event.place,
        events,
      }),
  };
}

/** What an activity is made of. */
export interface ActivityParts {
  readonly application: string;
  readonly at: number;
  readonly qualifier: string;
  readonly customerId: string;
  readonly actor: Wire;
  readonly place?: Place;
  readonly events: readonly Wire[];
}

/** An activity as the Reports API writes it. */
export function activity({ application, at, qualifier, customerId, actor, place, events }: ActivityParts): WireRecord {
  return {
    kind: 'admin#reports#activity',
    id: { time: new Date(at).toISOString(), uniqueQualifier: qualifier, applicationName: application, customerId },
    etag: `"${codeOf(`etag ${qualifier} ${at}`, 20)}"`,
    actor,
    ...(place && { ipAddress: place.ip, networkInfo: { regionCode: place.country, ipAsn: [place.asn] } }),
    events,
  };
}

/** An event with its parameters, each of the kind that its value has. */
export function eventOf(type: string, name: string, parameters: Readonly<Record<string, unknown>> = {}): Wire {
  const list = Object.entries(parameters).map(([key, value]) => ({ name: key, ...valueOf(value) }));
  return { type, name, ...(list.length > 0 && { parameters: list }) };
}

function valueOf(value: unknown): Wire {
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return { intValue: String(value) };
  return Array.isArray(value) ? { multiValue: value } : { value: String(value) };
}

/** One of the activities that are made up for volume. */
export function bulkActivity(index: number, at: number, who: Employee, customerId: string): WireRecord {
  return activity({
    application: 'drive',
    at,
    qualifier: String(index),
    customerId,
    actor: { email: who.email, profileId: idOfEmployee(who) },
    place: who.office,
    events: [
      eventOf('access', 'view', {
        primary_event: true,
        doc_id: `load-${index % 5_000}`,
        doc_title: `Load ${index % 5_000}`,
        doc_type: 'document',
      }),
    ],
  });
}

const GUESSED_BY = { login_type: 'google_password', login_challenge_method: ['password'] };

const TOLD: Readonly<Partial<Record<CompanyAct, (event: CompanyEvent, company: Company) => Told[]>>> = {
  SIGN_IN: ({ isAttack, who }) => [
    login(eventOf('login', 'login_success', { ...GUESSED_BY, is_suspicious: isAttack })),
    ...(isAttack ? [login(eventOf('account_warning', 'suspicious_login', { affected_email_address: who.email }))] : []),
  ],
  SIGN_IN_FAILED: () => [login(eventOf('login', 'login_failure', { ...GUESSED_BY, login_failure_type: 'login_failure_invalid_password' }))],
  SIGN_OUT: () => [login(eventOf('login', 'logout', { login_type: 'google_password' }))],
  MFA_PASSED: () => [
    login(
      eventOf('login', 'login_verification', {
        is_second_factor: true,
        login_type: 'google_password',
        login_challenge_method: ['google_prompt'],
        login_challenge_status: 'Challenge passed.',
      }),
    ),
  ],
  OPEN_APP: ({ about }) => [
    {
      application: 'saml',
      events: [eventOf('login', 'login_success', { application_name: about ?? 'App', initiated_by: 'idp', orgunit_path: '/' })],
    },
  ],
  PASSWORD_CHANGED: () => inBothLogs(eventOf('password_change', 'password_edit')),
  MFA_RESET: ({ who, to }) =>
    to === undefined || to.number === who.number
      ? inBothLogs(eventOf('2sv_change', '2sv_disable'))
      : [admin(eventOf('USER_SETTINGS', 'TURN_OFF_2_STEP_VERIFICATION', { USER_EMAIL: to.email }))],
  SEND_DOCUMENT: (event) => [{ application: 'drive', events: shared(event) }],
  SIGN_DOCUMENT: (event) => [drive(event, 'edit')],
  DOWNLOAD_DOCUMENT: (event) => [drive(event, 'download')],
  DELETE_DOCUMENT: (event) => [drive(event, 'trash')],
  ADD_USER: ({ to }) => [admin(eventOf('USER_SETTINGS', 'CREATE_USER', { USER_EMAIL: to?.email ?? '' }))],
  GROUP_CHANGE: ({ to, about }, { domain }) => [
    admin(
      eventOf('GROUP_SETTINGS', 'ADD_GROUP_MEMBER', {
        USER_EMAIL: to?.email ?? '',
        GROUP_EMAIL: `${(about ?? 'group').toLowerCase().replace(/[^a-z0-9]+/g, '-')}@${domain}`,
      }),
    ),
  ],
  ROLE_GRANT: ({ to, about }) => [
    admin(eventOf('DELEGATED_ADMIN_SETTINGS', 'ASSIGN_ROLE', { ROLE_NAME: about ?? '_GROUPS_ADMIN_ROLE', USER_EMAIL: to?.email ?? '' })),
  ],
  POLICY_CHANGE: ({ about }) => [
    admin(
      eventOf('APPLICATION_SETTINGS', 'CHANGE_APPLICATION_SETTING', {
        APPLICATION_NAME: 'Security',
        SETTING_NAME: about ?? 'Session control',
        OLD_VALUE: '1209600',
        NEW_VALUE: '43200',
      }),
    ),
  ],
  TOKEN_CREATE: ({ about }) => [
    {
      application: 'token',
      events: [
        eventOf('auth', 'authorize', {
          client_id: clientIdOf(about ?? 'app'),
          app_name: about ?? 'app',
          client_type: 'WEB',
          scope: ['https://www.googleapis.com/auth/drive', 'openid'],
        }),
      ],
    },
  ],
  UNKNOWN_NEW_EVENT: ({ about }) => [
    admin(eventOf('NEW_SETTINGS', (about ?? 'assistant.prompt.run').toUpperCase().replace(/[^A-Z0-9]+/g, '_'))),
  ],
};

function login(event: Wire): Told {
  return { application: 'login', events: [event] };
}

function admin(event: Wire): Told {
  return { application: 'admin', events: [event] };
}

function inBothLogs(event: Wire): Told[] {
  return [login(event), { application: 'user_accounts', events: [event] }];
}

function documentOf({ about, id, who }: CompanyEvent): Wire {
  const title = about ?? 'Untitled';
  return { doc_id: codeOf(`document ${about ?? id}`, 24), doc_title: title, doc_type: 'document', owner: who.email };
}

function drive(event: CompanyEvent, name: string): Told {
  return { application: 'drive', events: [eventOf('access', name, { primary_event: true, ...documentOf(event), visibility: 'private' })] };
}

// Sharing comes as two events of one activity: who was let in, and what that made of the file.
function shared(event: CompanyEvent): Wire[] {
  const common = { ...documentOf(event), visibility: 'shared_externally', old_visibility: 'private', visibility_change: 'external' };
  return [
    eventOf('acl_change', 'change_user_access', {
      primary_event: true,
      ...common,
      target_user: event.to?.email ?? 'partner@contoso.example',
      old_value: ['none'],
      new_value: ['can_view'],
    }),
    eventOf('acl_change', 'change_document_visibility', {
      primary_event: false,
      ...common,
      new_value: ['shared_externally'],
      old_value: ['private'],
    }),
  ];
}

/** The client of an app, by its name. */
export function clientIdOf(app: string): string {
  return `${String(numberOf('client', app)).padStart(12, '1')}-${codeOf(app, 20)}.apps.googleusercontent.com`;
}
