import type { OktaState } from './sandbox-state.js';
import { oktaId } from './sandbox-state.js';

type Wire = Readonly<Record<string, unknown>>;

const SINCE = '2024-03-04T09:00:00.000Z';

/** The organization's policies by type. Believable and imperfect: some controls pass, some fail. */
export const POLICIES: Readonly<Record<string, readonly Wire[]>> = {
  PASSWORD: [
    policy('PASSWORD', 'Staff', 1, {
      settings: {
        password: {
          complexity: {
            minLength: 14,
            minLowerCase: 1,
            minUpperCase: 1,
            minNumber: 1,
            minSymbol: 1,
            excludeUsername: true,
            dictionary: { common: { exclude: true } },
          },
          age: { maxAgeDays: 0, minAgeMinutes: 0, historyCount: 8, expireWarnDays: 0 },
          lockout: { maxAttempts: 5, autoUnlockMinutes: 30, showLockoutFailures: false },
          breachedProtection: { expireAfterDays: 0, logoutEnabled: true },
        },
      },
    }),
    policy('PASSWORD', 'Default Policy', 2, {
      system: true,
      settings: {
        password: {
          complexity: {
            minLength: 8,
            minLowerCase: 1,
            minUpperCase: 1,
            minNumber: 1,
            minSymbol: 0,
            excludeUsername: true,
            dictionary: { common: { exclude: false } },
          },
          age: { maxAgeDays: 0, minAgeMinutes: 0, historyCount: 4, expireWarnDays: 0 },
          lockout: { maxAttempts: 10, autoUnlockMinutes: 0, showLockoutFailures: false },
        },
      },
    }),
  ],
  OKTA_SIGN_ON: [policy('OKTA_SIGN_ON', 'Staff', 1), policy('OKTA_SIGN_ON', 'Default Policy', 2, { system: true })],
  ACCESS_POLICY: [
    policy('ACCESS_POLICY', 'Any two factors', 1),
    policy('ACCESS_POLICY', 'Okta Admin Console', 1, { system: true }),
    policy('ACCESS_POLICY', 'Okta Dashboard', 1),
    policy('ACCESS_POLICY', 'Password only', 1, { status: 'INACTIVE' }),
  ],
  MFA_ENROLL: [policy('MFA_ENROLL', 'Default Policy', 1, { system: true })],
  USER_LIFECYCLE: [policy('USER_LIFECYCLE', 'Idle accounts', 1)],
};

/** The rules of each policy, by the policy's type and name. */
const RULES: Readonly<Record<string, readonly Wire[]>> = {
  'OKTA_SIGN_ON Staff': [
    signOnRule('Blocked networks', 1, { access: 'DENY' }),
    signOnRule('Staff', 2, {
      access: 'ALLOW',
      requireFactor: true,
      session: { maxSessionIdleMinutes: 15, maxSessionLifetimeMinutes: 720, usePersistentCookie: false },
    }),
  ],
  'OKTA_SIGN_ON Default Policy': [
    signOnRule('Default Rule', 1, {
      access: 'ALLOW',
      requireFactor: false,
      session: { maxSessionIdleMinutes: 120, maxSessionLifetimeMinutes: 0, usePersistentCookie: false },
    }),
  ],
  'ACCESS_POLICY Any two factors': [accessRule('Catch-all Rule', 1, '2FA', 'OPTIONAL')],
  'ACCESS_POLICY Okta Admin Console': [
    accessRule('Administrators', 1, '2FA', 'REQUIRED'),
    accessRule('Catch-all Rule', 2, '2FA', undefined),
  ],
  'ACCESS_POLICY Okta Dashboard': [accessRule('Office', 1, '1FA', undefined), accessRule('Catch-all Rule', 2, '2FA', 'OPTIONAL')],
  'ACCESS_POLICY Password only': [accessRule('Catch-all Rule', 1, '1FA', undefined)],
  'USER_LIFECYCLE Idle accounts': [
    rule('USER_LIFECYCLE', 'Suspend after 90 days', 1, {
      conditions: { people: { users: { inactivity: { number: 90, unit: 'DAY' } } } },
      actions: { updateUserLifecycle: { targetStatus: 'SUSPENDED' } },
    }),
  ],
};

/** The rules of a policy; undefined for no policy of ours. */
export function rulesOf(policyId: string): readonly Wire[] | undefined {
  const found = Object.values(POLICIES)
    .flat()
    .find((one) => one['id'] === policyId);
  const rules = found && (RULES[`${String(found['type'])} ${String(found['name'])}`] ?? []);
  // Rules of two policies may have the same name, never the same id.
  return rules?.map((one) => ({ ...one, id: oktaId('0pr', policyId, String(one['name'])) }));
}

/** The names of the apps that an access policy protects; undefined for no policy of ours. */
export function appsOfPolicy(state: OktaState, policyId: string): readonly OktaState['apps'][number][] | undefined {
  const found = Object.values(POLICIES)
    .flat()
    .find((one) => one['id'] === policyId);
  if (!found) return undefined;
  if (found['name'] === 'Okta Admin Console') return state.apps.filter((app) => app.name === 'saasure');
  if (found['name'] === 'Okta Dashboard') return state.apps.filter((app) => app.name === 'okta_enduser');
  return found['name'] === 'Any two factors' ? state.apps.filter((app) => app.signOnMode === 'SAML_2_0') : [];
}

