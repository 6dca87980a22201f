import { fileURLToPath } from 'node:url';

import { Module, type Provider } from '@nestjs/common';
import { BACKGROUND_WORK, CoverageStore, MESSAGE_HANDLERS, subgraphModule, type ServiceDefinition } from '#libs/platform';

import { ActionCatalogue } from './domain/action-catalogue.js';
import { ActionStore } from './domain/action-store.js';
import { AdministratorStore } from './domain/administrators.js';
import { BudgetStore } from './domain/budget.js';
import { AccountStore } from './domain/governed-account.js';
import { GovernanceLog } from './domain/governance-log.js';
import { IdempotencyStore } from './domain/idempotency.js';
import { ProviderCatalogue } from './domain/provider-catalogue.js';
import { Clockwork } from './messaging/clockwork.js';
import { messageHandlers } from './messaging/message-handlers.js';
import { migrations } from './persistence/migrations/index.js';
import { SqlAccountStore } from './persistence/sql-account.store.js';
import { SqlActionStore } from './persistence/sql-action.store.js';
import { SqlAdministratorStore } from './persistence/sql-administrator.store.js';
import { SqlBudgetStore } from './persistence/sql-budget.store.js';
import { SqlGovernanceLog } from './persistence/sql-governance-log.js';
import { SqlIdempotencyStore } from './persistence/sql-idempotency.store.js';
import { AccountResolver, ConnectorResolver } from './resolvers/account.resolver.js';
import { ActingResolver } from './resolvers/acting.resolver.js';
import { ActionAttemptResolver, ActionResolver } from './resolvers/action.resolver.js';
import { LifeResolver } from './resolvers/life.resolver.js';
import { LogResolver } from './resolvers/log.resolver.js';
import { ActionPreviewItemResolver } from './resolvers/preview.resolver.js';
import { ProtectionResolver } from './resolvers/protection.resolver.js';
import { ActionJournal } from './usecases/action-journal.js';
import { Allowance } from './usecases/allowance.js';
import { AssessTargets } from './usecases/assess-targets.js';
import { CancelAction } from './usecases/cancel-action.js';
import { EndLease } from './usecases/end-lease.js';
import { ForgetOldKeys } from './usecases/forget-old-keys.js';
import { HearAccounts } from './usecases/hear-accounts.js';
import { OfferedActions } from './usecases/offered-actions.js';
import { PreviewAction } from './usecases/preview-action.js';
import { ProtectAccount } from './usecases/protect-account.js';
import { ReadActions } from './usecases/read-actions.js';
import { ReadLog } from './usecases/read-log.js';
import { RecordRequest } from './usecases/record-request.js';
import { RequestActions } from './usecases/request-actions.js';
import { ResendAction } from './usecases/resend-action.js';
import { RetryAction } from './usecases/retry-action.js';
import { RevertAction } from './usecases/revert-action.js';
import { SettleAction } from './usecases/settle-action.js';
import { Settlements } from './usecases/settlements.js';
import { SweepActions } from './usecases/sweep-actions.js';
import { TakeActions } from './usecases/take-actions.js';

const ports: Provider[] = [
  { provide: ActionCatalogue, useClass: ProviderCatalogue },
  { provide: ActionStore, useClass: SqlActionStore },
  { provide: AccountStore, useClass: SqlAccountStore },
  { provide: AdministratorStore, useClass: SqlAdministratorStore },
  { provide: BudgetStore, useClass: SqlBudgetStore },
  { provide: IdempotencyStore, useClass: SqlIdempotencyStore },
  { provide: GovernanceLog, useClass: SqlGovernanceLog },
];

const useCases: Provider[] = [
  ActionJournal,
  Allowance,
  AssessTargets,
  CancelAction,
  EndLease,
  ForgetOldKeys,
  HearAccounts,
  OfferedActions,
  PreviewAction,
  ProtectAccount,
  ReadActions,
  ReadLog,
  RecordRequest,
  RequestActions,
  ResendAction,
  RetryAction,
  RevertAction,
  SettleAction,
  Settlements,
  SweepActions,
  TakeActions,
];

const doors: Provider[] = [
  AccountResolver,
  ActingResolver,
  ActionAttemptResolver,
  ActionPreviewItemResolver,
  ActionResolver,
  ConnectorResolver,
  LifeResolver,
  LogResolver,
  ProtectionResolver,
  { provide: MESSAGE_HANDLERS, useFactory: messageHandlers, inject: [CoverageStore, HearAccounts, SettleAction, Settlements] },
  { provide: BACKGROUND_WORK, useClass: Clockwork },
];

/** Where the subgraph's files are. */
export const schemaFolder = fileURLToPath(new URL('./schema', import.meta.url));

/** All that the module provides; a test puts another catalogue in its place. */
export const providers: readonly Provider[] = [...ports, ...useCases, ...doors];

@Module({ imports: [subgraphModule(schemaFolder)], providers: [...providers] })
export class GovernanceModule {}

/** The governance service, as the platform starts it. */
export const governanceService: ServiceDefinition = { name: 'governance', module: GovernanceModule, migrations };
