import { AppFailure, text, type AppClient } from '../sdk/index.js';

import { queryAll } from './soql.js';

/** Who a user is: the login history tells only ids. */
export interface Person {
  readonly username: string | null;
  readonly email: string | null;
  readonly name: string | null;
}

export type People = ReadonlyMap<string, Person>;

/** A query must stay below 16 KB. */
const MOST_IDS = 200;

/** Looks users up by id, each once. A name is a help for readers: where users are not shown to us, ids must do. */
export function userLookup(app: AppClient): (ids: Iterable<string>) => Promise<People> {
  const known = new Map<string, Person>();
  let isRefused = false;
  return async (ids) => {
    const wanted = [...new Set(ids)].filter((id) => !known.has(id) && /^005[a-zA-Z0-9]{15}$/.test(id));
    for (let from = 0; from < wanted.length && !isRefused; from += MOST_IDS) {
      const some = wanted.slice(from, from + MOST_IDS).map((id) => `'${id}'`);
      try {
        for (const row of await queryAll(app, `SELECT Id, Username, Email, Name FROM User WHERE Id IN (${some.join(', ')})`)) {
          known.set(text(row['Id']) ?? '', { username: text(row['Username']), email: text(row['Email']), name: text(row['Name']) });
        }
      } catch (failure) {
        if (!(failure instanceof AppFailure) || failure.kind !== 'forbidden') throw failure;
        isRefused = true;
      }
    }
    return known;
  };
}
