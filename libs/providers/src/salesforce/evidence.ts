import type { Json } from '#libs/kernel';

import { AppFailure, requiredFlag, requiredText, requiredWhole, text, timeMs, type AppClient, type WireRecord } from '../sdk/index.js';

import { factsOf } from './facts.js';
import { readBeside } from './listings.js';
import { requireRight } from './own-rights.js';
import { queryAll } from './soql.js';

const TOOLING = 'GET /services/data/vXX.X/tooling/query?q=';
const QUERY = 'GET /services/data/vXX.X/query?q=';
const DEFAULTS = [
  'DefaultAccountAccess',
  'DefaultContactAccess',
  'DefaultCaseAccess',
  'DefaultOpportunityAccess',
  'DefaultLeadAccess',
] as const;

/** Documents by the operation that a control names, cut down to what controls read; an answer without it is malformed. */
export const EVIDENCE: Readonly<Record<string, (app: AppClient) => Promise<Json>>> = {
  [`${TOOLING}SELECT Score FROM SecurityHealthCheck`]: score,
  [`${TOOLING}SELECT Setting,SettingGroup,OrgValueRaw,StandardValue,RiskType FROM SecurityHealthCheckRisks`]: risks,
  [`${QUERY}SELECT Id FROM PermissionSet WHERE PermissionsForceTwoFactor=true`]: (app) =>
    ids(app, 'SELECT Id FROM PermissionSet WHERE PermissionsForceTwoFactor = true'),
  [`${QUERY}SELECT COUNT(AssigneeId) FROM PermissionSetAssignment WHERE PermissionSet.PermissionsModifyAllData=true`]: countOfPowerful,
  [`${QUERY}SELECT Id FROM SamlSsoConfig`]: (app) => ids(app, 'SELECT Id FROM SamlSsoConfig'),
  [`${QUERY}SELECT Id, Name, OptionsAllowAdminApprovedUsersOnly, RefreshTokenValidityPeriod FROM ConnectedApplication`]: connectedApps,
  [`${QUERY}SELECT Id, AppName, LastUsedDate FROM OauthToken`]: tokens,
  [`${QUERY}SELECT Id, Username, LastLoginDate FROM User WHERE IsActive=true AND UserType='Standard'`]: activeUsers,
  [`${QUERY}SELECT Id, Label FROM PermissionSet WHERE PermissionsPasswordNeverExpires=true`]: passwordsForEver,
  [`${QUERY}SELECT ${DEFAULTS.join(', ')} FROM Organization`]: orgWideDefaults,
  [`${QUERY}SELECT UserId FROM TwoFactorMethodsInfo`]: secondFactors,
};

async function score(app: AppClient): Promise<Json> {
  const [row] = await queryAll(app, 'SELECT Score FROM SecurityHealthCheck', { isTooling: true });
  return { records: [{ Score: requiredText(row?.['Score'], 'tooling query (SecurityHealthCheck)', 'the Score') }] };
}

// The rows as they came, and once more by the words of their setting, so that a control can point to one.
async function risks(app: AppClient): Promise<Json> {
  const operation = 'tooling query (SecurityHealthCheckRisks)';
  const rows = await queryAll(app, 'SELECT RiskType, Setting, SettingGroup, OrgValueRaw, StandardValue FROM SecurityHealthCheckRisks', {
    isTooling: true,
  });
  if (rows.length === 0) requiredText(null, operation, 'a row');
  const records = rows.map((row) => ({
    RiskType: requiredText(row['RiskType'], operation, 'the RiskType of a row'),
    Setting: requiredText(row['Setting'], operation, 'the Setting of a row'),
    SettingGroup: text(row['SettingGroup']),
    OrgValueRaw: text(row['OrgValueRaw']),
    StandardValue: text(row['StandardValue']),
  }));
  return { records, settings: Object.fromEntries(records.map((row) => [slug(row.Setting), row])) };
}

