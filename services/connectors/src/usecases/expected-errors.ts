import { DomainError } from '#libs/kernel';

import type { ConnectOutcome } from './connect-app.js';

/** An error that we named becomes a problem of the payload, for the caller to put right; anything else is nobody's expectation and is thrown on. */
export async function asProblems<T extends ConnectOutcome>(work: () => Promise<T>): Promise<T | ConnectOutcome> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DomainError) return { connector: null, test: null, problems: [error] };
    throw error;
  }
}
