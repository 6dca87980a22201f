import { AppFailure, at, text, timeMs, type WireRecord } from '../sdk/index.js';

/** How far the log was read: the time of its newest row that was seen. */
export function cursorAt(ms: number): string {
  return JSON.stringify({ from: new Date(ms).toISOString() });
}

const UNREADABLE = 'CURSOR_UNREADABLE';

/** The cursor's time, or a failure that says that it is dead. */
export function readCursor(cursor: string, operation: string): WireRecord & { readonly from: string } {
  try {
    const read = JSON.parse(cursor) as WireRecord;
    const from = text(at(read, 'from'));
    if (from !== null && timeMs(from) !== null) return { ...read, from };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new AppFailure({ kind: 'rejected', appCode: UNREADABLE, message: 'The stored position cannot be read.' }, operation, undefined);
}

/** True when the cursor was not written by us, or by us in another age: reading begins anew from the newest stored event. */
export function isUnreadable({ classified }: AppFailure): boolean {
  return classified.appCode === UNREADABLE;
}
