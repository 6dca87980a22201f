import { fileURLToPath } from 'node:url';

import { Module } from '@nestjs/common';
import {
  BACKGROUND_WORK,
  BULK_SINK,
  CreateConnectorView1790000000004,
  CreateLease1790000000001,
  CreateOutbox1790000000002,
  CreateStreamPosition1790000000003,
  MESSAGE_HANDLERS,
  subgraphModule,
  type ServiceDefinition,
} from '#libs/platform';

import { ControlCatalogue } from './domain/control-catalogue.js';
import { DecisionStore, DriftStore, EvidenceStore, FindingStore, JudgedConnectorStore, ScoreStore } from './domain/ports.js';
import { PostureSink } from './messaging/evidence-sink.js';
import { messageHandlers } from './messaging/message-handlers.js';
import { SqlDecisionStore } from './persistence/decision.store.js';
import { SqlDriftStore } from './persistence/drift.store.js';
import { SqlEvidenceStore } from './persistence/evidence.store.js';
import { SqlFindingStore } from './persistence/finding.store.js';
import { SqlJudgedConnectorStore } from './persistence/judged-connector.store.js';
import { CreateEvidence1790000004001 } from './persistence/migrations/1790000004001-create-evidence.js';
import { CreateFindings1790000004002 } from './persistence/migrations/1790000004002-create-findings.js';
import { CreateScoreHistory1790000004003 } from './persistence/migrations/1790000004003-create-score-history.js';
import { SqlScoreStore } from './persistence/score.store.js';
import { AffectedEntityResolver } from './resolvers/affected-entity.resolver.js';
import { ConnectorResolver } from './resolvers/connector.resolver.js';
import { ControlResolver } from './resolvers/control.resolver.js';
import { DriftConnectionResolver, DriftResolver } from './resolvers/drift.resolver.js';
import { FindingConnectionResolver, FindingResolver } from './resolvers/finding.resolver.js';
import { PostureMutationResolver } from './resolvers/mutation.resolver.js';
import { ScoreResolver } from './resolvers/score.resolver.js';
import { Background } from './usecases/background.js';
import { DecideFindings } from './usecases/decide-findings.js';
import { EvaluatePosture } from './usecases/evaluate-posture.js';
import { HearConnector } from './usecases/hear-connector.js';
import { JudgeConnector } from './usecases/judge-connector.js';
import { loadCatalogue } from './usecases/load-catalogue.js';
import { ReadCoverage } from './usecases/read-coverage.js';
import { ReadFindings } from './usecases/read-findings.js';
import { ReadScore } from './usecases/read-score.js';
import { RecordScore } from './usecases/record-score.js';
import { SaveVerdicts } from './usecases/save-verdicts.js';
import { StoreEvidence } from './usecases/store-evidence.js';

@Module({
  imports: [subgraphModule(fileURLToPath(new URL('./schema', import.meta.url)))],
  providers: [
    { provide: ControlCatalogue, useFactory: () => loadCatalogue() },
    { provide: EvidenceStore, useClass: SqlEvidenceStore },
    { provide: FindingStore, useClass: SqlFindingStore },
    { provide: DecisionStore, useClass: SqlDecisionStore },
    { provide: DriftStore, useClass: SqlDriftStore },
    { provide: ScoreStore, useClass: SqlScoreStore },
    { provide: JudgedConnectorStore, useClass: SqlJudgedConnectorStore },
    { provide: MESSAGE_HANDLERS, useFactory: messageHandlers, inject: [HearConnector] },
    { provide: BULK_SINK, useClass: PostureSink },
    { provide: BACKGROUND_WORK, useExisting: Background },
    AffectedEntityResolver,
    Background,
    ConnectorResolver,
    ControlResolver,
    DecideFindings,
    DriftConnectionResolver,
    DriftResolver,
    EvaluatePosture,
    FindingConnectionResolver,
    FindingResolver,
    HearConnector,
    JudgeConnector,
    PostureMutationResolver,
    ReadCoverage,
    ReadFindings,
    ReadScore,
    RecordScore,
    SaveVerdicts,
    ScoreResolver,
    StoreEvidence,
  ],
})
export class PostureModule {}

/** The posture service: what runs, and the tables it needs. */
export const postureService: ServiceDefinition = {
  name: 'posture',
  module: PostureModule,
  migrations: [
    CreateLease1790000000001,
    CreateOutbox1790000000002,
    CreateStreamPosition1790000000003,
    CreateConnectorView1790000000004,
    CreateEvidence1790000004001,
    CreateFindings1790000004002,
    CreateScoreHistory1790000004003,
  ],
};
