import { DomainError } from '#libs/kernel';

/** A page of a list that can grow, as the graph shows it. */
export interface Connection<T> {
  readonly nodes: readonly T[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
}

export const DEFAULT_PAGE = 50;
export const LARGEST_PAGE = 1_000;

/** `first` is outside 1 to 1000. */
export class PageSizeInvalid extends DomainError {
  readonly code = 'PAGE_SIZE_INVALID';
  readonly kind = 'invalid';
  override readonly path = ['first'];

  constructor(first: number) {
    super(`first must be from 1 to ${LARGEST_PAGE}, not ${first}. Use after with endCursor to read more.`);
  }
}

/** `after` is not a cursor that this list gave out. */
export class CursorInvalid extends DomainError {
  readonly code = 'CURSOR_INVALID';
  readonly kind = 'invalid';
  override readonly path = ['after'];

  constructor() {
    super('after is not a cursor of this list with this order. Take endCursor of the page before, or leave it out to start anew.');
  }
}

/** The page size asked for; refuses what is out of range instead of bending it. */
export function pageSize(page: PageArguments): number {
  const first = page.first ?? DEFAULT_PAGE;
  if (!Number.isInteger(first) || first < 1 || first > LARGEST_PAGE) throw new PageSizeInvalid(first);
  return first;
}

/**
 * A cursor holds the sort key of the last row seen, so it stays right under inserts. It names its list and order, and is refused elsewhere.
 * It grants nothing: tenant and filter come from the request each time.
 */
export function encodeCursor(list: string, key: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify([list, ...key])).toString('base64url');
}

export function decodeCursor(list: string, cursor: string | null | undefined, keyLength: number): (string | number | null)[] | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw new CursorInvalid();
  }
  if (!Array.isArray(parsed) || parsed[0] !== list || parsed.length !== keyLength + 1) throw new CursorInvalid();
  const key = parsed.slice(1) as unknown[];
  if (!key.every((part) => part === null || typeof part === 'string' || (typeof part === 'number' && Number.isFinite(part))))
    throw new CursorInvalid();
  return key as (string | number | null)[];
}

/** Makes the connection from `first + 1` rows: the one too many only tells that there is more. */
export function toConnection<T>(rows: readonly T[], first: number, cursorOf: (row: T) => string): Connection<T> {
  const nodes = rows.slice(0, first);
  const last = nodes.at(-1);
  return { nodes, pageInfo: { hasNextPage: rows.length > first, endCursor: last === undefined ? null : cursorOf(last) } };
}
