import type { AccountFactsRecord, AccountRecord, AccountStatus, AccountSummary } from '#libs/contracts';
import { accountId, canonicalJson, type Json, type TenantId } from '#libs/kernel';

import { adminMark, type PrivilegeTally } from './admin-mark.js';
import { hasUnmanagedEmail, type ManagedDomains } from './managed-domain.js';
import { personByRule, type AccountLink } from './person.js';
import type { Shown, Source } from './listing.js';

export type Attributes = { readonly [name: string]: Json | undefined };

/** One login in one connector, as the graph shows it. Null is what the app did not tell. */
export interface Account {
  readonly id: string;
  readonly connectorId: string;
  readonly app: string;
  readonly externalId: string;
  readonly username: string | null;
  readonly email: string | null;
  readonly displayName: string | null;
  readonly status: AccountStatus;
  readonly type: AccountRecord['type'];
  readonly isAdmin: boolean | null;
  readonly hasSecondFactor: boolean | null;
  readonly isExternal: boolean | null;
  readonly lastSignInAt: number | null;
  readonly createdAt: number | null;
  readonly deletedAt: number | null;
  readonly attributes: Attributes;
  readonly personId: string | null;
  readonly link: AccountLink;
}

interface Told {
  readonly isAdmin?: boolean | null;
  readonly hasSecondFactor?: boolean | null;
  readonly lastSignInAt?: number | null;
  readonly createdAt?: number | null;
  readonly attributes?: Attributes;
}

/** An account with what its marks are worked out from: the account's own listing and the reads beside it are kept apart, so that neither erases the other. */
export interface AccountState extends Account {
  readonly told: { readonly record: Told; readonly facts: Told };
  readonly privileges: PrivilegeTally;
  readonly linkedBy: string | null;
  readonly linkedAt: number | null;
  readonly firstReadAt: number;
  /** When it was last read back outside a listing: a page read before that knows less. */
  readonly touchedAt: number | null;
  readonly shown: Shown;
  readonly factsShown: Shown | null;
}

/** An account as it was, if it was, and as it is to be. */
export interface AccountChange {
  readonly before: AccountState | undefined;
  readonly after: AccountState;
}

/** The account after its record was read; a page older than the last read-back only shows that it is still there. */
export function withRecord(known: AccountState | undefined, record: AccountRecord, source: Source): AccountState {
  if (known && isOutdated(known, source)) return { ...known, shown: source.shown };
  const base = known ?? newAccount(record.externalId, source);
  const { isAdmin, hasSecondFactor, lastSignInAt, createdAt, attributes } = record;
  return {
    ...base,
    username: record.username,
    email: record.email,
    displayName: record.displayName,
    status: record.status,
    type: record.type,
    deletedAt: record.status === 'DELETED' ? (base.deletedAt ?? source.readAt) : null,
    told: { ...base.told, record: keepKnown(base.told.record, { isAdmin, hasSecondFactor, lastSignInAt, createdAt, attributes }) },
    touchedAt: source.isTouch ? source.readAt : base.touchedAt,
    shown: source.shown,
  };
}

/** The account with what a read of its own told beside the listing. */
export function withFacts(known: AccountState, record: AccountFactsRecord, source: Source): AccountState {
  const { isAdmin, hasSecondFactor, lastSignInAt, attributes } = record;
  const shown = { ...known, factsShown: source.shown };
  if (isOutdated(known, source)) return shown;
  return { ...shown, told: { ...known.told, facts: keepKnown(known.told.facts, { isAdmin, hasSecondFactor, lastSignInAt, attributes }) } };
}

/** A complete read of facts did not show this account any more: what they said is no longer known. */
export function withoutFacts(known: AccountState): AccountState {
  return { ...known, told: { ...known.told, facts: {} }, factsShown: null };
}

/** A complete listing of privileges covered it: having none that makes an administrator now means something. */
export function withAllPrivileges(known: AccountState): AccountState {
  return { ...known, privileges: { ...known.privileges, isComplete: true } };
}

/** A complete listing did not show it any more. It is kept, so that what it did can still be told. */
export function asDeleted(known: AccountState, at: number): AccountState {
  return { ...known, status: 'DELETED', deletedAt: known.deletedAt ?? at };
}

