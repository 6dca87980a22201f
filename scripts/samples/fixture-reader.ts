import type { ActivityRecord } from '#libs/contracts';
import { record, text, timeMs } from '#libs/providers';

/** Reads events of an app that does not exist: each field of our record is a field of the event. Throws for the event `{ "fail": … }`. */
export function readMadeUp(raw: unknown): ActivityRecord | undefined {
  const event = record(raw);
  if (!event || event['none'] === true) return undefined;
  if (event['fail'] !== undefined) throw new Error(String(event['fail']));
  const id = text(event['id']);
  return {
    kind: 'activity',
    externalId: id ?? 'evt_derived',
    ...(id === null && { isIdDerived: true }),
    occurredAt: timeMs(event['at']) ?? 0,
    eventType: text(event['action']) ?? 'unknown',
    category: 'SIGN_IN',
    classUid: 3002,
    activityId: 1,
    mapping: 'exact',
    outcome: event['ok'] === undefined ? 'UNKNOWN' : event['ok'] === true ? 'SUCCESS' : 'FAILURE',
    actor: {
      externalId: text(event['who']),
      name: text(event['name']),
      email: text(event['mail']),
      type: event['system'] ? 'system' : 'unknown',
    },
    targets: ['ledger', 'L-1'].map((name) => ({ type: 'Book', externalId: null, name })),
    ip: text(event['ip']),
    place: { country: 'FR' },
    userAgent: text(event['agent']),
    isAdminActivity: false,
    raw: '{}',
  };
}
