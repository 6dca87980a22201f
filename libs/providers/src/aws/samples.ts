import type { ActivityRecord } from '#libs/contracts';

import { record, text } from '../sdk/index.js';

import { toActivity } from './activity.js';

/** One record of CloudTrail as our record, for measuring; `undefined` for what is none. */
export function sampleEvent(raw: unknown, _group?: string): ActivityRecord | undefined {
  const event = record(raw);
  return event && text(event['eventName']) !== null ? toActivity(event, 0) : undefined;
}
