import type { Json } from '#libs/kernel';

import type { AppClient, WireRecord } from '../sdk/index.js';
import {
  AppFailure,
  at,
  flag,
  record,
  requiredFlag,
  requiredList,
  requiredRecord,
  requiredText,
  text,
  urlPages,
  whole,
} from '../sdk/index.js';
import { readOneUser } from './govern-users.js';
import type { Operation } from './operations.js';
import { GLOBAL_ADMINISTRATOR, isAdminRole, readHoldings, readRoles } from './roles.js';
import { NEXT_LINK, texts, valuesOf } from './wire.js';

type Read = (app: AppClient) => Promise<Json>;

/**
 * How each document is read that a control names as its `operation`. Cut down to what controls read and people need to recognize; an answer without a field
 * that a control reads is malformed, so that a changed API makes a control unknown instead of passed.
 */
export const EVIDENCE: Readonly<Record<string, Read>> = {
  'GET /v1.0/identity/conditionalAccess/policies': (app) => all(app, 'GET /identity/conditionalAccess/policies', policy),
  'GET /v1.0/reports/authenticationMethods/userRegistrationDetails': (app) =>
    all(app, 'GET /reports/authenticationMethods/userRegistrationDetails', registration),
  'GET /v1.0/policies/authorizationPolicy': authorizationPolicy,
  'GET /v1.0/policies/adminConsentRequestPolicy': (app) => enabledOf(app, 'GET /policies/adminConsentRequestPolicy'),
  'GET /v1.0/policies/defaultAppManagementPolicy': (app) => enabledOf(app, 'GET /policies/defaultAppManagementPolicy'),
  'GET /v1.0/policies/authenticationMethodsPolicy': authenticationMethods,
  'GET /v1.0/domains': (app) => all(app, 'GET /domains', domain),
  'GET /v1.0/admin/sharepoint/settings': sharePoint,
  [`GET /v1.0/directoryRoles(roleTemplateId='${GLOBAL_ADMINISTRATOR}')/members`]: (app) =>
    holders(app, (roleId) => roleId === GLOBAL_ADMINISTRATOR),
  'GET /v1.0/directoryRoles/{id}/members?$select=userPrincipalName,onPremisesSyncEnabled': (app) => holders(app),
};

async function all(app: AppClient, operation: Operation, toDocument: (row: WireRecord, operation: string) => Json): Promise<Json> {
  const value: Json[] = [];
  for await (const page of urlPages(app, { operation, path: operation.slice('GET '.length) }, NEXT_LINK))
    value.push(...valuesOf(page.body, operation, toDocument));
  return { value };
}

async function one(app: AppClient, operation: Operation): Promise<WireRecord> {
  const answer = await app.call({ operation, path: operation.slice('GET '.length) });
  return requiredRecord(answer.body, operation, 'an object');
}

async function enabledOf(app: AppClient, operation: Operation): Promise<Json> {
  return { isEnabled: requiredFlag((await one(app, operation))['isEnabled'], operation, '"isEnabled"') };
}

const PHISHING_RESISTANT = '00000000-0000-0000-0000-000000000004';
const RESISTANT_METHOD = /^(?:fido2|windowsHelloForBusiness|x509CertificateMultiFactor)$/;

// Empty lists stay empty: a control asks whether something is in them.
function policy(row: WireRecord, operation: string): Json {
  const conditions = requiredRecord(row['conditions'], operation, 'conditions');
  const users = record(conditions['users']);
  const strength = record(at(row, 'grantControls', 'authenticationStrength'));
  const frequency = record(at(row, 'sessionControls', 'signInFrequency'));
  const browser = record(at(row, 'sessionControls', 'persistentBrowser'));
  const transfers = text(at(conditions, 'authenticationFlows', 'transferMethods'));
  return {
    id: requiredText(row['id'], operation, '"id"'),
    displayName: requiredText(row['displayName'], operation, '"displayName"'),
    state: requiredText(row['state'], operation, '"state"'),
    conditions: {
      users: {
        includeUsers: texts(users?.['includeUsers']),
        includeRoles: texts(users?.['includeRoles']),
        excludedUsers: texts(users?.['excludeUsers']).length,
      },
      applications: { includeApplications: texts(at(conditions, 'applications', 'includeApplications')) },
      clientAppTypes: texts(conditions['clientAppTypes']),
      signInRiskLevels: texts(conditions['signInRiskLevels']),
      userRiskLevels: texts(conditions['userRiskLevels']),
      // Graph writes a list as one text with commas.
      authenticationFlows: { transferMethods: transfers === null ? [] : transfers.split(',').map((method) => method.trim()) },
    },
    grantControls: {
      builtInControls: texts(at(row, 'grantControls', 'builtInControls')),
      ...(strength && { authenticationStrength: { id: text(strength['id']), isPhishingResistant: isResistant(strength) } }),
    },
    sessionControls: {
      signInFrequency: { isEnabled: flag(frequency?.['isEnabled']) },
      persistentBrowser: { mode: text(browser?.['mode']) },
    },
  };
}

function isResistant(strength: WireRecord): boolean {
  if (strength['id'] === PHISHING_RESISTANT) return true;
  const combinations = texts(strength['allowedCombinations']);
  return combinations.length > 0 && combinations.every((combination) => RESISTANT_METHOD.test(combination));
}

