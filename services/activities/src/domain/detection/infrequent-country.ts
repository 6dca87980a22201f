import type { Activity } from '../activity.js';
import { countBefore, dayOf } from '../day-set.js';
import { countryName, type Atlas } from '../enrichment/atlas.js';
import type { Condition, Suppression } from '../explanation.js';
import type { Policy } from '../policy.js';
import { ENOUGH_PEOPLE, type CountryPeople, type Detector, type Need, type Seen, type Subject } from './detector.js';
import { activeDays, daysOfDevice, isPlaced, isRented, partsOfPlace, visitsOf, wasIn, type Profile } from './profile.js';
import { missing, nameOf, singleActivityDetector, type Assessment } from './single-activity.js';

const DAY_MS = 86_400_000;
const LEARNING_DAYS = 7;
const ACTIVE_DAYS = 3;
/** As far back as profiles remember. */
const RECENCY_DAYS = 61;
/** Of the other people: so many make a country usual for the organization. */
const USUAL_SHARE = 0.01;
const USUAL_PEOPLE = 3;

export const INFREQUENT_COUNTRY: Policy = {
  id: 'pol_infrequent_country',
  name: 'Activity from infrequent country',
  description: 'A person acts from a country in which neither they nor more than a few others of the organization were seen before.',
  kind: 'ANOMALY',
  version: 1,
  severity: 'LOW',
  isEnabled: true,
  isBuiltIn: true,
  attackTechniques: ['T1078'],
  parameters: {
    recency: `P${RECENCY_DAYS}D`,
    learningPeriod: `P${LEARNING_DAYS}D`,
    activeDays: ACTIVE_DAYS,
    usualShare: USUAL_SHARE,
    usualPeople: USUAL_PEOPLE,
    usualPeopleAtMost: ENOUGH_PEOPLE,
  },
};

type CountryNeed = Extract<Need, { kind: 'countryPeople' }>;

/** A country that is new for the person. The country of the first day is known on the second: a journey is one alert. */
export function infrequentCountry(atlas: Atlas): Detector {
  return singleActivityDetector({
    policy: INFREQUENT_COUNTRY,
    isCandidate: (activity, subject) =>
      subject?.profile !== undefined &&
      subject.isPerson &&
      isPlaced(activity) &&
      !wasIn(subject.profile, activity.country!, dayOf(activity.occurredAt)) &&
      hasLearned(activity, subject.profile),
    needs: (activity) => (activity.country === null ? [] : [countryNeed(activity)]),
    assess: (activity, subject, seen) => assess(activity, subject, seen, atlas),
  });
}

function hasLearned({ occurredAt }: Activity, profile: Profile | undefined): boolean {
  return (
    profile !== undefined &&
    occurredAt - profile.firstSeen >= LEARNING_DAYS * DAY_MS &&
    activeDays(profile, dayOf(occurredAt)) >= ACTIVE_DAYS
  );
}

// The day itself is left out, so that several accounts taken over on one day do not excuse each other. Nobody has to be taken out of the count: who
// was there before that day is not asked about. One read serves all who come to the country on a day.
function countryNeed(activity: Activity): CountryNeed {
  return { kind: 'countryPeople', country: activity.country!, before: dayOf(activity.occurredAt) };
}

function assess(activity: Activity, subject: Subject | undefined, seen: Seen, atlas: Atlas): Assessment {
  const day = dayOf(activity.occurredAt);
  const profile = subject?.profile;
  const country = activity.country;
  const visits = country === null ? 0 : visitsOf(profile, country, day);
  const people = (country !== null && seen.countryPeople(countryNeed(activity))) || { there: 0, all: 0 };
  const conditions: Condition[] = [
    {
      name: 'personsOwnSuccess',
      value: { outcome: activity.outcome, isInteractive: activity.isInteractive, actorType: activity.actorType },
      expected: 'a success of a person, from an address that has a place',
      holds: subject?.isPerson === true && isPlaced(activity),
    },
    {
      name: 'daysInThisCountry',
      value: { country, days: visits },
      expected: `none in the ${RECENCY_DAYS} days before`,
      holds: country !== null && visits === 0,
    },
    {
      name: 'learned',
      value: profile
        ? { daysSinceFirstSeen: Math.floor((activity.occurredAt - profile.firstSeen) / DAY_MS), activeDays: activeDays(profile, day) }
        : null,
      expected: `first seen ${LEARNING_DAYS} days before, and on ${ACTIVE_DAYS} days`,
      holds: hasLearned(activity, profile),
    },
  ];
  const suppressions = suppressionsOf(activity, profile, people);
  const isNewDevice = activity.deviceKey !== null && daysOfDevice(profile, activity.deviceKey, day) === 0;
  const [matched, silent] = [conditions.every(({ holds }) => holds), suppressions.find(({ applied }) => applied)];
  const [name, where] = [nameOf(activity, subject), countryName(atlas, country)];
  return {
    conditions,
    suppressions,
    baseline: { countries: countriesOf(profile, day), peopleThere: people.there, people: people.all },
    summary: !matched
      ? `This is no activity of a known person from a country new to them.`
      : `${name} acted from ${where} (${activity.ip ?? 'unknown address'}, ${activity.organization ?? 'unknown operator'}) for the first time in ${RECENCY_DAYS} days${silent ? `, but ${WORDS[silent.name]}` : `; ${people.there} of ${people.all} people were seen there before`}.`,
    smallestChange:
      matched && !silent
        ? `No alert if ${name} had been seen in ${where} on one earlier day, or ${usualPeople(people)} people instead of ${people.there}.`
        : missing({ conditions, suppressions }),
    severity: isRented(activity) || activity.network === 'vpn' || isNewDevice ? 'MEDIUM' : 'LOW',
    title: `Infrequent country: ${name} in ${where}`,
    part: country ?? '-',
  };
}

const WORDS: Readonly<Record<string, string>> = {
  trustedNetwork: 'the address lies in a range that the organization trusts',
  knownOperator: 'the network operator is one that the person is known to use',
  usualForTheOrganization: 'others of the organization are often there',
};

function suppressionsOf(activity: Activity, profile: Profile | undefined, people: CountryPeople): Suppression[] {
  const isTrusted = activity.network === 'corporate' || activity.ipTags.includes('company-vpn');
  const operator = operatorDays(profile, activity.asn, dayOf(activity.occurredAt));
  return [
    { name: 'trustedNetwork', value: activity.network, applied: isTrusted },
    { name: 'knownOperator', value: { asn: activity.asn, countries: operator }, applied: operator > 0 },
    {
      name: 'usualForTheOrganization',
      value: { peopleThere: people.there, people: people.all },
      applied: people.there >= usualPeople(people),
    },
  ];
}

function usualPeople({ all }: CountryPeople): number {
  return Math.max(USUAL_PEOPLE, Math.min(ENOUGH_PEOPLE, Math.ceil(all * USUAL_SHARE)));
}

/** In how many countries the operator's network was seen before: one network that databases place in two countries is one place. */
function operatorDays(profile: Profile | undefined, asn: number | null, day: number): number {
  if (asn === null) return 0;
  return [...(profile?.places ?? [])].filter(([place, days]) => partsOfPlace(place).asn === String(asn) && countBefore(days, day) > 0)
    .length;
}

function countriesOf(profile: Profile | undefined, day: number): { readonly [country: string]: number } {
  const countries = [...new Set([...(profile?.places.keys() ?? [])].map((place) => partsOfPlace(place).country))].sort();
  return Object.fromEntries(countries.map((country) => [country, visitsOf(profile, country, day)] as const).filter(([, days]) => days > 0));
}
