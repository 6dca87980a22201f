import { Injectable } from '@nestjs/common';
import { canonicalJson, newOrderedId, type TenantId } from '#libs/kernel';

import { ControlCatalogue } from '../domain/control-catalogue.js';
import { asOf, scoredOf, type Finding } from '../domain/finding.js';
import { ScoreStore } from '../domain/ports.js';
import { explainChange, type ScoreInput } from '../domain/score-change.js';
import { dayOf } from '../domain/score-history.js';
import { scoreOf, validDecision } from '../domain/score.js';
import type { Transaction } from '../domain/transaction.js';

/** Writes the history of a connector's score: whenever it changed, and once a day. */
@Injectable()
export class RecordScore {
  constructor(
    private readonly scores: ScoreStore,
    private readonly catalogue: ControlCatalogue,
  ) {}

  /** `findings` are all of the connector; none once it was removed, which ends its part of the sums. */
  async run(
    tx: Transaction,
    tenant: TenantId,
    place: { readonly connectorId: string; readonly app: string },
    findings: readonly Finding[],
    now: number,
  ): Promise<void> {
    const { connectorId, app } = place;
    const inputs = findings.map((finding) => toInput(asOf(finding, now), now));
    const score = scoreOf(inputs, now);
    const before = await this.scores.latest(tenant, tx, connectorId);
    if (!before && findings.length === 0) return;
    if (before && dayOf(before.at) === dayOf(now) && canonicalJson(before.score) === canonicalJson(score)) return;
    await this.scores.add(tenant, tx, {
      id: newOrderedId('sco', new Date(now)),
      connectorId,
      app,
      at: now,
      score,
      inputs,
      change: before ? explainChange(before.inputs, inputs) : null,
      catalogueVersion: this.catalogue.version,
    });
  }
}

/** As it counts at this moment: a decision that has expired is none. */
function toInput(finding: Finding, now: number): ScoreInput {
  const scored = scoredOf(finding);
  const decision = validDecision(scored.decision, now);
  return {
    ...scored,
    decision: decision && { kind: decision.kind, expiresAt: null },
    connectorId: finding.connectorId,
    version: finding.controlVersion,
  };
}
