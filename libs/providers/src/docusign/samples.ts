import type { ActivityRecord } from '#libs/contracts';

import { record, text } from '../sdk/index.js';
import { toActivity } from './activities.js';

/** One raw event of Monitor as our record, for measuring; `undefined` for what is none, such as a call of Connect. */
export function sampleEvent(raw: unknown): ActivityRecord | undefined {
  const event = record(raw);
  return text(event?.['object']) === null || text(event?.['action']) === null ? undefined : toActivity(event, 0);
}
