import type { CompanyEvent, Device, Place, WireRecord } from '../sdk/index.js';
import type { BulkLog, LogEntry } from './sandbox-log.js';
import type { OktaState, SandboxUser } from './sandbox-state.js';
import { bulkUserId, numberOf, oktaId, uuidOf } from './sandbox-state.js';

type Wire = Readonly<Record<string, unknown>>;

/** One event in the words of the System Log, before it is laid out in full. */
interface Told {
  readonly eventType: string;
  readonly displayMessage: string;
  readonly result: string;
  readonly reason?: string;
  readonly targets?: readonly Wire[];
  readonly debugData?: Wire;
  readonly severity?: 'INFO' | 'WARN';
}

const LATE_ONE_IN = 400;
const LATE_MS = 9 * 60_000;
const USUAL_DELAY_MS = 4_000;
const HALF_DAY_MS = 43_200_000;

/** What Okta's log has of something that a person did; work inside other apps is not among it. */
export function entriesOf(state: Pick<OktaState, 'userOfEmployee' | 'apps' | 'groups'>, event: CompanyEvent): LogEntry[] {
  const user = state.userOfEmployee.get(event.who.number);
  if (!user) return [];
  const told = TOLD[event.act]?.(state, event, user) ?? [];
  return told.map((one, index) => entryOf(event, user, one, index));
}

function entryOf(event: CompanyEvent, user: SandboxUser, told: Told, index: number): LogEntry {
  const publishedAt = event.at.getTime() + index * 150;
  const draw = numberOf('late', event.id);
  // Most events are there within seconds; a few come minutes late, which only readers by persistence see.
  const delayMs = draw % LATE_ONE_IN === 0 ? LATE_MS : draw % USUAL_DELAY_MS;
  return {
    publishedAt,
    persistedAt: publishedAt + delayMs,
    eventType: told.eventType,
    tell: () =>
      logEvent(
        {
          uuid: uuidOf('event', event.id, index),
          publishedAt,
          actor: actorOf(user),
          client: { place: event.place, device: event.device },
          isSuspect: event.isAttack,
        },
        told,
      ),
  };
}

type State = Pick<OktaState, 'userOfEmployee' | 'apps' | 'groups'>;
type Teller = (state: State, event: CompanyEvent, user: SandboxUser) => Told[];

