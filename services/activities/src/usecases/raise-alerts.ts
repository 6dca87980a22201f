import { Inject, Injectable } from '@nestjs/common';
import type { AlertOpened, StreamKey } from '#libs/contracts';
import { Clock, derivedTimedId, type TenantId } from '#libs/kernel';
import { CoverageStore, Outbox, type Tx } from '#libs/platform';

import { isAccountId } from '../domain/activity.js';
import { openAlert, withEvidence, type Alert, type Signal } from '../domain/alert.js';
import type { Detector, Fresh } from '../domain/detection/detector.js';
import type { AlertEvidence, OpenPage } from '../domain/page-store.js';
import { judge } from './judge.js';

/** Nest token of the detections. */
export const DETECTORS = Symbol('DETECTORS');

const DAY_MS = 86_400_000;

/** What a page brought to be judged. */
export interface Judgeable {
  readonly key: StreamKey;
  readonly isBackfill: boolean;
  readonly fresh: Fresh;
}

/** Judges new activities and gathers what is found in alerts: repeats go to the alert of the day, or to the open one of the day before. */
@Injectable()
export class RaiseAlerts {
  constructor(
    @Inject(DETECTORS) private readonly detectors: readonly Detector[],
    private readonly coverage: CoverageStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  async run(tx: Tx, page: OpenPage, { key, isBackfill, fresh }: Judgeable): Promise<void> {
    const signals = await judge(this.detectors, fresh, (needs) => page.answer(needs));
    if (signals.length === 0) return;
    const connectedAt = (await this.coverage.connector(key.tenant, key.connectorId))?.connectedAt ?? null;
    const isHistory = (signal: Signal): boolean => isBackfill || (connectedAt !== null && signal.lastAt < connectedAt);
    const existing = await page.alerts([...new Set(signals.flatMap((signal) => candidateIds(key.tenant, signal)))]);
    const { evidence, opened } = gatherEvidence(key.tenant, signals, existing, this.clock.now().getTime(), isHistory);
    await page.saveAlerts(evidence);
    for (const { alert, accountIds } of opened) await this.outbox.add(tx, key.tenant, alert.id, [alertOpened(alert, accountIds)]);
  }
}

/** Puts signals to the alerts they belong to. Pure. */
export function gatherEvidence(
  tenant: TenantId,
  signals: readonly Signal[],
  existing: ReadonlyMap<string, Alert>,
  now: number,
  isHistory: (signal: Signal) => boolean,
): { readonly evidence: readonly AlertEvidence[]; readonly opened: readonly AlertEvidence[] } {
  const alerts = new Map(existing);
  const gathered = new Map<string, AlertEvidence>();
  // The strongest first would depend on the page; time does not.
  const ordered = [...signals].sort((a, b) => a.day - b.day || a.firstAt - b.firstAt || a.rank - b.rank);
  for (const signal of ordered) {
    const id = alertIdOf(tenant, signal, alerts);
    const known = alerts.get(id);
    const alert = known ? withEvidence(known, signal) : openAlert(id, signal, now, isHistory(signal));
    alerts.set(id, alert);
    gathered.set(id, together(gathered.get(id), alert, signal));
  }
  const evidence = [...gathered.values()];
  const opened = evidence.filter(({ alert }) => {
    const before = existing.get(alert.id);
    return !before || (before.status === 'CLOSED' && alert.status === 'OPEN');
  });
  return { evidence, opened };
}

/** The open alert of the day before, else the alert of the day, under whichever name it was opened; else a new one under the first name. */
function alertIdOf(tenant: TenantId, signal: Signal, alerts: ReadonlyMap<string, Alert>): string {
  const names = signal.groupKeys;
  const before = names
    .map((name) => alertId(tenant, signal, name, signal.day - 1))
    .find((id) => alerts.has(id) && alerts.get(id)!.status !== 'CLOSED');
  if (before !== undefined) return before;
  return (
    names.map((name) => alertId(tenant, signal, name, signal.day)).find((id) => alerts.has(id)) ??
    alertId(tenant, signal, names[0]!, signal.day)
  );
}

function candidateIds(tenant: TenantId, signal: Signal): string[] {
  return signal.groupKeys.flatMap((name) => [alertId(tenant, signal, name, signal.day - 1), alertId(tenant, signal, name, signal.day)]);
}

function alertId(tenant: TenantId, { policyId, policyVersion, part }: Signal, name: string, day: number): string {
  return derivedTimedId('alr', new Date(day * DAY_MS), tenant, policyId, String(policyVersion), name, part);
}

function together(before: AlertEvidence | undefined, alert: Alert, signal: Signal): AlertEvidence {
  const join = <T>(a: readonly T[] | undefined, b: readonly T[]): readonly T[] => [...new Set([...(a ?? []), ...b])];
  return {
    alert,
    accountIds: join(before?.accountIds, signal.accountIds.filter(isAccountId)),
    activityIds: join(before?.activityIds, signal.activityIds),
    distrusts: join(before?.distrusts, signal.distrusts ?? []),
    relatedEvents: join(before?.relatedEvents, signal.relatedEvents ?? []),
  };
}

function alertOpened(alert: Alert, accountIds: readonly string[]): AlertOpened {
  const { id: alertId, policyId, title, severity, connectorId, openedAt } = alert;
  return { type: 'AlertOpened', alertId, policyId, title, severity, accountIds, connectorId, openedAt };
}