/** Linked by hand; no rule undoes that. */
export function linkedByHand(known: AccountState, personId: string | null, by: string, at: number): AccountState {
  return { ...known, personId, link: personId === null ? 'UNLINKED' : 'MANUAL', linkedBy: by, linkedAt: at };
}

/** Works out all marks anew from what is known: the one place where they are decided. */
export function settled(state: AccountState, tenant: TenantId, domains: ManagedDomains): AccountState {
  const { record, facts } = state.told;
  const signIns = [record.lastSignInAt, facts.lastSignInAt].filter((at) => at !== null && at !== undefined);
  return {
    ...state,
    isAdmin: adminMark([record.isAdmin, facts.isAdmin], state.privileges),
    hasSecondFactor: facts.hasSecondFactor ?? record.hasSecondFactor ?? null,
    lastSignInAt: signIns.length === 0 ? null : Math.max(...signIns),
    createdAt: record.createdAt ?? null,
    attributes: { ...record.attributes, ...facts.attributes },
    isExternal: hasUnmanagedEmail(state.email, domains),
    personId: state.link === 'RULE' ? personByRule(tenant, state, domains) : state.personId,
  };
}

/** False when nothing about the account is different; being shown again is no difference. */
export function isChanged(before: AccountState | undefined, after: AccountState): boolean {
  return before === undefined || COMPARED.some((field) => before[field] !== after[field]) || !isSameTelling(before, after);
}

/** True when other services have to hear of it. */
export function isAnnounced(before: AccountState | undefined, after: AccountState): boolean {
  return before === undefined || ANNOUNCED.some((field) => before[field] !== after[field]);
}

/** True when the person's own fields may be different now. */
export function isPersonAffected(before: AccountState | undefined, after: AccountState): boolean {
  return before === undefined || PERSONAL.some((field) => before[field] !== after[field]);
}

/** What the other services keep of an account. */
export function summary(account: Account): AccountSummary {
  const { id, externalId, personId, username, email, displayName, status, isAdmin, isExternal, type } = account;
  return { id, externalId, personId, username, email, displayName, status, isAdmin, isExternal, type };
}

const PERSONAL = ['personId', 'email', 'displayName', 'status'] as const;
const ANNOUNCED = [...PERSONAL, 'username', 'isAdmin', 'isExternal', 'type'] as const;
const COMPARED = [
  ...ANNOUNCED,
  'hasSecondFactor',
  'lastSignInAt',
  'createdAt',
  'deletedAt',
  'link',
  'linkedBy',
  'linkedAt',
  'touchedAt',
] as const;

function isSameTelling(before: AccountState, after: AccountState): boolean {
  const { privileges: a } = before;
  const { privileges: b } = after;
  if (a.admin !== b.admin || a.unclear !== b.unclear || a.isComplete !== b.isComplete) return false;
  if (before.told === after.told || JSON.stringify(before.told) === JSON.stringify(after.told)) return true;
  return canonicalJson(before.told) === canonicalJson(after.told);
}

function newAccount(externalId: string, source: Source): AccountState {
  const { tenant, connectorId, app } = source;
  return {
    id: accountId(tenant, connectorId, externalId),
    connectorId,
    app,
    externalId,
    username: null,
    email: null,
    displayName: null,
    status: 'UNKNOWN',
    type: 'unknown',
    isAdmin: null,
    hasSecondFactor: null,
    isExternal: null,
    lastSignInAt: null,
    createdAt: null,
    deletedAt: null,
    attributes: {},
    personId: null,
    link: 'RULE',
    told: { record: {}, facts: {} },
    privileges: { admin: 0, unclear: 0, isComplete: false },
    linkedBy: null,
    linkedAt: null,
    firstReadAt: source.readAt,
    touchedAt: null,
    shown: source.shown,
    factsShown: null,
  };
}

function isOutdated(known: AccountState, source: Source): boolean {
  return !source.isTouch && known.touchedAt !== null && source.readAt < known.touchedAt;
}

// `undefined` is "this read does not tell": what was known stays.
function keepKnown(known: Told, said: Told): Told {
  const news = Object.entries(said).filter(([, value]) => value !== undefined);
  return { ...known, ...Object.fromEntries(news) };
}
