import { Injectable } from '@nestjs/common';
import { Clock, type TenantId } from '#libs/kernel';

import { asDeleted, isChanged, settled, withAllPrivileges, withoutFacts, type AccountState } from '../domain/account.js';
import { isMissing, type Sweep, type SweepKind } from '../domain/listing.js';
import { InventoryUnits, OpenWork, type AccountMark, type InventoryUnit, type ListedRows } from '../domain/ports.js';
import { applyAccountChanges } from './apply-account-changes.js';
import { RefreshThirdPartyApps } from './refresh-third-party-apps.js';
import { recheckHolders } from './store-records.js';
import { breathe } from './breathe.js';

const ROWS_PER_STEP = 500;
const LOOKS_PER_STEP = 10;
/** A page's caller waits for the clean-up so long; the housekeeping does the rest. */
const WAIT_MS = 20_000;

/** What one step did, and where the sweep goes on: null when this kind is done. */
interface Step {
  readonly changed: number;
  readonly after: readonly string[] | null;
}

/**
 * After a listing ended: what it did not show is gone. Done in small steps of one transaction each, so that nobody waits long for a lock and a crash
 * loses nothing; only a listing that ended leaves a sweep, so an aborted one deletes nothing.
 */
@Injectable()
export class SettleListings {
  constructor(
    private readonly units: InventoryUnits,
    private readonly work: OpenWork,
    private readonly refresh: RefreshThirdPartyApps,
    private readonly clock: Clock,
  ) {}

  /** Goes through all ended listings of a connector; returns how many rows went or changed. */
  async ofConnector(tenant: TenantId, connectorId: string): Promise<number> {
    const until = this.clock.now().getTime() + WAIT_MS;
    let changed = 0;
    for (const id of await this.work.sweepsOf(tenant, connectorId)) changed += await this.sweep(tenant, id, until);
    await this.refresh.run(tenant);
    return changed;
  }

  /** Goes on with one sweep until it is done or the time is over. */
  async sweep(tenant: TenantId, id: string, until: number): Promise<number> {
    let changed = 0;
    while (this.clock.now().getTime() < until) {
      const step = await this.step(tenant, id);
      if (!step) break;
      changed += step.changed;
      await breathe();
    }
    return changed;
  }

  private async step(tenant: TenantId, id: string): Promise<Step | undefined> {
    return this.units.run(tenant, async (unit) => {
      const sweep = await unit.listings.lockSweep(id);
      const kind = sweep?.kinds[0];
      if (!sweep) return undefined;
      if (kind === undefined) {
        await unit.listings.removeSweep(id);
        return undefined;
      }
      const step = await look(unit, sweep, this.stepOf(kind));
      const kinds = step.after === null ? sweep.kinds.slice(1) : sweep.kinds;
      await unit.listings.saveSweep({ ...sweep, kinds, after: step.after });
      return step;
    });
  }

  private stepOf(kind: SweepKind): (unit: InventoryUnit, sweep: Sweep) => Promise<Step> {
    switch (kind) {
      case 'account':
        return (unit, sweep) =>
          stepAccounts(unit, sweep, {
            concerns: (mark) => isMissing(mark.shown, sweep) && mark.status !== 'DELETED',
            change: (state) => asDeleted(state, this.clock.now().getTime()),
          });
      case 'accountFacts':
        return (unit, sweep) => stepAccounts(unit, sweep, { concerns: (mark) => isMissing(mark.factsShown, sweep), change: withoutFacts });
      case 'adminMark':
        return (unit, sweep) =>
          stepAccounts(unit, sweep, { concerns: (mark) => !mark.hasAllPrivileges && isCovered(mark, sweep), change: withAllPrivileges });
      case 'group':
        return stepGroups;
      case 'member':
        return (unit, sweep) => stepRows(unit.members, sweep, async () => undefined);
      case 'privilege':
        return (unit, sweep) =>
          stepRows(unit.privileges, sweep, (gone) =>
            recheckHolders(
              unit,
              gone.map((privilege) => privilege.accountId),
            ),
          );
      case 'appGrant':
        return (unit, sweep) => stepRows(unit.appGrants, sweep, (gone) => unit.thirdPartyApps.markStale(gone));
    }
  }
}

// Looking is cheap and a transaction is not: where nothing is missing, one transaction looks at several steps' rows.
async function look(unit: InventoryUnit, sweep: Sweep, take: (unit: InventoryUnit, sweep: Sweep) => Promise<Step>): Promise<Step> {
  let step = await take(unit, sweep);
  for (let looks = 1; looks < LOOKS_PER_STEP && step.changed === 0 && step.after !== null; looks++) {
    step = await take(unit, { ...sweep, after: step.after });
  }
  return step;
}

// A complete listing of privileges speaks for the accounts that were there when it began, and for those that it listed itself.
function isCovered(mark: AccountMark, sweep: Sweep): boolean {
  const isOfSameListing = mark.shown.by === sweep.shown.by && mark.shown.in >= sweep.shown.in;
  return mark.firstReadAt <= sweep.startedAt || isOfSameListing;
}

interface AccountStep {
  readonly concerns: (mark: AccountMark) => boolean;
  readonly change: (state: AccountState) => AccountState;
}

async function stepAccounts(unit: InventoryUnit, sweep: Sweep, { concerns, change }: AccountStep): Promise<Step> {
  const domains = await unit.domains.managed();
  const { accounts, next } = await unit.accounts.nextOfConnector(sweep.connectorId, sweep.after, ROWS_PER_STEP);
  const marked = accounts.filter(concerns).map((mark) => mark.id);
  // Looked at again under lock: a page may have shown one of them meanwhile.
  const states = [...(await unit.accounts.lock(marked)).values()].filter((state) => concerns(toMark(state)));
  const changes = states
    .map((before) => ({ before, after: settled(change(before), unit.tenant, domains) }))
    .filter(({ before, after }) => isChanged(before, after));
  await applyAccountChanges(unit, changes);
  return { changed: changes.length, after: next };
}

function toMark(state: AccountState): AccountMark {
  return { ...state, hasAllPrivileges: state.privileges.isComplete };
}

async function stepRows<T extends { readonly id: string }>(
  rows: ListedRows<T>,
  sweep: Sweep,
  removed: (gone: readonly T[]) => Promise<void>,
): Promise<Step> {
  const next = await rows.next(sweep.connectorId, sweep.after?.[0] ?? '', ROWS_PER_STEP);
  const gone = next.filter(({ shown }) => isMissing(shown, sweep)).map(({ row }) => row);
  await rows.remove(gone.map((row) => row.id));
  if (gone.length > 0) await removed(gone);
  return { changed: gone.length, after: next.length < ROWS_PER_STEP ? null : [next.at(-1)!.row.id] };
}

// A group's members go before it, at most so many in one step: the group stays until the last is gone.
async function stepGroups(unit: InventoryUnit, sweep: Sweep): Promise<Step> {
  const from = sweep.after ?? [''];
  const next = await unit.groups.next(sweep.connectorId, from[0]!, ROWS_PER_STEP);
  const gone = next.filter(({ shown }) => isMissing(shown, sweep)).map(({ row }) => row.id);
  const membersGone = gone.length === 0 ? 0 : await unit.members.removeOfGroups(gone, ROWS_PER_STEP);
  if (membersGone === ROWS_PER_STEP) return { changed: membersGone, after: from };
  await unit.groups.remove(gone);
  return { changed: membersGone + gone.length, after: next.length < ROWS_PER_STEP ? null : [next.at(-1)!.row.id] };
}
