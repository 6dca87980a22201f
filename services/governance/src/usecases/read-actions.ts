import { Injectable } from '@nestjs/common';
import { DomainError, type TenantId } from '#libs/kernel';
import { decodeCursor, encodeCursor, pageSize, toConnection, type Connection, type PageArguments } from '#libs/platform';

import { ActionStore, type ActionFilter, type ActionPage } from '../domain/action-store.js';
import type { Action, ActionAttempt } from '../domain/action.js';

/** The filter nests deeper than anybody can read. */
export class FilterTooDeep extends DomainError {
  readonly code = 'FILTER_TOO_DEEP';
  readonly kind = 'invalid';
  override readonly path = ['filter'];

  constructor() {
    super(
      `The filter nests more than ${DEEPEST} levels, or names more than ${MOST_CONDITIONS} conditions. Use \`in\` with many values instead of anyOf.`,
    );
  }
}

const DEEPEST = 8;
const MOST_CONDITIONS = 200;
const LIST = 'actions';

/** A page, and how to count the whole: done only when somebody asks. */
export interface ActionList extends Connection<Action> {
  count(): Promise<number>;
}

/** The governance log as actions: lists, look-ups and attempts. */
@Injectable()
export class ReadActions {
  constructor(private readonly actions: ActionStore) {}

  async list(tenant: TenantId, filter: ActionFilter | undefined, page: PageArguments): Promise<ActionList> {
    refuseDeep(filter);
    const asked = pageOf(page);
    const rows = await this.actions.list(tenant, filter, asked);
    return { ...connectionOf(rows, asked.first), count: () => this.actions.count(tenant, filter) };
  }

  /** Those of many accounts in one statement; `count` answers for all of them together as well. */
  async listOfAccounts(tenant: TenantId, accountIds: readonly string[], page: PageArguments): Promise<readonly ActionList[]> {
    const asked = pageOf(page);
    const rows = await this.actions.listOfAccounts(tenant, accountIds, asked);
    let counts: Promise<ReadonlyMap<string, number>> | undefined;
    const count = async (id: string): Promise<number> => (await (counts ??= this.actions.countOfAccounts(tenant, accountIds))).get(id) ?? 0;
    return accountIds.map((id) => ({ ...connectionOf(rows.get(id) ?? [], asked.first), count: () => count(id) }));
  }

  /** In the order of the ids; undefined where there is none. */
  async find(tenant: TenantId, ids: readonly string[]): Promise<readonly (Action | undefined)[]> {
    const found = new Map((await this.actions.find(tenant, ids)).map((action) => [action.id, action]));
    return ids.map((id) => found.get(id));
  }

  async attempts(tenant: TenantId, ids: readonly string[]): Promise<readonly (readonly ActionAttempt[])[]> {
    const all = await this.actions.attempts(tenant, ids);
    return ids.map((id) => all.filter(({ actionId }) => actionId === id));
  }
}

function pageOf(page: PageArguments): ActionPage {
  const key = decodeCursor(LIST, page.after, 2);
  return { first: pageSize(page), after: key && [Number(key[0]), String(key[1])] };
}

function connectionOf(rows: readonly Action[], first: number): Connection<Action> {
  return toConnection(rows, first, ({ requestedAt, id }) => encodeCursor(LIST, [requestedAt, id]));
}

function refuseDeep(filter: ActionFilter | undefined): void {
  let conditions = 0;
  const walk = (one: ActionFilter, depth: number): void => {
    conditions += 1;
    if (depth > DEEPEST || conditions > MOST_CONDITIONS) throw new FilterTooDeep();
    for (const inner of [...(one.allOf ?? []), ...(one.anyOf ?? []), ...(one.not ? [one.not] : [])]) walk(inner, depth + 1);
  };
  if (filter) walk(filter, 1);
}
