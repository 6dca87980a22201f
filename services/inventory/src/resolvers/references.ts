import type { RequestContext } from '#libs/platform';

/** How an entity's loader is asked: look-ups of one request go out together. */
export type Batch<T> = (ids: readonly string[]) => Promise<readonly T[]>;

/** What another service sends to name one of our entities. */
export interface Reference {
  readonly id: string;
}

/** Loads by id through the request's loader of that name; nothing for no id. */
export async function load<T>(context: RequestContext, loader: string, id: string | null, batch: Batch<T>): Promise<T | null> {
  return id === null
    ? null
    : context.loader<string, T>(`inventory.${loader}`, batch as (keys: readonly string[]) => Promise<readonly (T | Error)[]>).load(id);
}