const TOLD: Readonly<Partial<Record<CompanyEvent['act'], Teller>>> = {
  SIGN_IN: (_state, { isAttack }) => [
    {
      eventType: 'user.session.start',
      displayMessage: 'User login to Okta',
      result: 'SUCCESS',
      debugData: {
        threatSuspected: String(isAttack),
        risk: isAttack ? '{reasons=Anomalous Geo-Distance, New Device, level=HIGH}' : '{level=LOW}',
      },
    },
    ...(isAttack ? [THREAT] : []),
  ],
  SIGN_IN_FAILED: () => [
    {
      eventType: 'user.session.start',
      displayMessage: 'User login to Okta',
      result: 'FAILURE',
      reason: 'INVALID_CREDENTIALS',
      severity: 'WARN',
    },
  ],
  SIGN_OUT: () => [{ eventType: 'user.session.end', displayMessage: 'User logout from Okta', result: 'SUCCESS' }],
  MFA_PASSED: () => [
    {
      eventType: 'user.authentication.auth_via_mfa',
      displayMessage: 'Authentication of user via MFA',
      result: 'SUCCESS',
      debugData: { factor: 'OKTA_VERIFY_PUSH' },
    },
  ],
  OPEN_APP: (state, { about }) => {
    const app = state.apps.find((one) => one.label === about);
    const target = {
      id: app?.id ?? oktaId('0oa', about ?? 'app'),
      type: 'AppInstance',
      alternateId: about ?? 'app',
      displayName: about ?? 'app',
    };
    if (app?.name === 'saasure')
      return [
        {
          eventType: 'user.session.access_admin_app',
          displayMessage: 'User accessing Okta admin app',
          result: 'SUCCESS',
          targets: [target],
        },
      ];
    return [{ eventType: 'user.authentication.sso', displayMessage: 'User single sign on to app', result: 'SUCCESS', targets: [target] }];
  },
  PASSWORD_CHANGED: (_state, _event, user) => [
    {
      eventType: 'user.account.update_password',
      displayMessage: 'User update password for Okta',
      result: 'SUCCESS',
      targets: [userTarget(user)],
    },
  ],
  ADD_USER: (state, event) => [
    { eventType: 'user.lifecycle.create', displayMessage: 'Create Okta user', result: 'SUCCESS', targets: others(state, event) },
  ],
  GROUP_CHANGE: (state, event) => [
    {
      eventType: 'group.user_membership.add',
      displayMessage: 'Add user to group membership',
      result: 'SUCCESS',
      targets: [...others(state, event), groupTarget(state, event.about ?? '')],
    },
  ],
  ROLE_GRANT: (state, event) => [
    {
      eventType: 'user.account.privilege.grant',
      displayMessage: 'Grant user privilege',
      result: 'SUCCESS',
      targets: others(state, event),
      debugData: { privilegeGranted: event.about ?? '' },
    },
  ],
  POLICY_CHANGE: (_state, { about }) => [
    {
      eventType: 'policy.rule.update',
      displayMessage: 'Update policy rule',
      result: 'SUCCESS',
      targets: [{ id: oktaId('0pr', about ?? ''), type: 'PolicyRule', alternateId: 'unknown', displayName: about ?? '' }],
    },
  ],
  TOKEN_CREATE: (_state, { about, id }) => [
    {
      eventType: 'system.api_token.create',
      displayMessage: 'Create API token',
      result: 'SUCCESS',
      targets: [{ id: oktaId('00T', id), type: 'Token', alternateId: 'unknown', displayName: about ?? '' }],
    },
  ],
  MFA_RESET: (state, event, user) => [
    {
      eventType: 'user.mfa.factor.reset_all',
      displayMessage: 'Reset all factors for user',
      result: 'SUCCESS',
      targets: event.to ? others(state, event) : [userTarget(user)],
    },
  ],
  UNKNOWN_NEW_EVENT: (_state, { about }) => [{ eventType: about ?? 'unknown', displayMessage: 'A new kind of event', result: 'SUCCESS' }],
};

const THREAT: Told = {
  eventType: 'security.threat.detected',
  displayMessage: 'Okta ThreatInsight detected a threat',
  result: 'ALLOW',
  reason: 'Login failures with high unknown users count',
  severity: 'WARN',
  debugData: { threatSuspected: 'true', risk: '{level=HIGH}', threatDetections: '{"Password Spray":"HIGH"}' },
};

function others(state: State, { to }: CompanyEvent): Wire[] {
  const user = to && state.userOfEmployee.get(to.number);
  return user ? [userTarget(user)] : [];
}

/** A user as the target of an event. */
export function userTarget(user: SandboxUser): Wire {
  return { id: user.id, type: 'User', alternateId: user.profile['login'] ?? 'unknown', displayName: nameOf(user) };
}

function groupTarget(state: State, name: string): Wire {
  const group = [...state.groups.values()].find((one) => one.name === name);
  return { id: group?.id ?? oktaId('00g', name), type: 'UserGroup', alternateId: 'unknown', displayName: name };
}

function actorOf(user: SandboxUser): Wire {
  return { id: user.id, type: 'User', alternateId: user.profile['login'] ?? 'unknown', displayName: nameOf(user) };
}

function nameOf({ profile }: SandboxUser): string {
  return [profile['firstName'], profile['lastName']].filter(Boolean).join(' ');
}

/** Something done through the API, by our app or by the owner of a token. */
export interface ApiAct {
  readonly at: Date;
  readonly eventType: string;
  readonly displayMessage: string;
  readonly targets: readonly Wire[];
  readonly actor: Wire;
  readonly number: number;
}

