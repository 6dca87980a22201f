import type { ActivityTarget } from '#libs/contracts';

import type { Parameters } from './parameters.js';

/** Somebody who is named by an event, by address and, where told, by id. */
export interface Person {
  readonly externalId: string | null;
  readonly email: string | null;
}

/** Whom and what an event was done to: all that its parameters name, by application. */
export function targetsOf(application: string, parameters: Parameters, actor: Person): ActivityTarget[] {
  const targets = TARGETS[application]?.(parameters, actor) ?? [];
  return targets.filter(({ externalId, name }) => externalId !== null || name !== null);
}

type Reader = (parameters: Parameters, actor: Person) => ActivityTarget[];

const TARGETS: Readonly<Record<string, Reader>> = {
  login: ofOneself,
  user_accounts: ofOneself,
  saml: ({ one }) => [named('Application', one('application_name'))],
  admin: ofAdmin,
  token: ({ one }) => [{ type: 'App', externalId: one('client_id'), name: one('app_name') }],
  drive: ofDrive,
  groups_enterprise: ({ one }) => [named('Group', one('group_id', 'group_email')), named('User', one('member_id', 'user_email'))],
  calendar: ({ one }) => [named('Calendar', one('calendar_id')), named('User', one('grantee_email'))],
  mobile: ({ one }) => [
    { type: 'Device', externalId: one('DEVICE_ID', 'RESOURCE_ID'), name: one('DEVICE_MODEL') },
    named('User', one('USER_EMAIL')),
  ],
  context_aware_access: ({ one }) => [named('Application', one('CAA_ACCESS_APPLICATION'))],
};

// A sign-in is about the one who signs in, unless Google names another.
function ofOneself({ one }: Parameters, actor: Person): ActivityTarget[] {
  const affected = one('affected_email_address');
  const isOther = affected !== null && affected !== actor.email;
  const person = { type: 'User', externalId: isOther ? null : actor.externalId, name: isOther ? affected : actor.email };
  return [person, named('MailForwarding', one('email_forwarding_destination_address'))];
}

function ofAdmin({ one }: Parameters): ActivityTarget[] {
  return [
    named('User', one('USER_EMAIL')),
    named('Group', one('GROUP_EMAIL')),
    { type: 'Role', externalId: one('ROLE_ID'), name: one('ROLE_NAME') },
    named('OrgUnit', one('ORG_UNIT_NAME')),
    { type: 'ApiClient', externalId: one('API_CLIENT_NAME'), name: one('API_CLIENT_NAME') },
    { type: 'App', externalId: one('OAUTH2_APP_ID', 'APP_ID'), name: one('OAUTH2_APP_NAME', 'APP_NAME') },
    named('Setting', one('SETTING_NAME')),
    named('Application', one('APPLICATION_NAME', 'PRODUCT_NAME')),
    named('Domain', one('DOMAIN_NAME')),
  ];
}

function ofDrive({ one }: Parameters): ActivityTarget[] {
  return [
    { type: 'File', externalId: one('doc_id'), name: one('doc_title') },
    named('User', one('target_user', 'target', 'new_owner')),
    named('Domain', one('target_domain')),
    { type: 'SharedDrive', externalId: one('shared_drive_id', 'team_drive_id'), name: null },
  ];
}

function named(type: string, name: string | null): ActivityTarget {
  return { type, externalId: null, name };
}
