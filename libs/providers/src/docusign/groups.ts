import type { InventoryRecord, MemberRecord } from '#libs/contracts';
import { requiredText, type AppClient, type Listing, type ListingPage } from '../sdk/index.js';
import { at } from '../sdk/index.js';

import { baseOf, factsOf, type AccountFact } from './facts.js';
import { groupIdOf, isOpen, toGroup } from './mapping.js';
import { OPERATIONS, pathOf } from './operations.js';
import { accountPages } from './pages.js';
import { accountGroup, statusWord } from './wire.js';

/** Groups belong to one account each; the same name in two accounts is two groups. */
export const groups: Listing<InventoryRecord> = { everySeconds: 8 * 3_600, complete: ['group', 'member'], pages: listGroups };

async function* listGroups(app: AppClient): AsyncGenerator<ListingPage<InventoryRecord>> {
  for (const account of factsOf(app).accounts) {
    const operation = OPERATIONS.groups;
    const request = {
      operation,
      at: baseOf(account),
      path: pathOf(operation, { accountId: account.id }),
      query: { include_usercount: 'true' },
    };
    for await (const page of accountPages(app, request, 'groups')) {
      const found = page.rows.map((row) => accountGroup(row, operation));
      yield { records: found.map((group) => toGroup(group, account)) };
      for (const group of found) yield* listMembers(app, account, group.id);
    }
  }
}

async function* listMembers(app: AppClient, account: AccountFact, groupId: string): AsyncGenerator<ListingPage<InventoryRecord>> {
  const operation = OPERATIONS.groupUsers;
  const request = { operation, at: baseOf(account), path: pathOf(operation, { accountId: account.id, groupId }) };
  for await (const page of accountPages(app, request, 'users')) {
    yield { records: page.rows.flatMap((row) => member(row, groupIdOf(account.id, groupId), operation)) };
  }
}

// Closed memberships stay in their groups, where they can do nothing.
function member(row: unknown, groupExternalId: string, operation: string): MemberRecord[] {
  const account = requiredText(at(row, 'userId'), operation, 'the userId of a member');
  return isOpen(statusWord(at(row, 'userStatus'))) ? [{ kind: 'member', groupExternalId, account }] : [];
}
