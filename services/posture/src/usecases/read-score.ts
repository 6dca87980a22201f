import { Injectable } from '@nestjs/common';
import type { ConnectorChanged } from '#libs/contracts';
import { Clock, DAY_MS, type TenantId } from '#libs/kernel';
import type { Coverage } from '#libs/platform';

import { ControlCatalogue } from '../domain/control-catalogue.js';
import { ConnectorNotFound, HistoryRangeInvalid } from '../domain/errors.js';
import { asOf, scoredOf, type Finding } from '../domain/finding.js';
import { FindingStore, ScoreStore } from '../domain/ports.js';
import { historyOf, type HistoryPoint } from '../domain/score-history.js';
import { percentagesOf, scoreOf, type Score, type ScoredControl } from '../domain/score.js';
import { ReadCoverage } from './read-coverage.js';

/** A score of one connector or of several, and what it rests on. */
export interface ScoreView {
  readonly score: Score;
  readonly asOf: number;
  readonly coverage: Coverage;
  /** The connector with the lowest percentage; null when none can be judged. */
  readonly weakestId: string | null;
}

const MOST_YEARS = 10;

/** The score now, computed from the findings: what went stale or expired since the last judging counts as such. */
@Injectable()
export class ReadScore {
  constructor(
    private readonly findings: FindingStore,
    private readonly scores: ScoreStore,
    private readonly catalogue: ControlCatalogue,
    private readonly coverage: ReadCoverage,
    private readonly clock: Clock,
  ) {}

  /** Of one connector, of the connectors of one app, or of all. */
  async total(tenant: TenantId, only: { readonly app?: string | null; readonly connector?: string | null }): Promise<ScoreView> {
    const { app, connector } = only;
    const parts = await this.parts(tenant, { app: app ?? undefined, connectorIds: connector ? [connector] : undefined });
    if (connector && parts.length === 0) throw new ConnectorNotFound(connector, ['connector']);
    return this.view(parts);
  }

  /** Of each connector alone; null where it is unknown, or its app has nothing to check. */
  async each(tenant: TenantId, connectorIds: readonly string[]): Promise<(ScoreView | null)[]> {
    const parts = new Map((await this.parts(tenant, { connectorIds })).map((part) => [part.connectorId, part]));
    return connectorIds.map((connectorId) => {
      const part = parts.get(connectorId);
      return part && part.controls.length > 0 ? this.view([part]) : null;
    });
  }

  async history(
    tenant: TenantId,
    from: number,
    to: number,
    only: { readonly app?: string | null; readonly connector?: string | null },
  ): Promise<readonly HistoryPoint[]> {
    if (from >= to || to - from > MOST_YEARS * 366 * DAY_MS) throw new HistoryRangeInvalid(MOST_YEARS);
    const snapshots = await this.scores.between(tenant, from, to, { app: only.app ?? undefined, connectorId: only.connector ?? undefined });
    return historyOf(snapshots, from);
  }

  private async parts(
    tenant: TenantId,
    only: { readonly app?: string; readonly connectorIds?: readonly string[] },
  ): Promise<readonly Part[]> {
    const now = this.clock.now().getTime();
    const isAsked = (app: string, id: string): boolean =>
      (only.app === undefined || only.app === app) && (only.connectorIds?.includes(id) ?? true);
    const heard = (await this.coverage.connectors(tenant)).filter(({ app, connectorId }) => isAsked(app, connectorId));
    const rows = (await this.findings.scored(tenant, { controlIds: this.catalogue.ids }, only)).filter((row) =>
      isAsked(row.app, row.connectorId),
    );
    const ids = new Set([...heard.map(({ connectorId }) => connectorId), ...rows.map(({ connectorId }) => connectorId)]);
    return [...ids].sort().map((connectorId) => {
      const own = rows.filter((row) => row.connectorId === connectorId);
      const connector = heard.find((one) => one.connectorId === connectorId);
      return {
        connectorId,
        connector,
        controls: this.controlsOf(own, connector?.app, now),
        evaluatedAt: Math.max(0, ...own.map((row) => row.evaluatedAt)),
      };
    });
  }

  /** As judged; before the first judging everything is unknown, which is not the same as nothing to check. */
  private controlsOf(findings: readonly Finding[], app: string | undefined, now: number): readonly ScoredControl[] {
    if (findings.length > 0) return findings.map((finding) => scoredOf(asOf(finding, now)));
    const untold = { result: 'unknown', share: null, readShare: 0, decision: null } as const;
    return this.catalogue
      .ofApp(app ?? '')
      .map(({ id, points, severity, scoring }) => ({ ...untold, controlId: id, points, severity, scoring }));
  }

  private view(parts: readonly Part[]): ScoreView {
    const now = this.clock.now().getTime();
    return {
      score: scoreOf(
        parts.flatMap(({ controls }) => controls),
        now,
      ),
      asOf: Math.max(0, ...parts.map(({ evaluatedAt }) => evaluatedAt)) || now,
      coverage: this.coverage.over(parts.flatMap(({ connector }) => connector ?? [])),
      weakestId: weakest(parts, now),
    };
  }
}

interface Part {
  readonly connectorId: string;
  readonly connector: ConnectorChanged | undefined;
  readonly controls: readonly ScoredControl[];
  readonly evaluatedAt: number;
}

function weakest(parts: readonly Part[], now: number): string | null {
  let found: { readonly id: string; readonly percent: number } | null = null;
  for (const { connectorId, controls } of parts) {
    const { percent } = percentagesOf(scoreOf(controls, now));
    if (percent !== null && (found === null || percent < found.percent)) found = { id: connectorId, percent };
  }
  return found?.id ?? null;
}
