import type { CompanyEvent, WireRecord } from '../sdk/index.js';
import type { LogRow, Microsoft365State, SandboxUser } from './sandbox-state.js';
import { guidOf, numberOf, TENANT_ID } from './sandbox-state.js';

type State = Pick<Microsoft365State, 'userOfEmployee' | 'clientId' | 'servicePrincipalId' | 'company'>;

/** What one act of a person leaves in the logs. */
export interface Traces {
  readonly signIns: readonly LogRow[];
  readonly audits: readonly LogRow[];
  /** By kind of content of the activity feed. */
  readonly records: readonly (readonly [string, LogRow])[];
}

const NOTHING: Traces = { signIns: [], audits: [], records: [] };

const FILE_OPERATION = { SIGN_DOCUMENT: 'FileModified', DOWNLOAD_DOCUMENT: 'FileDownloaded', DELETE_DOCUMENT: 'FileDeleted' } as const;

/** The traces of one act of the company's story in the logs of Microsoft 365. */
export function tracesOf(state: State, event: CompanyEvent): Traces {
  const user = state.userOfEmployee.get(event.who.number);
  if (!user) return NOTHING;
  const signIn = (app: string, code: number): Traces => ({
    ...NOTHING,
    signIns: [signInRow(event, user, app, code)],
    records: [['Audit.AzureActiveDirectory', recordRow(event, user, loginRecord(code))]],
  });
  const audit = (activity: string, category: string, role?: { id: string; name: string }): Traces => {
    const target = (event.to && state.userOfEmployee.get(event.to.number)) ?? user;
    return {
      ...NOTHING,
      audits: [auditRow({ at: event.at, activity, category, by: user, ip: event.place.ip, target, ...(role && { role }), key: event.id })],
    };
  };
  const record = (contentType: string, fields: WireRecord): Traces => ({
    ...NOTHING,
    records: [[contentType, recordRow(event, user, fields)]],
  });
  switch (event.act) {
    case 'SIGN_IN':
      return signIn('Office 365 Exchange Online', 0);
    case 'SIGN_IN_FAILED':
      return signIn('Office 365 Exchange Online', numberOf('interrupt', event.id) % 5 === 0 ? 50140 : 50126);
    case 'OPEN_APP':
      return signIn(event.about ?? 'Office 365', 0);
    case 'PASSWORD_CHANGED':
      return audit('Change user password', 'UserManagement');
    case 'ADD_USER':
      return audit('Add user', 'UserManagement');
    case 'GROUP_CHANGE':
      return audit('Add member to group', 'GroupManagement');
    case 'ROLE_GRANT':
      return audit('Add member to role', 'RoleManagement', {
        id: guidOf('role', event.about ?? ''),
        name: event.about ?? 'Helpdesk Administrator',
      });
    case 'POLICY_CHANGE':
      return audit('Update Conditional Access policy', 'Policy');
    case 'TOKEN_CREATE':
      return event.isAttack
        ? {
            ...audit('Add service principal credentials', 'ApplicationManagement'),
            records: [['Audit.Exchange', recordRow(event, user, FORWARDING)]],
          }
        : audit('Add service principal credentials', 'ApplicationManagement');
    case 'MFA_RESET':
      return audit('Admin deleted security info', 'UserManagement');
    case 'SEND_DOCUMENT':
      return record('Audit.SharePoint', file(event, user, event.isAttack ? 'AnonymousLinkCreated' : 'SecureLinkCreated', 14));
    case 'SIGN_DOCUMENT':
    case 'DOWNLOAD_DOCUMENT':
    case 'DELETE_DOCUMENT':
      return record('Audit.SharePoint', file(event, user, FILE_OPERATION[event.act], 6));
    case 'UNKNOWN_NEW_EVENT':
      return record('Audit.General', { Operation: event.about ?? 'CopilotInteraction', RecordType: 261, Workload: 'Copilot' });
    default:
      // Signing out and passing the second factor leave no row of their own.
      return NOTHING;
  }
}

function signInRow(event: CompanyEvent, user: SandboxUser, app: string, errorCode: number): LogRow {
  const { place, device, isAttack } = event;
  const risk = isAttack ? 'high' : 'none';
  return {
    at: event.at.getTime(),
    tell: () => ({
      id: guidOf('sign-in', event.id),
      createdDateTime: event.at.toISOString(),
      userDisplayName: user.profile['displayName'],
      userPrincipalName: user.profile['userPrincipalName'],
      userId: user.id,
      appId: guidOf('app', app),
      appDisplayName: app,
      ipAddress: place.ip,
      clientAppUsed: 'Browser',
      userAgent: device.userAgent,
      correlationId: guidOf('correlation', event.id),
      conditionalAccessStatus: errorCode === 0 ? 'success' : 'notApplied',
      isInteractive: true,
      riskDetail: 'none',
      riskLevelAggregated: risk,
      riskLevelDuringSignIn: risk,
      riskState: isAttack ? 'atRisk' : 'none',
      riskEventTypes: [],
      riskEventTypes_v2: isAttack ? ['unfamiliarFeatures'] : [],
      resourceDisplayName: app,
      resourceId: guidOf('app', app),
      status: { errorCode, failureReason: REASONS[errorCode] ?? 'Other.', additionalDetails: null },
      deviceDetail: {
        deviceId: '',
        displayName: '',
        operatingSystem: device.os,
        browser: device.browser,
        isCompliant: false,
        isManaged: false,
        trustType: '',
      },
      location: {
        city: place.city,
        state: place.region,
        countryOrRegion: place.country,
        geoCoordinates: { altitude: null, latitude: place.latitude, longitude: place.longitude },
      },
      appliedConditionalAccessPolicies: [],
    }),
  };
}