/** The log's own record of a call that changed something; it is there at once. */
export function apiEntry({ at, eventType, displayMessage, targets, actor, number }: ApiAct): LogEntry {
  const publishedAt = at.getTime();
  const about = { uuid: uuidOf('api', number, publishedAt), publishedAt, actor, client: undefined, isSuspect: false };
  return {
    publishedAt,
    persistedAt: publishedAt,
    eventType,
    tell: () => logEvent(about, { eventType, displayMessage, result: 'SUCCESS', targets }),
  };
}

interface About {
  readonly uuid: string;
  readonly publishedAt: number;
  readonly actor: Wire;
  readonly client: { readonly place: Place; readonly device: Device } | undefined;
  readonly isSuspect: boolean;
}

function logEvent({ uuid, publishedAt, actor, client, isSuspect }: About, told: Told): WireRecord {
  const place = client && placeOf(client.place);
  return {
    uuid,
    published: new Date(publishedAt).toISOString(),
    eventType: told.eventType,
    version: '0',
    severity: told.severity ?? 'INFO',
    displayMessage: told.displayMessage,
    actor,
    client: client
      ? {
          userAgent: { rawUserAgent: client.device.userAgent, os: client.device.os, browser: client.device.browser.toUpperCase() },
          zone: 'null',
          device: /Mobile|iPhone|Android/.test(client.device.userAgent) ? 'Mobile' : 'Computer',
          ipAddress: client.place.ip,
          geographicalContext: place,
        }
      : { userAgent: { rawUserAgent: 'castellan', os: 'Unknown', browser: 'UNKNOWN' }, zone: 'null', device: 'Unknown' },
    outcome: { result: told.result, ...(told.reason && { reason: told.reason }) },
    target: told.targets ?? [],
    transaction: { type: 'WEB', id: `trn-${uuid.slice(0, 23)}`, detail: {} },
    debugContext: { debugData: { requestId: `req-${uuid.slice(0, 23)}`, requestUri: '/idp/idx/identify', ...told.debugData } },
    authenticationContext: {
      authenticationStep: 0,
      externalSessionId: client ? `idx-${String(actor['id']).slice(3)}-${Math.floor(publishedAt / HALF_DAY_MS)}` : 'unknown',
    },
    securityContext: client
      ? { asNumber: client.place.asn, asOrg: client.place.organization, isp: client.place.organization, isProxy: isSuspect }
      : {},
    request: { ipChain: client ? [{ ip: client.place.ip, version: 'V4', geographicalContext: place }] : [] },
  };
}

// Countries are written out, as Okta does.
function placeOf(place: Place): Wire {
  return { city: place.city, state: place.region, country: place.countryName, geolocation: { lat: place.latitude, lon: place.longitude } };
}

const BULK_TYPES = ['user.session.start', 'user.authentication.sso'];

/** Sign-ins and app openings of many people, each made from its number when it is read. */
export function bulkLog(
  state: { readonly apps: OktaState['apps']; readonly company: OktaState['company'] },
  people: number,
  count: number,
  from: number,
  until: number,
): BulkLog {
  const seats = state.company.people;
  return {
    count,
    from,
    until,
    eventTypes: BULK_TYPES,
    tell: (index, publishedAt) => {
      const { office, device } = seats[index % seats.length]!;
      const person = index % Math.max(1, people);
      const login = `person${person}@${state.company.domain}`;
      const actor = { id: bulkUserId(person), type: 'User', alternateId: login, displayName: `Person ${person}` };
      const app = state.apps[index % state.apps.length]!;
      // A hash for each of a million events would cost more than all the rest.
      const about = {
        uuid: `00000000-0000-4000-a000-${index.toString(16).padStart(12, '0')}`,
        publishedAt,
        actor,
        client: { place: office, device },
        isSuspect: false,
      };
      if (index % 2 === 0)
        return logEvent(about, { eventType: 'user.session.start', displayMessage: 'User login to Okta', result: 'SUCCESS' });
      const target = { id: app.id, type: 'AppInstance', alternateId: app.label, displayName: app.label };
      return logEvent(about, {
        eventType: 'user.authentication.sso',
        displayMessage: 'User single sign on to app',
        result: 'SUCCESS',
        targets: [target],
      });
    },
  };
}
