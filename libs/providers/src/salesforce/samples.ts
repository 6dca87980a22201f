import type { ActivityRecord } from '#libs/contracts';

import { record, text } from '../sdk/index.js';

import { toFileEvent, toThreat } from './activity-file.js';
import { toSetupChange, toSignIn } from './activity.js';

/** One raw event of any of the logs as our record, for measuring: which log it is of shows in its columns. */
export function sampleEvent(raw: unknown, _group?: string): ActivityRecord | undefined {
  const row = record(raw);
  if (!row) return undefined;
  if (text(row['EVENT_TYPE']) !== null) return toFileEvent(row, 0);
  if (text(row['LoginTime']) !== null) return toSignIn(row, 0);
  if (text(row['Action']) !== null) return toSetupChange(row, 0);
  return text(row['EventDate']) === null ? undefined : toThreat(row, 0);
}
