import { CreateConnectorView1790000000004, CreateOutbox1790000000002, type MigrationClass } from '#libs/platform';

import { CreateAccountRef1790000005001 } from './create-account-ref.js';
import { CreateActionAttempt1790000005004 } from './create-action-attempt.js';
import { CreateActionBudget1790000005007 } from './create-action-budget.js';
import { CreateAction1790000005003 } from './create-action.js';
import { CreateAdminGuard1790000005005 } from './create-admin-guard.js';
import { CreateAdminReservation1790000005006 } from './create-admin-reservation.js';
import { CreateGovernanceHead1790000005010 } from './create-governance-head.js';
import { CreateGovernanceLog1790000005009 } from './create-governance-log.js';
import { CreateIdempotencyKey1790000005008 } from './create-idempotency-key.js';
import { CreateProtectedAccount1790000005002 } from './create-protected-account.js';

/** All tables of the service, in the order of their making. */
export const migrations: readonly MigrationClass[] = [
  CreateOutbox1790000000002,
  CreateConnectorView1790000000004,
  CreateAccountRef1790000005001,
  CreateProtectedAccount1790000005002,
  CreateAction1790000005003,
  CreateActionAttempt1790000005004,
  CreateAdminGuard1790000005005,
  CreateAdminReservation1790000005006,
  CreateActionBudget1790000005007,
  CreateIdempotencyKey1790000005008,
  CreateGovernanceLog1790000005009,
  CreateGovernanceHead1790000005010,
];
