import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/contracts';
import { Clock, DomainError, newOrderedId, type TenantId } from '#libs/kernel';
import { Database, type Tx } from '#libs/platform';

import { decide, type Decision, type StatusInput } from '../domain/decision.js';
import { FindingIdsInvalid, FindingNotFound } from '../domain/errors.js';
import type { Finding } from '../domain/finding.js';
import { DecisionStore, FindingStore, JudgedConnectorStore } from '../domain/ports.js';
import { RecordScore } from './record-score.js';

const MOST_IDS = 500;

export interface Decided {
  readonly findings: readonly Finding[];
  readonly problems: readonly DomainError[];
}

/** Records what a person decided about findings. Each stands for itself: one that is refused does not hold up the others. */
@Injectable()
export class DecideFindings {
  constructor(
    private readonly database: Database,
    private readonly findings: FindingStore,
    private readonly decisions: DecisionStore,
    private readonly connectors: JudgedConnectorStore,
    private readonly scores: RecordScore,
    private readonly clock: Clock,
  ) {}

  async run({ tenant, subject }: Principal, ids: readonly string[], input: StatusInput): Promise<Decided> {
    const wanted = [...new Set(ids)];
    if (wanted.length === 0 || wanted.length > MOST_IDS) return { findings: [], problems: [new FindingIdsInvalid(MOST_IDS)] };
    const found = new Map((await this.findings.byIds(tenant, wanted)).map((finding) => [finding.id, finding]));
    const problems: DomainError[] = [];
    for (const id of wanted) if (!found.has(id)) problems.push(new FindingNotFound(id, ['ids', String(ids.indexOf(id))]));
    const byConnector = new Map<string, Finding[]>();
    for (const finding of found.values()) byConnector.set(finding.connectorId, [...(byConnector.get(finding.connectorId) ?? []), finding]);
    const decidedIds = await this.database.transaction(async (tx) => {
      const made: string[] = [];
      // In one order, so that two calls about the same connectors wait for each other instead of locking each other out.
      for (const connectorId of [...byConnector.keys()].sort()) {
        made.push(...(await this.decideAbout(tx, tenant, subject, connectorId, byConnector.get(connectorId)!, input, problems)));
      }
      return made;
    });
    const after = new Map((await this.findings.byIds(tenant, decidedIds)).map((finding) => [finding.id, finding]));
    return { findings: decidedIds.flatMap((id) => after.get(id) ?? []), problems: once(problems) };
  }

  private async decideAbout(
    tx: Tx,
    tenant: TenantId,
    subject: string,
    connectorId: string,
    about: readonly Finding[],
    input: StatusInput,
    problems: DomainError[],
  ): Promise<string[]> {
    const { app } = about[0]!;
    if (!(await this.connectors.lock(tenant, tx, connectorId, app))) {
      problems.push(...about.map(({ id }) => new FindingNotFound(id)));
      return [];
    }
    const now = this.clock.now();
    const current = new Map((await this.findings.ofConnector(tenant, tx, connectorId)).map((finding) => [finding.id, finding]));
    const made = about.flatMap(({ id }): Decision[] => {
      const finding = current.get(id);
      if (!finding) return [];
      try {
        const basis = { id: newOrderedId('exc', now), findingId: id, severity: finding.severity, supersedes: finding.decision?.id ?? null };
        return [decide(input, basis, subject, now.getTime())];
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        problems.push(error);
        return [];
      }
    });
    if (made.length === 0) return [];
    await this.decisions.add(tenant, tx, connectorId, made);
    const decisionOf = new Map(made.map((decision) => [decision.findingId, decision]));
    const after = [...current.values()].map((finding) => ({ ...finding, decision: decisionOf.get(finding.id) ?? finding.decision }));
    await this.scores.run(tx, tenant, { connectorId, app }, after, now.getTime());
    return made.map(({ findingId }) => findingId);
  }
}

/** What is wrong with the input is said once, however many findings it was about. */
function once(problems: readonly DomainError[]): readonly DomainError[] {
  return [...new Map(problems.map((problem) => [`${problem.code} ${problem.message}`, problem])).values()];
}
