import type { Activity, Failure, Sighting } from '../activity.js';
import type { Signal } from '../alert.js';
import type { Atlas } from '../enrichment/atlas.js';
import type { Explanation } from '../explanation.js';
import type { Detector, Fresh, Need, Subject } from './detector.js';
import { SeenSoFar } from './detector.js';
import { toFailure } from './failed-sign-ins.js';
import { learnFrom } from './learn-from.js';
import { firstDays, type Profile } from './profile.js';

/** For tests: a moment of November 2026. */
export function at(day: number, hour = 12, minute = 0, second = 0): number {
  return Date.UTC(2026, 10, day, hour, minute, second);
}

const country = (code: string, name: string, latitude: number, longitude: number, radiusKm: number, borders: readonly string[] = []) =>
  [code, { code, name, latitude, longitude, radiusKm, borders: new Set(borders) }] as const;

/** For tests: a small world. */
export const atlas: Atlas = new Map([
  country('DE', 'Germany', 51, 9, 337, ['AT', 'FR']),
  country('AT', 'Austria', 47.3, 13.3, 163, ['DE']),
  country('US', 'United States', 38, -97, 1_500),
  country('BR', 'Brazil', -10, -55, 1_645),
  country('JP', 'Japan', 36, 138, 347),
]);

type Where = Pick<
  Activity,
  'ip' | 'ipKey' | 'country' | 'city' | 'latitude' | 'longitude' | 'radiusKm' | 'asn' | 'organization' | 'network'
>;

const place = (
  ip: string,
  country: string,
  city: string,
  latitude: number,
  longitude: number,
  asn: number,
  network: Activity['network'] = 'unknown',
): Where => ({
  ...{ ip, ipKey: `key of ${ip}`, country, city, latitude, longitude, asn, network },
  radiusKm: 100,
  organization: `Operator ${asn}`,
});

/** For tests: where people act from. */
export const FROM = {
  munich: place('198.51.100.1', 'DE', 'Munich', 48.1, 11.6, 3320),
  munichPhone: place('198.51.100.2', 'DE', 'Munich', 48.1, 11.6, 6805, 'mobile'),
  munichServer: place('198.51.100.3', 'DE', 'Munich', 48.1, 11.6, 24940, 'hosting'),
  munichOffice: place('198.51.100.4', 'DE', 'Munich', 48.1, 11.6, 8881, 'corporate'),
  vienna: place('198.51.100.5', 'AT', 'Vienna', 48.2, 16.4, 8447),
  boston: place('203.0.113.1', 'US', 'Boston', 42.4, -71.1, 7922),
  bostonOffice: place('203.0.113.2', 'US', 'Boston', 42.4, -71.1, 174, 'corporate'),
  bostonSameOperator: place('203.0.113.3', 'US', 'Boston', 42.4, -71.1, 3320),
  saoPauloServer: place('203.0.113.9', 'BR', 'Sao Paulo', -23.6, -46.6, 20473, 'hosting'),
  tokyo: place('203.0.113.20', 'JP', 'Tokyo', 35.7, 139.7, 4713),
} as const;

let count = 0;

/** For tests: Dana's successful sign-in from Munich with her own laptop, unless said otherwise. */
export function anActivity(change: Partial<Activity> = {}): Activity {
  const occurredAt = change.occurredAt ?? at(20);
  return {
    id: `act_${String(occurredAt).padStart(14, '0')}_${String(++count).padStart(6, '0')}`,
    connectorId: 'con_okta',
    app: 'okta',
    externalId: `event-${count}`,
    occurredAt,
    receivedAt: occurredAt,
    eventType: 'user.session.start',
    category: 'SIGN_IN',
    classUid: 3002,
    activityUid: 1,
    mapping: 'exact',
    outcome: 'SUCCESS',
    outcomeWord: null,
    outcomeDetail: null,
    failure: null,
    actorKey: 'acc_dana',
    actorName: 'Dana Rivera',
    actorEmail: 'dana@acme.example',
    actorType: 'person',
    isAdminActivity: false,
    isImpersonated: null,
    isInteractive: null,
    targets: [],
    region: null,
    ipTags: [],
    userAgent: 'laptop',
    device: 'laptop',
    deviceKey: 'laptop',
    sessionId: null,
    correlationId: null,
    viaApp: null,
    severity: null,
    ...FROM.munich,
    ...change,
  };
}

