import type { ActivityRecord } from '#libs/contracts';

import type { WireRecord } from '../sdk/index.js';
import { at, record, text } from '../sdk/index.js';
import { toAudit } from './activity-audit.js';
import { toRecord } from './activity-record.js';
import { toSignIn } from './activity-sign-in.js';

/** One recorded event of any of Microsoft's logs as our record; which log it is from is told by its shape. Undefined for what is no event. */
export function sampleEvent(raw: unknown): ActivityRecord | undefined {
  const outer = record(raw);
  if (!outer) return undefined;
  if (text(outer['Operation']) !== null) return toRecord(outer, 0);
  const event = unwrapped(outer);
  if (event['initiatedBy'] !== undefined || event['activityDisplayName'] !== undefined) return toAudit(event, 0);
  return event['status'] === undefined && event['userPrincipalName'] === undefined ? undefined : toSignIn(event, 0);
}

// Entra's logs exported through Azure Monitor: Graph's row stands in `properties`, time and address around it; stores lower the first level of names.
function unwrapped(outer: WireRecord): WireRecord {
  const inner = record(outer['properties']);
  if (!inner) return outer;
  const around = (name: string): unknown => outer[name] ?? outer[name.toLowerCase()];
  const time = around('time');
  const ipAddress = inner['ipAddress'] ?? around('callerIpAddress');
  const user = record(at(inner, 'initiatedBy', 'user'));
  return {
    activityDisplayName: inner['activityDisplayName'] ?? (user || inner['initiatedBy'] ? around('operationName') : undefined),
    correlationId: around('correlationId'),
    result: around('result'),
    ...inner,
    ...(ipAddress !== undefined && { ipAddress }),
    ...(time !== undefined && { createdDateTime: time, activityDateTime: time }),
  };
}
