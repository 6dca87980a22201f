import { setTimeout as delay } from 'node:timers/promises';

/** Waits, unless the signal ends the wait with its reason. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

/** The time that really passes. */
export const realSleep: Sleep = async (ms, signal) => {
  signal?.throwIfAborted();
  try {
    await delay(ms, undefined, signal ? { signal } : {});
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  }
};
