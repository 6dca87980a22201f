import { Injectable } from '@nestjs/common';
import type { FindingChanged } from '#libs/contracts';
import { Clock, derivedId, newOrderedId } from '#libs/kernel';
import { Database, type Tx } from '#libs/platform';
import { redact } from '#libs/providers';

import { ControlCatalogue } from '../domain/control-catalogue.js';
import { judgeControl, outcomeOf } from '../domain/control-verdict.js';
import { follow, type Drift, type Finding } from '../domain/finding.js';
import { EvidenceStore, FindingStore, JudgedConnectorStore, type FindingDetail } from '../domain/ports.js';
import { SaveVerdicts, type Place } from './save-verdicts.js';

/** Judges all controls of a connector on what was collected: findings, messages, drift and score change together or not at all. */
@Injectable()
export class JudgeConnector {
  constructor(
    private readonly database: Database,
    private readonly catalogue: ControlCatalogue,
    private readonly evidence: EvidenceStore,
    private readonly findings: FindingStore,
    private readonly connectors: JudgedConnectorStore,
    private readonly verdicts: SaveVerdicts,
    private readonly clock: Clock,
  ) {}

  /** Judges in a transaction of its own; returns how many controls were judged. */
  async run(place: Place): Promise<number> {
    return this.database.transaction((tx) => this.inside(tx, place, this.clock.now().getTime()));
  }

  /** As part of the transaction that stores the evidence. */
  async inside(tx: Tx, { tenant, connectorId, app }: Place, now: number): Promise<number> {
    if (!(await this.connectors.lock(tenant, tx, connectorId, app))) return 0;
    const collected = await this.evidence.of(tenant, tx, connectorId);
    const before = new Map((await this.findings.ofConnector(tenant, tx, connectorId)).map((finding) => [finding.controlId, finding]));
    const findings: Finding[] = [];
    const details = new Map<string, FindingDetail>();
    const drifts: Drift[] = [];
    const messages: FindingChanged[] = [];
    for (const control of this.catalogue.ofApp(app)) {
      // Other requests get their turn between two controls: a large document takes its time.
      await new Promise((resolve) => setImmediate(resolve));
      const verdict = judgeControl(control, collected, { now });
      const previous = before.get(control.id);
      const id = derivedId('fnd', tenant, connectorId, control.id);
      const { finding, worse } = follow(previous, { id, connectorId, app }, control, verdict, now);
      findings.push(finding);
      details.set(id, { evidence: redact(verdict.evidence), affected: verdict.affected });
      if (worse)
        drifts.push({ ...worse, id: newOrderedId('evt', new Date(now)), before: redact(worse.before), after: redact(worse.after) });
      const message = changeOf(previous, finding, now);
      if (message) messages.push(message);
    }
    await this.verdicts.save(
      tx,
      { tenant, connectorId, app },
      { findings, details, drifts, messages, retired: retired(before, findings) },
      now,
    );
    return findings.length;
  }
}

function changeOf(previous: Finding | undefined, finding: Finding, at: number): FindingChanged | undefined {
  const from = previous ? outcomeOf(previous.result) : null;
  const to = outcomeOf(finding.result);
  if (from === to) return undefined;
  return { type: 'FindingChanged', findingId: finding.id, controlId: finding.controlId, connectorId: finding.connectorId, from, to, at };
}

/** Findings of controls that the catalogue no longer has. */
function retired(before: ReadonlyMap<string, Finding>, findings: readonly Finding[]): readonly string[] {
  const live = new Set(findings.map(({ id }) => id));
  return [...before.values()].map(({ id }) => id).filter((id) => !live.has(id));
}