/** For tests: a wrong password for Dana. */
export function aFailure(change: Partial<Activity> = {}): Activity {
  return anActivity({ outcome: 'FAILURE', failure: 'INVALID_CREDENTIALS', ...change });
}

/** For tests: Dana at work in Munich at nine on each of these days. */
export function workdays(from: number, to: number, change: Partial<Activity> = {}): Activity[] {
  return Array.from({ length: to - from + 1 }, (_, index) => anActivity({ occurredAt: at(from + index, 9), ...change }));
}

/** For tests: activities that are all stored, and detectors judging some of them as new. */
export class World {
  private readonly profiles = new Map<string, Profile>();

  /** Accounts are strangers to each other unless `people` says otherwise. */
  constructor(
    private readonly stored: readonly Activity[],
    private readonly people: readonly Subject[] = [],
  ) {
    for (const activity of stored) {
      if (activity.actorKey === null) continue;
      const profile = learnFrom(this.profiles.get(activity.actorKey), activity);
      if (profile) this.profiles.set(activity.actorKey, profile);
    }
  }

  judge(detector: Detector, fresh: readonly Activity[] = this.stored): readonly Signal[] {
    const asked = this.freshOf(fresh);
    return detector.judge(
      asked,
      this.answer((seen) => detector.needs(asked, seen)),
    );
  }

  explain(detector: Detector, activity: Activity): Explanation {
    const asked = this.freshOf([activity]);
    return detector.explain(
      activity,
      asked,
      this.answer((seen) => detector.explainNeeds(activity, asked, seen)),
    );
  }

  private freshOf(fresh: readonly Activity[]): Fresh {
    const activities = [...fresh].sort((a, b) => a.occurredAt - b.occurredAt);
    const subjects = new Map<string, Subject>();
    for (const { actorKey, actorName } of activities) {
      if (actorKey === null || subjects.has(actorKey)) continue;
      const person = this.people.find(({ accountKeys }) => accountKeys.includes(actorKey));
      if (person) {
        subjects.set(actorKey, person);
        continue;
      }
      const profile = this.profiles.get(actorKey);
      subjects.set(actorKey, { key: actorKey, accountKeys: [actorKey], name: actorName, isPerson: true, profile });
    }
    return { activities, relatedEvents: new Map(), subjects };
  }

  private answer(ask: (seen: SeenSoFar) => readonly Need[]): SeenSoFar {
    const seen = new SeenSoFar();
    for (let needs = ask(seen); needs.some((need) => !seen.has(need)); needs = ask(seen))
      for (const need of needs) seen.keep(need, this.read(need));
    return seen;
  }

  private read(need: Need): unknown {
    const within = <T extends { readonly from: number; readonly to: number }>(time: number, { from, to }: T): boolean =>
      time >= from && time <= to;
    const failures = this.stored
      .flatMap((activity): Failure[] => (toFailure(activity) ? [toFailure(activity)!] : []))
      .sort((a, b) => a.at - b.at);
    switch (need.kind) {
      case 'history':
        return this.stored.filter(
          (one): one is Activity & Sighting =>
            one.outcome === 'SUCCESS' &&
            need.accountKeys.includes(one.actorKey!) &&
            within(one.occurredAt, need) &&
            (need.of === 'all' || one.category === 'SIGN_IN'),
        );
      case 'failures':
        return failures.filter((failure) => need.accountKeys.includes(failure.actorKey) && within(failure.at, need));
      case 'failuresFrom':
        return failures.filter((failure) => failure.networkKey === need.networkKey && within(failure.at, need));
      case 'failureCounts': {
        const counts = new Map<number, number>();
        for (const failure of failures) {
          if (!need.accountKeys.includes(failure.actorKey) || !within(failure.at, need)) continue;
          const slice = Math.floor(failure.at / need.slice);
          counts.set(slice, (counts.get(slice) ?? 0) + 1);
        }
        return [...counts.values()];
      }
      case 'countryPeople': {
        const others = [...this.profiles.values()].map(firstDays);
        const were = (days: Iterable<number>): boolean => [...days].some((day) => day < need.before);
        return {
          there: others.filter((days) => were(days.has(need.country) ? [days.get(need.country)!] : [])).length,
          all: others.filter((days) => were(days.values())).length,
        };
      }
      case 'profiles':
        return new Map(need.accountKeys.flatMap((key) => (this.profiles.has(key) ? [[key, this.profiles.get(key)!] as const] : [])));
    }
  }
}
