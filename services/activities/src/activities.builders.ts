import type { ActivityRecord, BulkPage, StreamKey } from '#libs/contracts';

/** For tests: a moment of November 2026, `at(3, 14, 5)` being the 3rd at 14:05 UTC. */
export function at(day: number, hour = 12, minute = 0, second = 0): number {
  return Date.UTC(2026, 10, day, hour, minute, second);
}

/** For tests: places with addresses that the packaged databases know. */
export const PLACES = {
  munich: { ip: '87.160.12.34', place: { country: 'DE', city: 'Munich', latitude: 48.1372, longitude: 11.5755 } },
  vienna: { ip: '84.112.20.30', place: { country: 'AT', city: 'Vienna', latitude: 48.2082, longitude: 16.3738 } },
  boston: { ip: '73.16.20.30', place: { country: 'US', city: 'Boston', latitude: 42.3601, longitude: -71.0589 } },
  saoPaulo: { ip: '216.238.100.5', place: { country: 'BR', city: 'Sao Paulo', latitude: -23.5505, longitude: -46.6333 } },
  tokyo: { ip: '153.128.20.30', place: { country: 'JP', city: 'Tokyo', latitude: 35.6762, longitude: 139.6503 } },
} as const;

const CHROME = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
export const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

let count = 0;

/** For tests: Dana signs in from Munich, unless said otherwise. */
export function aRecord(change: Partial<ActivityRecord> = {}): ActivityRecord {
  const externalId = change.externalId ?? `event-${++count}`;
  return {
    kind: 'activity',
    occurredAt: at(20),
    eventType: 'user.session.start',
    category: 'SIGN_IN',
    classUid: 3002,
    activityId: 1,
    mapping: 'exact',
    outcome: 'SUCCESS',
    failure: null,
    actor: dana,
    targets: [],
    ...PLACES.munich,
    userAgent: CHROME,
    isAdminActivity: false,
    raw: JSON.stringify({ uuid: externalId, eventType: change.eventType ?? 'user.session.start' }),
    ...change,
    externalId,
  };
}

export const dana = { externalId: '00u1dana', name: 'Dana Rivera', email: 'dana@acme.example', type: 'person' } as const;

/** For tests: a wrong password. */
export function aFailure(change: Partial<ActivityRecord> = {}): ActivityRecord {
  return aRecord({ outcome: 'FAILURE', failure: 'INVALID_CREDENTIALS', ...change });
}

export const OKTA: StreamKey = { tenant: 'acme', connectorId: 'con_okta', app: 'okta', stream: 'ACTIVITIES', feed: 'main' };

/** For tests: a page that goes on where the sink stands. */
export function aPage(
  records: readonly ActivityRecord[],
  from: string | null,
  change: Partial<BulkPage<ActivityRecord>> = {},
): BulkPage<ActivityRecord> {
  return { key: OKTA, fence: 1, from, next: `${Number(from ?? 0) + 1}`, records, readAt: at(28), ...change };
}
