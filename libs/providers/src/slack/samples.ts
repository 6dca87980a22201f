import type { ActivityRecord } from '#libs/contracts';

import { record, type WireRecord } from '../sdk/index.js';
import { toAccessActivity, toActivity, toIntegrationActivity } from './activity.js';

/** One raw event of any of Slack's three logs as our record, by its shape; `undefined` for what is none. */
export function sampleEvent(raw: unknown): ActivityRecord | undefined {
  const event = record(raw);
  return event && mapperOf(event)?.(event, 0);
}

function mapperOf(event: WireRecord): ((wire: unknown, receivedAt: number) => ActivityRecord) | undefined {
  if (typeof event['action'] === 'string') return toActivity;
  if (typeof event['change_type'] === 'string') return toIntegrationActivity;
  return event['date_last'] !== undefined && event['user_id'] !== undefined ? toAccessActivity : undefined;
}
