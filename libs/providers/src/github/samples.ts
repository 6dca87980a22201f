import type { ActivityRecord } from '#libs/contracts';

import { record, text } from '../sdk/index.js';
import { toActivity } from './activity.js';

/** One raw event of the audit log, of its web or its Git part, as our record; `undefined` for what is none. */
export function sampleEvent(raw: unknown): ActivityRecord | undefined {
  return text(record(raw)?.['action']) === null ? undefined : toActivity(raw, 0);
}