// Who is at fault is named; of the others only the facts are kept, since there may be very many.
function registration(row: WireRecord, operation: string): Json {
  const facts = {
    userType: requiredText(row['userType'], operation, '"userType"'),
    isAdmin: requiredFlag(row['isAdmin'], operation, '"isAdmin"'),
    isMfaCapable: requiredFlag(row['isMfaCapable'], operation, '"isMfaCapable"'),
    isMfaRegistered: requiredFlag(row['isMfaRegistered'], operation, '"isMfaRegistered"'),
  };
  if (facts.isMfaCapable && facts.isMfaRegistered) return facts;
  return { ...facts, id: requiredText(row['id'], operation, '"id"'), userPrincipalName: text(row['userPrincipalName']) };
}

async function authorizationPolicy(app: AppClient): Promise<Json> {
  const operation = 'GET /policies/authorizationPolicy';
  const row = await one(app, operation);
  const rights = requiredRecord(row['defaultUserRolePermissions'], operation, '"defaultUserRolePermissions"');
  const assigned = requiredList(rights['permissionGrantPoliciesAssigned'], operation, '"permissionGrantPoliciesAssigned"');
  return {
    guestUserRoleId: requiredText(row['guestUserRoleId'], operation, '"guestUserRoleId"').toLowerCase(),
    allowInvitesFrom: requiredText(row['allowInvitesFrom'], operation, '"allowInvitesFrom"'),
    defaultUserRolePermissions: {
      allowedToCreateApps: requiredFlag(rights['allowedToCreateApps'], operation, '"allowedToCreateApps"'),
      // Null where the tenant never set it: then it is not told.
      ...(rights['allowedToCreateTenants'] !== null && {
        allowedToCreateTenants: requiredFlag(rights['allowedToCreateTenants'], operation, '"allowedToCreateTenants"'),
      }),
      permissionGrantPoliciesAssigned: texts(assigned),
    },
  };
}

async function authenticationMethods(app: AppClient): Promise<Json> {
  const operation = 'GET /policies/authenticationMethodsPolicy';
  const methods = requiredList((await one(app, operation))['authenticationMethodConfigurations'], operation, 'the list of methods');
  return {
    authenticationMethodConfigurations: methods.map((method) => ({
      id: requiredText(at(method, 'id'), operation, "a method's id"),
      state: requiredText(at(method, 'state'), operation, "a method's state"),
    })),
  };
}

function domain(row: WireRecord, operation: string): Json {
  return {
    id: requiredText(row['id'], operation, '"id"'),
    isVerified: requiredFlag(row['isVerified'], operation, '"isVerified"'),
    authenticationType: text(row['authenticationType']),
    // Null means that passwords do not expire.
    passwordValidityPeriodInDays: whole(row['passwordValidityPeriodInDays']),
  };
}

async function sharePoint(app: AppClient): Promise<Json> {
  const operation = 'GET /admin/sharepoint/settings';
  const row = await one(app, operation);
  return {
    sharingCapability: requiredText(row['sharingCapability'], operation, '"sharingCapability"'),
    sharingDomainRestrictionMode: requiredText(row['sharingDomainRestrictionMode'], operation, '"sharingDomainRestrictionMode"'),
    isResharingByExternalUsersEnabled: requiredFlag(
      row['isResharingByExternalUsersEnabled'],
      operation,
      '"isResharingByExternalUsersEnabled"',
    ),
    isLegacyAuthProtocolsEnabled: requiredFlag(row['isLegacyAuthProtocolsEnabled'], operation, '"isLegacyAuthProtocolsEnabled"'),
    isUnmanagedSyncAppForTenantRestricted: requiredFlag(
      row['isUnmanagedSyncAppForTenantRestricted'],
      operation,
      '"isUnmanagedSyncAppForTenantRestricted"',
    ),
    idleSessionSignOut: { isEnabled: requiredFlag(at(row, 'idleSessionSignOut', 'isEnabled'), operation, '"idleSessionSignOut"') },
  };
}

const HOLDER_FIELDS = 'id,userPrincipalName,onPremisesSyncEnabled';

// Members of a role: those who hold it directly or by a group, now or when they want.
async function holders(app: AppClient, isWanted?: (roleId: string) => boolean): Promise<Json> {
  const roles = await readRoles(app);
  const wanted = (roleId: string): boolean => {
    const role = roles.get(roleId);
    return isWanted ? isWanted(role?.templateId ?? roleId) : role !== undefined && isAdminRole(role) === true;
  };
  const ids = new Set((await readHoldings(app)).filter((held) => wanted(held.assignment.roleDefinitionId)).map((held) => held.account));
  const value = await app.each([...ids], (id) => holder(app, id));
  return { value: value.filter((found) => found !== undefined) };
}

async function holder(app: AppClient, id: string): Promise<Json | undefined> {
  try {
    const { wire } = await readOneUser(app, id, HOLDER_FIELDS);
    return { id, userPrincipalName: text(wire['userPrincipalName']), onPremisesSyncEnabled: flag(wire['onPremisesSyncEnabled']) };
  } catch (error) {
    // Deleted since the roles were read.
    if (error instanceof AppFailure && error.kind === 'missing') return undefined;
    throw error;
  }
}
