import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';
import { CoverageStore, pageSize, type Coverage, type PageArguments, type RequestContext } from '#libs/platform';

import type { Activity } from '../domain/activity.js';
import { checkFilter, type AlertFilter } from '../domain/activity-filter.js';
import type { Sliced } from '../domain/activity-store.js';
import type { Alert, AlertChange } from '../domain/alert.js';
import { AlertStore } from '../domain/alert-store.js';

export interface AlertListArguments extends PageArguments {
  readonly filter?: AlertFilter | null;
}

export interface AlertList extends Sliced<Alert> {
  readonly total: () => Promise<number>;
  readonly coverage: () => Promise<Coverage>;
}

/** Pages of alerts, single ones, and what hangs on them, in batches. */
@Injectable()
export class ListAlerts {
  constructor(
    private readonly alerts: AlertStore,
    private readonly coverage: CoverageStore,
  ) {}

  async run(tenant: TenantId, { filter, first, after }: AlertListArguments): Promise<AlertList> {
    checkFilter(filter);
    const page = await this.alerts.list(tenant, filter ?? {}, { first: pageSize({ first }), after });
    return this.withTotals(tenant, page, () => this.alerts.count(tenant, filter ?? {}));
  }

  /** Of one account, or of all accounts of a person. */
  async runForAccounts(context: RequestContext, accountIds: readonly string[], args: PageArguments): Promise<AlertList> {
    const { tenant } = context;
    const slice = { first: pageSize(args), after: args.after };
    const same = JSON.stringify([slice.first, slice.after ?? null]);
    const read = (keys: readonly string[]): string[][] => keys.map((key) => JSON.parse(key) as string[]);
    const pages = context.loader<string, Sliced<Alert>>(`alerts ${same}`, (keys) => this.alerts.listForAccounts(tenant, read(keys), slice));
    const totals = context.loader<string, number>('alert totals', (keys) => this.alerts.countForAccounts(tenant, read(keys)));
    const key = JSON.stringify([...accountIds].sort());
    return this.withTotals(tenant, await pages.load(key), () => totals.load(key));
  }

  async one(context: RequestContext, id: string): Promise<Alert | null> {
    const loader = context.loader<string, Alert | undefined>('alert', (ids) => this.alerts.byIds(context.tenant, ids));
    return (await loader.load(id)) ?? null;
  }

  async ofActivity(context: RequestContext, { id }: Activity): Promise<readonly Alert[]> {
    return context.loader<string, readonly Alert[]>('activity alerts', (ids) => this.alerts.ofActivities(context.tenant, ids)).load(id);
  }

  async accountIds(context: RequestContext, { id }: Alert): Promise<readonly string[]> {
    return context.loader<string, readonly string[]>('alert accounts', (ids) => this.alerts.accountsOf(context.tenant, ids)).load(id);
  }

  async history(context: RequestContext, { id }: Alert): Promise<readonly AlertChange[]> {
    return context.loader<string, readonly AlertChange[]>('alert history', (ids) => this.alerts.historyOf(context.tenant, ids)).load(id);
  }

  private withTotals(tenant: TenantId, page: Sliced<Alert>, total: () => Promise<number>): AlertList {
    return { ...page, total, coverage: () => this.coverage.coverage(tenant, ['ACTIVITIES']) };
  }
}