/** Settings that are one document each, by operation. */
export const DOCUMENTS: Readonly<Record<string, unknown>> = {
  'GET /api/v1/threats/configuration': { action: 'audit', excludeZones: [], created: SINCE, lastUpdated: SINCE },
  'GET /api/v1/behaviors': [
    {
      id: oktaId('bhv', 'velocity'),
      name: 'Velocity',
      type: 'VELOCITY',
      status: 'ACTIVE',
      settings: { velocityKph: 805 },
      created: SINCE,
      lastUpdated: SINCE,
    },
    {
      id: oktaId('bhv', 'city'),
      name: 'New City',
      type: 'ANOMALOUS_LOCATION',
      status: 'INACTIVE',
      settings: { granularity: 'CITY', maxEventsUsedForEvaluation: 50 },
      created: SINCE,
      lastUpdated: SINCE,
    },
  ],
  'GET /api/v1/logStreams': [],
  'GET /api/v1/zones': [
    {
      id: oktaId('nzo', 'offices'),
      name: 'Offices',
      type: 'IP',
      usage: 'POLICY',
      status: 'ACTIVE',
      system: false,
      created: SINCE,
      lastUpdated: SINCE,
      gateways: [{ type: 'CIDR', value: '198.51.100.0/24' }],
    },
    {
      id: oktaId('nzo', 'anonymizers'),
      name: 'Anonymizers',
      type: 'DYNAMIC_V2',
      usage: 'BLOCKLIST',
      status: 'ACTIVE',
      system: false,
      created: SINCE,
      lastUpdated: SINCE,
      ipServiceCategories: { include: ['ALL_ANONYMIZERS'], exclude: [] },
    },
  ],
  'GET /api/v1/authenticators': [
    authenticator('okta_password', 'password', 'Password', undefined),
    authenticator('okta_verify', 'app', 'Okta Verify', { compliance: { fips: 'OPTIONAL' }, userVerification: 'PREFERRED' }),
    authenticator('webauthn', 'security_key', 'Security Key or Biometric', undefined),
    authenticator('phone_number', 'phone', 'Phone', { allowedFor: 'any' }),
    authenticator('okta_email', 'email', 'Email', { allowedFor: 'recovery', tokenLifetimeInMinutes: 5 }),
  ],
  'GET /api/v1/first-party-app-settings/{appName}': { sessionIdleTimeoutMinutes: 15, sessionMaxLifetimeMinutes: 720 },
  'GET /api/v1/org/privacy/oktaSupport': { support: 'ENABLED', expiration: null },
  'GET /api/v1/org/settings/clientPrivilegesSetting': { clientPrivilegesSetting: false },
  'GET /attack-protection/api/v1/user-lockout-settings': { preventBruteForceLockoutFromUnknownDevices: false },
  'GET /attack-protection/api/v1/authenticator-settings': { verifyKnowledgeSecondWhen2faRequired: true },
};

/** Which part of the plan each setting belongs to, for the switch `unlicensed`. */
export const PLAN_OF: Readonly<Record<string, string>> = {
  'GET /api/v1/threats/configuration': 'threat-insight',
  'GET /api/v1/behaviors': 'behaviors',
  'GET /api/v1/logStreams': 'log-streams',
  'GET /api/v1/zones': 'network-zones',
};

function policy(type: string, name: string, priority: number, more: Wire = {}): Wire {
  return {
    id: oktaId('00p', type, name),
    type,
    name,
    status: 'ACTIVE',
    system: false,
    priority,
    created: SINCE,
    lastUpdated: SINCE,
    ...more,
  };
}

function rule(type: string, name: string, priority: number, more: Wire): Wire {
  return {
    id: oktaId('0pr', type, name),
    type,
    name,
    status: 'ACTIVE',
    system: false,
    priority,
    created: SINCE,
    lastUpdated: SINCE,
    ...more,
  };
}

function signOnRule(name: string, priority: number, signon: Wire): Wire {
  return rule('SIGN_ON', name, priority, { actions: { signon } });
}

function accessRule(name: string, priority: number, factorMode: string, phishingResistant: string | undefined): Wire {
  const constraints = phishingResistant ? [{ possession: { phishingResistant, deviceBound: 'REQUIRED' } }] : [];
  return rule('ACCESS_POLICY', name, priority, {
    actions: {
      appSignOn: { access: 'ALLOW', verificationMethod: { type: 'ASSURANCE', factorMode, reauthenticateIn: 'PT2H', constraints } },
    },
  });
}

function authenticator(key: string, type: string, name: string, settings: Wire | undefined): Wire {
  return { id: oktaId('aut', key), key, type, name, status: 'ACTIVE', created: SINCE, lastUpdated: SINCE, ...(settings && { settings }) };
}
