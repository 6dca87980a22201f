import type { ActivityRecord } from '#libs/contracts';

import { at, record, text } from '../sdk/index.js';
import { toActivities } from './activity.js';

/** One raw event of any log of the Reports API as our record, for measuring; of an activity with several events the first. All logs have one form. */
export function sampleEvent(raw: unknown, _group?: string): ActivityRecord | undefined {
  const wire = record(raw);
  // An activity always says of which application it is; collectors have cut off much else.
  if (!wire || text(at(wire, 'id', 'applicationName')) === null) return undefined;
  return toActivities(wire, 0)[0];
}
