import { ACCOUNT_STATUSES, type InventoryRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import { z } from 'zod';

/** A record that could not be understood, and why; the reason names fields and holds no values. */
export interface UnreadableRecord {
  readonly record: unknown;
  readonly reason: string;
}

/** Parts what we can store from what has to be set aside: one bad record costs itself and not its page. */
export function readRecords(records: readonly unknown[]): {
  readonly readable: readonly InventoryRecord[];
  readonly rejects: readonly UnreadableRecord[];
} {
  const readable: InventoryRecord[] = [];
  const rejects: UnreadableRecord[] = [];
  for (const record of records) {
    const read = inventoryRecord.safeParse(record);
    if (read.success) readable.push(read.data);
    else
      rejects.push({ record, reason: read.error.issues.map((issue) => `${issue.path.join('.') || 'record'}: ${issue.code}`).join('; ') });
  }
  return { readable, rejects };
}

const LARGEST_ATTRIBUTES = 65_536;

// What doesn't fit a key column can't be cut: two ids could become one.
const externalId = z.string().min(1).max(500);
const word = z.string().max(10_000);
const words = word.nullable();
const told = z.boolean().nullable().optional();
const moment = z.number().int().min(0).max(8.64e15).nullable().optional();
const attributes = z.custom<Record<string, Json | undefined>>(isSmallObject).optional();

const account = z.object({
  kind: z.literal('account'),
  externalId,
  username: words,
  email: words,
  displayName: words,
  status: z.enum(ACCOUNT_STATUSES),
  type: z.enum(['person', 'service', 'bot', 'unknown']),
  isAdmin: told,
  hasSecondFactor: told,
  lastSignInAt: moment,
  createdAt: moment,
  attributes,
});

const accountFacts = z.object({
  kind: z.literal('accountFacts'),
  externalId,
  isAdmin: told,
  hasSecondFactor: told,
  lastSignInAt: moment,
  attributes,
});

const group = z.object({
  kind: z.literal('group'),
  externalId,
  name: word,
  description: words.optional(),
  type: words.optional(),
  attributes,
});

const member = z
  .object({ kind: z.literal('member'), groupExternalId: externalId, account: externalId.optional(), group: externalId.optional() })
  .refine((value) => (value.account === undefined) !== (value.group === undefined), { path: ['account'] });

const privilege = z.object({
  kind: z.literal('privilege'),
  externalId,
  account: externalId,
  name: word,
  isAdmin: z.boolean().nullable(),
  scope: words.optional(),
  viaGroup: externalId.nullable().optional(),
});

const appGrant = z.object({
  kind: z.literal('appGrant'),
  externalId,
  type: z.enum(['OAUTH_CONSENT', 'API_TOKEN', 'ACCESS_KEY', 'INSTALLATION', 'WEBHOOK', 'DELEGATION']),
  appExternalId: externalId,
  appName: word,
  account: externalId.nullable(),
  scopes: z.array(word).max(2_000),
  level: z.enum(['LOW', 'MEDIUM', 'HIGH', 'UNKNOWN']),
  grantedAt: moment,
  lastUsedAt: moment,
  expiresAt: moment,
  attributes,
});

const inventoryRecord = z.discriminatedUnion('kind', [account, accountFacts, group, member, privilege, appGrant]);

// They were JSON on their way here, or are about to be: only their size and being an object are in question.
function isSmallObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && JSON.stringify(value).length <= LARGEST_ATTRIBUTES;
}
