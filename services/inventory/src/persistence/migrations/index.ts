import {
  CreateConnectorView1790000000004,
  CreateOutbox1790000000002,
  CreateStreamPosition1790000000003,
  type MigrationClass,
} from '#libs/platform';

import { CreateAccount1790000002001 } from './1790000002001-create-account.js';
import { CreatePerson1790000002002 } from './1790000002002-create-person.js';
import { CreateManagedDomains1790000002003 } from './1790000002003-create-managed-domains.js';
import { CreateGroup1790000002004 } from './1790000002004-create-group.js';
import { CreatePrivilege1790000002005 } from './1790000002005-create-privilege.js';
import { CreateAppGrant1790000002006 } from './1790000002006-create-app-grant.js';
import { CreateListing1790000002007 } from './1790000002007-create-listing.js';
import { CreateThirdPartyApp1790000002008 } from './1790000002008-create-third-party-app.js';
import { CreateGroupMember1790000002009 } from './1790000002009-create-group-member.js';

/** All tables of the service, in the order of their making. */
export const migrations: readonly MigrationClass[] = [
  CreateOutbox1790000000002,
  CreateStreamPosition1790000000003,
  CreateConnectorView1790000000004,
  CreateAccount1790000002001,
  CreatePerson1790000002002,
  CreateManagedDomains1790000002003,
  CreateGroup1790000002004,
  CreatePrivilege1790000002005,
  CreateAppGrant1790000002006,
  CreateListing1790000002007,
  CreateThirdPartyApp1790000002008,
  CreateGroupMember1790000002009,
];