/** The words of a setting in small letters, joined by dashes: wordings differ in case and marks between releases. */
export function slug(setting: string): string {
  return setting
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

async function ids(app: AppClient, soql: string): Promise<Json> {
  return { records: (await queryAll(app, soql)).map((row) => ({ Id: requiredText(row['Id'], 'query', 'the Id') })) };
}

async function countOfPowerful(app: AppClient): Promise<Json> {
  const soql =
    'SELECT COUNT(AssigneeId) FROM PermissionSetAssignment WHERE PermissionSet.PermissionsModifyAllData = true AND Assignee.IsActive = true';
  const [row] = await queryAll(app, soql);
  return { records: [{ expr0: requiredWhole(row?.['expr0'], 'query (PermissionSetAssignment)', 'the count') }] };
}

async function connectedApps(app: AppClient): Promise<Json> {
  const query = 'query (ConnectedApplication)';
  const rows = await queryAll(
    app,
    'SELECT Id, Name, OptionsAllowAdminApprovedUsersOnly, RefreshTokenValidityPeriod FROM ConnectedApplication',
  );
  return {
    records: rows.map((row) => {
      const validity = text(row['RefreshTokenValidityPeriod']);
      return {
        Id: requiredText(row['Id'], query, 'the Id'),
        Name: requiredText(row['Name'], query, 'the Name'),
        OptionsAllowAdminApprovedUsersOnly: requiredFlag(
          row['OptionsAllowAdminApprovedUsersOnly'],
          query,
          'OptionsAllowAdminApprovedUsersOnly',
        ),
        // Left out, not null, where tokens live for ever: a control asks whether it is there.
        ...(validity !== null && { RefreshTokenValidityPeriod: validity }),
      };
    }),
  };
}

async function tokens(app: AppClient): Promise<Json> {
  await requireRight(app, 'PermissionsCustomizeApplication', 'Customize Application');
  const rows = await queryAll(app, 'SELECT Id, AppName, CreatedDate, LastUsedDate FROM OauthToken');
  return {
    records: rows.map((row) => ({
      Id: requiredText(row['Id'], 'query (OauthToken)', 'the Id'),
      AppName: text(row['AppName']),
      ...lastSeen(row['LastUsedDate'], row['CreatedDate']),
    })),
  };
}

const EMPLOYEES = "FROM User WHERE IsActive = true AND UserType = 'Standard'";

async function activeUsers(app: AppClient): Promise<Json> {
  const frozen = await queryAll(app, 'SELECT Id, UserId FROM UserLogin WHERE IsFrozen = true');
  const isFrozen = new Set(frozen.map((row) => text(row['UserId'])));
  const rows = await queryAll(app, `SELECT Id, Username, LastLoginDate, CreatedDate ${EMPLOYEES}`);
  return {
    records: rows
      .filter((row) => !isFrozen.has(text(row['Id'])))
      .map((row) => ({ ...named(row), ...lastSeen(row['LastLoginDate'], row['CreatedDate']) })),
  };
}

async function passwordsForEver(app: AppClient): Promise<Json> {
  const rows = await queryAll(app, 'SELECT Id, Label FROM PermissionSet WHERE PermissionsPasswordNeverExpires = true');
  return { records: rows.map((row) => ({ Id: requiredText(row['Id'], 'query (PermissionSet)', 'the Id'), Label: text(row['Label']) })) };
}

async function orgWideDefaults(app: AppClient): Promise<Json> {
  const [row] = await queryAll(app, `SELECT ${DEFAULTS.join(', ')} FROM Organization`);
  return {
    defaults: DEFAULTS.map((name) => ({
      object: name.slice('Default'.length, -'Access'.length),
      access: requiredText(row?.[name], 'query (Organization)', name),
    })),
  };
}

async function secondFactors(app: AppClient): Promise<Json> {
  const withFactor = factsOf(app).factorFields.length > 0 ? (await readBeside(app)).withFactor : undefined;
  if (!withFactor) throw notShown();
  const rows = await queryAll(app, `SELECT Id, Username, FederationIdentifier ${EMPLOYEES}`);
  const direct = rows.filter((row) => text(row['FederationIdentifier']) === null);
  return { records: direct.map((row) => ({ ...named(row), hasSecondFactor: withFactor.has(text(row['Id']) ?? '') })) };
}

function notShown(): AppFailure {
  const permission = 'Manage Multi-Factor Authentication in API';
  const message = `The integration user lacks the permission "${permission}".`;
  const remedy = `Give the permission "${permission}" to the permission set of the integration user.`;
  return new AppFailure({ kind: 'forbidden', message, missingScopes: [permission], remedy }, 'query (TwoFactorMethodsInfo)', undefined);
}

function named(row: WireRecord): { readonly Id: string; readonly Username: string | null } {
  return { Id: requiredText(row['Id'], 'query (User)', 'the Id'), Username: text(row['Username']) };
}

function lastSeen(used: unknown, made: unknown): { readonly lastSeen?: string } {
  const ms = timeMs(used) ?? timeMs(made);
  return ms === null ? {} : { lastSeen: new Date(ms).toISOString() };
}
