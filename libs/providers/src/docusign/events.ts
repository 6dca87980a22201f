import type { ActivityCategory } from '#libs/contracts';
import { categorizer, type Categorized, type CategoryRow } from '../sdk/index.js';

/** What Monitor's events mean, by `object.action`. Few names are confirmed by real samples; rules stand behind this table for the others. */
export const EVENTS: readonly CategoryRow[] = [
  row('SIGN_IN', 3002, 1, 'User.LoggedIn', 'User.LogIn', 'User.LoginFailed', 'Envelope.RecipientAuthenticationFailed'),
  row('SIGN_IN', 3002, 2, 'User.LoggedOut'),
  row('CREDENTIAL', 3007, 8, 'User.PasswordChanged'),
  row('CREDENTIAL', 3007, 9, 'User.PasswordReset'),
  row('CREDENTIAL', 3007, 12, 'User.TwoStepVerificationEnabled'),
  row('CREDENTIAL', 3007, 13, 'User.TwoStepVerificationDisabled'),
  row('USER', 3007, 1, 'Account.UserAdded'),
  row('USER', 3007, 4, 'User.Activated'),
  row('USER', 3007, 3, 'User.Closed', 'Account.UserRemoved'),
  row('USER', 3007, 2, 'User.Updated', 'User.EmailChanged', 'Account.UserUpdated'),
  row('PRIVILEGE', 3007, 16, 'Account.AdminAdded'),
  row('PRIVILEGE', 3008, 1, 'PermissionProfile.Created'),
  row('PRIVILEGE', 3008, 2, 'PermissionSet.Updated', 'PermissionProfile.Updated'),
  row('PRIVILEGE', 3008, 3, 'PermissionProfile.Deleted'),
  row('PRIVILEGE', 3007, 14, 'SharedAccess.Granted'),
  row('PRIVILEGE', 3007, 15, 'SharedAccess.Revoked'),
  row('GROUP', 3006, 6, 'Group.Created'),
  row('GROUP', 3006, 9, 'Group.Updated'),
  row('GROUP', 3006, 5, 'Group.Deleted'),
  row('ADMIN', 3004, 3, 'Account.Updated', 'Connect.Updated', 'IdentityProvider.Updated', 'Brand.Updated'),
  row('ADMIN', 3004, 1, 'Connect.Created', 'IdentityProvider.Created', 'Domain.Claimed'),
  row('ADMIN', 3004, 4, 'Connect.Deleted', 'IdentityProvider.Deleted', 'Domain.Removed'),
  row('APP_GRANT', 6002, 1, 'IntegrationKey.Created'),
  row('APP_GRANT', 6002, 8, 'IntegrationKey.Updated'),
  row('SHARING', 6001, 8, 'Template.Shared', 'PowerForm.Created', 'Envelope.Transferred'),
  row('DATA', 6001, 1, 'Envelope.Created', 'Template.Created', 'BulkSend.Started'),
  row('DATA', 6001, 3, 'Envelope.Sent', 'Envelope.Signed', 'Envelope.Completed', 'Envelope.Voided', 'Template.Updated'),
  row('DATA', 6001, 7, 'Document.Downloaded'),
  row('DATA', 6001, 4, 'Envelope.Deleted', 'Envelope.Purged', 'Template.Deleted'),
  row(
    'THREAT',
    2004,
    1,
    'Alert.TooManyLoginFailures',
    'Alert.IpAddressOutsideAllowedRanges',
    'Alert.TooManyEnvelopesDeleted',
    'Alert.CredentialLeakDetected',
    'Alert.SameSenderAndSigner',
    'Alert.*',
  ),
];

