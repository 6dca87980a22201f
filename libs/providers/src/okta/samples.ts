import type { ActivityRecord } from '#libs/contracts';

import { record, text } from '../sdk/index.js';
import { toActivity } from './activity.js';

/** One raw event of the System Log as our record, for measuring; `undefined` for what is none. */
export function sampleEvent(raw: unknown): ActivityRecord | undefined {
  const event = record(raw);
  return text(event?.['eventType'] ?? event?.['eventtype']) === null ? undefined : toActivity(event, 0);
}
