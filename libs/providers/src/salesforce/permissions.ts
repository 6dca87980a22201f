/** A permission of a profile or permission set that we look at. */
export interface Right {
  /** Its field in the object PermissionSet. */
  readonly field: string;
  /** As the Setup pages call it. */
  readonly label: string;
  /** Whoever has it can change what anybody may do, or can take that right. */
  readonly isAdmin: boolean;
}

/** Permissions that make their holder an administrator, or that reach over everybody's data. */
export const RIGHTS: readonly Right[] = [
  right('PermissionsModifyAllData', 'Modify All Data', true),
  right('PermissionsManageUsers', 'Manage Users', true),
  right('PermissionsCustomizeApplication', 'Customize Application', true),
  right('PermissionsAuthorApex', 'Author Apex', true),
  right('PermissionsAssignPermissionSets', 'Assign Permission Sets', true),
  right('PermissionsManageProfilesPermissionsets', 'Manage Profiles and Permission Sets', true),
  right('PermissionsManageInternalUsers', 'Manage Internal Users', true),
  right('PermissionsViewAllData', 'View All Data', false),
  right('PermissionsResetPasswords', 'Reset User Passwords and Unlock Users', false),
  right('PermissionsManageSharing', 'Manage Sharing', false),
];

/** Those that every API version has: what is asked for while the org could not be described. */
export const OLDEST_RIGHTS: readonly string[] = [
  'PermissionsModifyAllData',
  'PermissionsManageUsers',
  'PermissionsCustomizeApplication',
  'PermissionsAuthorApex',
  'PermissionsViewAllData',
];

/** The permission without which an object shows nothing, or not everything. */
export const PERMISSION_FOR: Readonly<Record<string, string>> = {
  User: 'View All Users',
  UserLogin: 'Manage Users',
  AuthSession: 'Manage Users',
  LoginHistory: 'Manage Users',
  SetupAuditTrail: 'View Setup and Configuration',
  Profile: 'View Setup and Configuration',
  PermissionSet: 'View Setup and Configuration',
  PermissionSetAssignment: 'View Setup and Configuration',
  SecurityHealthCheck: 'View Setup and Configuration',
  SecurityHealthCheckRisks: 'View Setup and Configuration',
  SamlSsoConfig: 'View Setup and Configuration',
  Group: 'View Setup and Configuration',
  GroupMember: 'View Setup and Configuration',
  UserRole: 'View Setup and Configuration',
  OauthToken: 'Customize Application',
  ConnectedApplication: 'Customize Application',
  EventLogFile: 'View Event Log Files',
  TwoFactorMethodsInfo: 'Manage Multi-Factor Authentication in API',
};

function right(field: string, label: string, isAdmin: boolean): Right {
  return { field, label, isAdmin };
}