/** The category of the object where the action is unknown: what Docusign's own objects are, better than words can tell. */
const CATEGORY_OF_OBJECT: Readonly<Record<string, readonly [ActivityCategory, number]>> = {
  account: ['ADMIN', 3004],
  organization: ['ADMIN', 3004],
  connect: ['ADMIN', 3004],
  identityprovider: ['ADMIN', 3004],
  domain: ['ADMIN', 3004],
  brand: ['ADMIN', 3004],
  signinggroup: ['ADMIN', 3004],
  workflow: ['ADMIN', 3004],
  permissionset: ['PRIVILEGE', 3008],
  permissionprofile: ['PRIVILEGE', 3008],
  user: ['USER', 3007],
  membership: ['USER', 3007],
  group: ['GROUP', 3006],
  envelope: ['DATA', 6001],
  document: ['DATA', 6001],
  template: ['DATA', 6001],
  bulksend: ['DATA', 6001],
  folder: ['DATA', 6001],
  powerform: ['SHARING', 6001],
  sharedaccess: ['PRIVILEGE', 3007],
  integrationkey: ['APP_GRANT', 6002],
  apikey: ['APP_GRANT', 6002],
  oauth: ['APP_GRANT', 6002],
  consent: ['APP_GRANT', 6002],
  application: ['APP_GRANT', 6002],
};

const ACTIVITY_OF_VERB: Readonly<Record<number, Readonly<Record<'create' | 'delete' | 'update' | 'read', number>>>> = {
  3004: { create: 1, delete: 4, update: 3, read: 2 },
  3006: { create: 6, delete: 5, update: 9, read: 9 },
  3007: { create: 1, delete: 3, update: 2, read: 2 },
  3008: { create: 1, delete: 3, update: 2, read: 2 },
  6001: { create: 1, delete: 4, update: 3, read: 2 },
  6002: { create: 1, delete: 2, update: 8, read: 8 },
};

const byTableOrWords = categorizer(EVENTS);

/** What an event is: by the table with and without its property, then by its object, then by the words of its name. */
export function categorize(object: string, action: string, property: string): Categorized {
  const name = `${object}.${action}`;
  const full = byTableOrWords(property === '' ? name : `${name}.${property}`);
  if (full.mapping === 'exact') return full;
  const bare = byTableOrWords(name);
  return bare.mapping === 'exact' ? bare : (byObject(object, action) ?? (bare.mapping === 'rule' ? bare : full));
}

function byObject(object: string, action: string): Categorized | undefined {
  if (/log(?:ged)?[ _-]?(?:in|on)|sign(?:ed)?[ _-]?in|authenticat/i.test(action)) return rule('SIGN_IN', 3002, 1);
  if (/log(?:ged)?[ _-]?(?:out|off)|sign(?:ed)?[ _-]?out/i.test(action)) return rule('SIGN_IN', 3002, 2);
  const known = CATEGORY_OF_OBJECT[object.toLowerCase().replace(/[^a-z]/g, '')];
  if (!known) return undefined;
  // The users of an account are people, not a setting of it.
  const [category, classUid] = /^user/i.test(action) && object.toLowerCase() === 'account' ? (['USER', 3007] as const) : known;
  if (category === 'USER' && /password/i.test(action)) return rule('CREDENTIAL', 3007, /reset/i.test(action) ? 9 : 8);
  if (category === 'USER' && /twostep|mfa|authenticator/i.test(action))
    return rule('CREDENTIAL', 3007, /disabl|remov|reset/i.test(action) ? 13 : 12);
  if (category === 'DATA' && /shared|transferred/i.test(action)) return rule('SHARING', 6001, 8);
  if (category === 'GROUP' && /user|member/i.test(action)) return rule('GROUP', 3006, /remov|delet/i.test(action) ? 4 : 3);
  return rule(category, classUid, ACTIVITY_OF_VERB[classUid]?.[verbOf(action)] ?? 99);
}

function verbOf(action: string): 'create' | 'delete' | 'update' | 'read' {
  if (/(?:creat|add|grant|start|claim|register)/i.test(action)) return 'create';
  if (/(?:delet|remov|purg|clos|revok)/i.test(action)) return 'delete';
  return /(?:view|read|open|export|download|print)/i.test(action) ? 'read' : 'update';
}

function rule(category: ActivityCategory, classUid: number, activityId: number): Categorized {
  return { category, classUid, activityId, mapping: 'rule' };
}

function row(category: ActivityCategory, classUid: number, activityId: number, ...events: string[]): CategoryRow {
  return { events, category, classUid, activityId };
}