const REASONS: Readonly<Record<number, string>> = {
  50126: 'Error validating credentials due to invalid username or password.',
  50140: "This error occurred due to 'Keep me signed in' interrupt when the user was signing-in.",
};

/** What an entry of the directory audit log tells. */
export interface Audited {
  readonly at: Date;
  readonly activity: string;
  readonly category: string;
  readonly by?: SandboxUser;
  /** The app that did it, when no person did. */
  readonly app?: Pick<Microsoft365State, 'clientId' | 'servicePrincipalId'>;
  readonly ip?: string;
  readonly target: SandboxUser;
  readonly role?: { readonly id: string; readonly name: string };
  readonly key?: string;
}

/** A row of the directory audit log. */
export function auditRow({ at, activity, category, by, app, ip, target, role, key }: Audited): LogRow {
  const id = `Directory_${guidOf('audit', activity, target.id, key ?? at.getTime())}`;
  const changes = role
    ? [
        { displayName: 'Role.DisplayName', oldValue: null, newValue: `"${role.name}"` },
        { displayName: 'Role.TemplateId', oldValue: null, newValue: `"${role.id}"` },
      ]
    : [];
  return {
    at: at.getTime(),
    tell: () => ({
      id,
      category,
      correlationId: guidOf('correlation', id),
      result: 'success',
      resultReason: '',
      activityDisplayName: activity,
      activityDateTime: at.toISOString(),
      loggedByService: 'Core Directory',
      operationType: activity.split(' ')[0],
      initiatedBy: {
        app: app
          ? { appId: app.clientId, displayName: 'Castellan', servicePrincipalId: app.servicePrincipalId, servicePrincipalName: null }
          : null,
        user: by ? { id: by.id, displayName: null, userPrincipalName: by.profile['userPrincipalName'], ipAddress: ip ?? null } : null,
      },
      targetResources: [
        {
          id: target.id,
          displayName: null,
          type: 'User',
          userPrincipalName: target.profile['userPrincipalName'],
          groupType: null,
          modifiedProperties: changes,
        },
      ],
      additionalDetails: [{ key: 'User-Agent', value: 'Mozilla/5.0' }],
    }),
  };
}

const FORWARDING: WireRecord = {
  Operation: 'New-InboxRule',
  RecordType: 1,
  Workload: 'Exchange',
  ResultStatus: 'True',
  UserType: 2,
  Parameters: [
    { Name: 'ForwardTo', Value: 'drop@collector.example' },
    { Name: 'Name', Value: 'invoices' },
  ],
};

function loginRecord(code: number): WireRecord {
  return {
    Operation: code === 0 ? 'UserLoggedIn' : 'UserLoginFailed',
    RecordType: 15,
    Workload: 'AzureActiveDirectory',
    // True to life: failed sign-ins say "Success" here.
    ResultStatus: 'Success',
    AzureActiveDirectoryEventType: 1,
    ...(code !== 0 && { ErrorNumber: String(code), LogonError: code === 50126 ? 'InvalidUserNameOrPassword' : 'KmsiInterrupt' }),
  };
}

function file(event: CompanyEvent, user: SandboxUser, Operation: string, RecordType: number): WireRecord {
  const name = event.about ?? 'Contract.docx';
  const site = `https://acme-my.sharepoint.com/personal/${String(user.profile['userPrincipalName']).replace(/[@.]/g, '_')}`;
  return {
    Operation,
    RecordType,
    Workload: 'OneDrive',
    EventSource: 'SharePoint',
    ItemType: 'File',
    SiteUrl: `${site}/`,
    SourceFileName: name,
    SourceFileExtension: name.split('.').at(-1) ?? '',
    SourceRelativeUrl: 'Documents',
    ObjectId: `${site}/Documents/${name}`,
    ...(event.to && { TargetUserOrGroupName: event.to.email, TargetUserOrGroupType: 'Member' }),
  };
}

function recordRow(event: CompanyEvent, user: SandboxUser, fields: WireRecord): LogRow {
  const isEntra = fields['Workload'] === 'AzureActiveDirectory';
  return {
    at: event.at.getTime(),
    tell: () => ({
      // UTC without a zone, as the feed writes it.
      CreationTime: event.at.toISOString().slice(0, 19),
      Id: guidOf('record', event.id, String(fields['Operation'])),
      OrganizationId: TENANT_ID,
      UserId: user.profile['userPrincipalName'],
      UserKey: isEntra ? user.id : `i:0h.f|membership|${1003200000000000 + (numberOf('puid', user.id) % 1_000_000)}@live.com`,
      UserType: 0,
      Version: 1,
      // Exchange writes the port with the address.
      ClientIP: fields['Workload'] === 'Exchange' ? `${event.place.ip}:${40_000 + (numberOf(event.id) % 20_000)}` : event.place.ip,
      UserAgent: event.device.userAgent,
      ...fields,
    }),
  };
}
