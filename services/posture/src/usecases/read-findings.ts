import { Injectable } from '@nestjs/common';
import { Clock, type TenantId } from '#libs/kernel';
import { decodeCursor, encodeCursor, pageSize, toConnection, type Connection, type Coverage, type PageArguments } from '#libs/platform';

import { ControlCatalogue } from '../domain/control-catalogue.js';
import type { Decision } from '../domain/decision.js';
import { checkFilter, confines, type FindingFilter } from '../domain/filter.js';
import { asOf, type Drift, type Finding } from '../domain/finding.js';
import { DecisionStore, DriftStore, FindingStore, type FindingDetail, type FindingQuery } from '../domain/ports.js';
import { ReadCoverage } from './read-coverage.js';

/** Decisions shown of one finding, the newest first. */
const MOST_DECISIONS = 100;

/** Findings as they are now: evidence that went stale and decisions that expired since the last judging count as such. */
@Injectable()
export class ReadFindings {
  constructor(
    private readonly findings: FindingStore,
    private readonly decisions: DecisionStore,
    private readonly drifts: DriftStore,
    private readonly catalogue: ControlCatalogue,
    private readonly coverages: ReadCoverage,
    private readonly clock: Clock,
  ) {}

  async page(tenant: TenantId, filter: FindingFilter | null, page: PageArguments): Promise<Connection<Finding>> {
    checkFilter(filter);
    const first = pageSize(page);
    const after = decodeCursor('findings', page.after, 2);
    const query = this.query(filter);
    const rows = await this.findings.list(tenant, query, first + 1, after ? { urgency: Number(after[0]), id: String(after[1]) } : null);
    return toConnection(
      rows.map((row) => asOf(row, query.now)),
      first,
      (row) => encodeCursor('findings', [this.findings.urgencyOf(row), row.id]),
    );
  }

  count(tenant: TenantId, filter: FindingFilter | null): Promise<number> {
    return this.findings.count(tenant, this.query(filter));
  }

  coverage(tenant: TenantId, filter: FindingFilter | null): Promise<Coverage> {
    return this.coverages.of(tenant, confines(filter));
  }

  /** In the order of the ids; null where there is none. */
  async byIds(tenant: TenantId, ids: readonly string[]): Promise<(Finding | null)[]> {
    const now = this.clock.now().getTime();
    const found = new Map((await this.findings.byIds(tenant, ids)).map((finding) => [finding.id, asOf(finding, now)]));
    return ids.map((id) => {
      const finding = found.get(id);
      return finding && this.catalogue.find(finding.controlId) ? finding : null;
    });
  }

  /** Of each connector, the most urgent first. */
  async ofConnectors(tenant: TenantId, connectorIds: readonly string[], filter: FindingFilter | null): Promise<Finding[][]> {
    checkFilter(filter);
    const query = this.query(filter);
    const rows = (await this.findings.ofConnectors(tenant, connectorIds, query)).map((row) => asOf(row, query.now));
    return connectorIds.map((connectorId) => rows.filter((row) => row.connectorId === connectorId));
  }

  async details(tenant: TenantId, ids: readonly string[]): Promise<FindingDetail[]> {
    const details = await this.findings.details(tenant, ids);
    return ids.map((id) => details.get(id) ?? { evidence: null, affected: [] });
  }

  async decisionsOf(tenant: TenantId, ids: readonly string[]): Promise<(readonly Decision[])[]> {
    const decisions = await this.decisions.ofFindings(tenant, ids, MOST_DECISIONS);
    return ids.map((id) => decisions.get(id) ?? []);
  }

  async driftPage(tenant: TenantId, connectorId: string | null, page: PageArguments): Promise<Connection<Drift>> {
    const first = pageSize(page);
    const after = decodeCursor('postureDrift', page.after, 1);
    const rows = await this.drifts.list(tenant, connectorId, first + 1, after ? String(after[0]) : null);
    return toConnection(rows, first, (row) => encodeCursor('postureDrift', [row.id]));
  }

  driftCount(tenant: TenantId, connectorId: string | null): Promise<number> {
    return this.drifts.count(tenant, connectorId);
  }

  driftCoverage(tenant: TenantId, connectorId: string | null): Promise<Coverage> {
    return this.coverages.of(tenant, { connectorIds: connectorId === null ? undefined : [connectorId], apps: undefined });
  }

  private query(filter: FindingFilter | null): FindingQuery {
    return { filter, controlIds: this.catalogue.ids, now: this.clock.now().getTime() };
  }
}
