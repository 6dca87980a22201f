import type { AccountFactsRecord, AccountRecord, InventoryRecord } from '#libs/contracts';
import { accountId } from '#libs/kernel';

import { isChanged, settled, withFacts, withRecord, type AccountChange, type AccountState } from '../domain/account.js';
import { toAppGrant } from '../domain/app-grant.js';
import { toGroup, toMember } from '../domain/group.js';
import type { Source } from '../domain/listing.js';
import type { InventoryUnit, RowChange } from '../domain/ports.js';
import { toPrivilege, type Privilege } from '../domain/privilege.js';
import { applyAccountChanges } from './apply-account-changes.js';

/** Stores records of all kinds in one unit and says how many were new or different. Storing them again changes nothing. */
export async function storeRecords(unit: InventoryUnit, records: readonly InventoryRecord[], source: Source): Promise<number> {
  const ofKind = <K extends InventoryRecord['kind']>(kind: K) =>
    records.filter((record): record is Extract<InventoryRecord, { kind: K }> => record.kind === kind);
  const groups = ofKind('group').map((record) => toGroup(record, source));
  const members = ofKind('member').map((record) => toMember(record, source));
  const grants = ofKind('appGrant').map((record) => toAppGrant(record, source));
  const privileges = ofKind('privilege').map((record) => toPrivilege(record, source));

  const changedGroups = groups.length === 0 ? [] : await unit.groups.store(groups, source.shown);
  const changedMembers = members.length === 0 ? [] : await unit.members.store(members, source.shown);
  const changedGrants = grants.length === 0 ? [] : await unit.appGrants.store(grants, source.shown);
  if (changedGrants.length > 0) await unit.thirdPartyApps.markStale(changedGrants.map((change) => change.after));
  // Before the accounts: their admin marks are worked out from them.
  const changedPrivileges = privileges.length === 0 ? [] : await unit.privileges.store(privileges, source.shown);
  const changedAccounts = await storeAccounts(unit, {
    records: ofKind('account'),
    facts: ofKind('accountFacts'),
    holders: changedPrivileges.filter(concernsAdminMark).map((change) => change.after.accountId),
    source,
  });
  return changedGroups.length + changedMembers.length + changedGrants.length + changedPrivileges.length + changedAccounts;
}

// A new privilege that makes no administrator changes no admin mark, and most privileges are such.
function concernsAdminMark({ before, after }: RowChange<Privilege>): boolean {
  return before !== undefined || after.isAdmin !== false;
}

interface AccountNews {
  readonly records: readonly AccountRecord[];
  readonly facts: readonly AccountFactsRecord[];
  /** Accounts whose privileges changed so that the admin mark may. */
  readonly holders: readonly string[];
  readonly source: Source;
}

// How many of the accounts that records are about are new or different; what follows from privileges alone is counted with the privileges.
async function storeAccounts(unit: InventoryUnit, news: AccountNews): Promise<number> {
  const { source } = news;
  const idOf = (externalId: string): string => accountId(source.tenant, source.connectorId, externalId);
  const records = new Map(news.records.map((record) => [idOf(record.externalId), record]));
  const facts = new Map(news.facts.map((record) => [idOf(record.externalId), record]));
  const ids = new Set([...records.keys(), ...facts.keys(), ...news.holders]);
  if (ids.size === 0) return 0;

  const domains = await unit.domains.managed();
  const known = await unit.accounts.lock([...ids]);
  const states = new Map(known);
  for (const [id, record] of records) states.set(id, withRecord(states.get(id), record, source));
  for (const [id, record] of facts) {
    const state = states.get(id);
    if (state) states.set(id, withFacts(state, record, source));
  }
  await tallyPrivileges(unit, states, [...records.keys()].filter((id) => !known.has(id)).concat(news.holders));

  const changes: AccountChange[] = [];
  const unchanged: string[] = [];
  for (const [id, state] of states) {
    const before = known.get(id);
    const after = settled(state, source.tenant, domains);
    if (isChanged(before, after)) changes.push({ before, after });
    else unchanged.push(id);
  }
  await applyAccountChanges(unit, changes);
  await unit.accounts.markShown(
    unchanged.filter((id) => records.has(id)),
    source.shown,
  );
  await unit.accounts.markFactsShown(
    unchanged.filter((id) => facts.has(id)),
    source.shown,
  );
  return changes.filter(({ after }) => records.has(after.id) || facts.has(after.id)).length;
}

/** Adds up the privileges of accounts that are new or whose privileges changed. */
async function tallyPrivileges(unit: InventoryUnit, states: Map<string, AccountState>, ids: readonly string[]): Promise<void> {
  const there = [...new Set(ids)].filter((id) => states.has(id));
  if (there.length === 0) return;
  const tallies = await unit.privileges.tally(there);
  for (const id of there) {
    const state = states.get(id)!;
    const tally = tallies.get(id) ?? { admin: 0, unclear: 0 };
    states.set(id, { ...state, privileges: { ...tally, isComplete: state.privileges.isComplete } });
  }
}

/** Works out the admin marks of accounts whose privileges went away. */
export async function recheckHolders(unit: InventoryUnit, holders: readonly string[]): Promise<void> {
  if (holders.length === 0) return;
  const domains = await unit.domains.managed();
  const known = await unit.accounts.lock([...new Set(holders)]);
  const states = new Map(known);
  await tallyPrivileges(unit, states, holders);
  const changes = [...states.values()].map((state) => ({ before: known.get(state.id), after: settled(state, unit.tenant, domains) }));
  await applyAccountChanges(
    unit,
    changes.filter(({ before, after }) => isChanged(before, after)),
  );
}
