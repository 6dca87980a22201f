import { Injectable } from '@nestjs/common';
import type { FindingChanged } from '#libs/contracts';
import { DAY_MS, type TenantId } from '#libs/kernel';
import { Outbox, type Tx } from '#libs/platform';

import { ControlCatalogue } from '../domain/control-catalogue.js';
import { STALE_AFTER_MS } from '../domain/evidence.js';
import type { Drift, Finding } from '../domain/finding.js';
import { DriftStore, FindingStore, JudgedConnectorStore, type FindingDetail } from '../domain/ports.js';
import { RecordScore } from './record-score.js';

/** Which connector, and of which app. */
export interface Place {
  readonly tenant: TenantId;
  readonly connectorId: string;
  readonly app: string;
}

/** What judging a connector came to. */
export interface Verdicts {
  /** All of the connector. */
  readonly findings: readonly Finding[];
  readonly details: ReadonlyMap<string, FindingDetail>;
  readonly drifts: readonly Drift[];
  readonly messages: readonly FindingChanged[];
  /** Ids of findings whose control the catalogue no longer has. */
  readonly retired: readonly string[];
}

/** Keeps what judging came to: findings, drift, messages and score change together or not at all. */
@Injectable()
export class SaveVerdicts {
  constructor(
    private readonly findings: FindingStore,
    private readonly drifts: DriftStore,
    private readonly connectors: JudgedConnectorStore,
    private readonly scores: RecordScore,
    private readonly outbox: Outbox,
    private readonly catalogue: ControlCatalogue,
  ) {}

  async save(tx: Tx, { tenant, connectorId, app }: Place, verdicts: Verdicts, now: number): Promise<void> {
    const { findings, details, drifts, messages, retired } = verdicts;
    await this.findings.save(tenant, tx, findings, details);
    if (retired.length > 0) await this.findings.forget(tenant, tx, retired);
    if (drifts.length > 0) await this.drifts.add(tenant, tx, drifts);
    if (messages.length > 0) await this.outbox.add(tx, tenant, connectorId, messages);
    await this.scores.run(tx, tenant, { connectorId, app }, findings, now);
    await this.connectors.judged(tenant, tx, connectorId, now, nextJudging(findings, now), this.catalogue.version);
  }
}

/** Daily, or sooner when evidence goes stale or a decision expires: history must tell when the score changed by itself. */
function nextJudging(findings: readonly Finding[], now: number): number {
  const moments = findings.flatMap(({ evidenceAt, decision }) => [
    ...(evidenceAt === null ? [] : [evidenceAt + STALE_AFTER_MS + 1]),
    ...(decision?.expiresAt ? [decision.expiresAt] : []),
  ]);
  return Math.min(now + DAY_MS, ...moments.filter((moment) => moment > now));
}
