import type { Sighting } from '../activity.js';
import { dayOf } from '../day-set.js';
import { countryName, type Atlas } from '../enrichment/atlas.js';
import type { Condition, Explanation, Value } from '../explanation.js';
import type { Policy } from '../policy.js';
import type { Subject } from './detector.js';
import { daysOfDevice, partsOfPlace } from './profile.js';
import { familiarity, MEDIUM, type TravelPair } from './travel-pair.js';
import { countBefore } from '../day-set.js';

const MINUTE_MS = 60_000;

/** Tells a pair of sightings as conditions, suppressions and a sentence; the same for pairs that raised an alert and pairs that did not. */
export function explainTravel(policy: Policy, pair: TravelPair, subject: Subject, failedBefore: number, atlas: Atlas): Explanation {
  return {
    policyId: policy.id,
    policyVersion: policy.version,
    matched: pair.isImpossible,
    summary: summaryOf(pair, subject, atlas),
    conditions: conditionsOf(pair, subject, failedBefore),
    suppressions: pair.suppressions,
    baseline: baselineOf(pair, subject),
    smallestChange: smallestChange(pair, atlas),
  };
}

function summaryOf(pair: TravelPair, subject: Subject, atlas: Atlas): string {
  const [first, second] =
    pair.reference.occurredAt <= pair.suspect.occurredAt ? [pair.reference, pair.suspect] : [pair.suspect, pair.reference];
  const name = subject.name ?? first.actorName ?? first.actorEmail ?? 'Somebody';
  const way = `${name} acted from ${placeName(first, atlas)} and ${duration(pair.gapMs)} later from ${placeName(second, atlas)}, ${round(pair.distanceKm)} km apart at least`;
  const speed = `: that takes ${round(pair.speedKmh)} km/h`;
  if (pair.isImpossible) return `${way}${speed}, and ${placeName(pair.suspect, atlas)} is not a place this person is known to use.`;
  const silent = pair.suppressions.find(({ applied }) => applied);
  if (!pair.hasLearned) return `${way}${speed}, but the person was first seen less than seven days before.`;
  if (!pair.isFarEnough || !pair.isFastEnough) return `${way}${speed}, which is possible.`;
  return `${way}${speed}, but ${silent ? WORDS[silent.name] : 'the time between is too long'}.`;
}

const WORDS: Readonly<Record<string, string>> = {
  sameNetwork: 'both addresses belong to one network',
  neighbouringCountries: 'both countries are the same or neighbours, where databases often err',
  bothTrustedNetworks: 'both addresses lie in ranges that the organization trusts',
  phoneAsProofOfPresence: 'the usual side is a phone, whose operator may lead its traffic abroad',
  rentedReference: 'the more usual side is a rented machine, which says nothing of where a person is',
  learnedPlace: 'the person is known to use the other place',
  habitualVpnOnKnownDevice: 'the person often comes through rented machines on this very device, as users of a VPN do',
};

function conditionsOf(pair: TravelPair, subject: Subject, failedBefore: number): Condition[] {
  const { reference, suspect } = pair;
  const device = daysOfDevice(subject.profile, suspect.deviceKey, dayOf(suspect.occurredAt));
  return [
    {
      name: 'distanceKm',
      value: round(pair.distanceKm),
      expected: `at least ${MEDIUM.minDistanceKm}, with both positions' uncertainty taken off`,
      holds: pair.isFarEnough,
    },
    { name: 'speedKmh', value: round(pair.speedKmh), expected: `at least ${MEDIUM.maxSpeedKmh}`, holds: pair.isFastEnough },
    { name: 'minutesBetween', value: round(pair.gapMs / MINUTE_MS), expected: 'at most 1440', holds: pair.isInWindow },
    { name: 'daysSinceFirstSeen', value: daysSinceFirstSeen(pair, subject), expected: 'at least 7', holds: pair.hasLearned },
    { name: 'usualPlace', value: sightingValue(reference), expected: 'the better known of the two', holds: true },
    { name: 'suspectPlace', value: sightingValue(suspect), expected: 'the less known of the two', holds: true },
    { name: 'failedSignInsInTheHourBefore', value: failedBefore, expected: 'any raises the severity', holds: failedBefore > 0 },
    { name: 'daysWithThisDevice', value: device, expected: 'none raises the severity', holds: suspect.deviceKey !== null && device === 0 },
  ];
}

function baselineOf({ suspect, reference }: TravelPair, { profile }: Subject): Value {
  if (!profile) return null;
  const day = dayOf(suspect.occurredAt);
  return {
    firstSeen: new Date(profile.firstSeen).toISOString(),
    familiarityOfUsualPlace: familiarity(profile, reference),
    familiarityOfSuspectPlace: familiarity(profile, suspect),
    daysByPlace: Object.fromEntries(
      [...profile.places]
        .map(([key, days]) => [`${partsOfPlace(key).country} AS${partsOfPlace(key).asn}`, countBefore(days, day)] as const)
        .filter(([, count]) => count > 0)
        .sort(([keyA, a], [keyB, b]) => b - a || (keyA < keyB ? -1 : 1))
        .slice(0, 8),
    ),
  };
}

function smallestChange(pair: TravelPair, atlas: Atlas): string {
  if (pair.isImpossible) {
    const minutes = Math.ceil((pair.distanceKm / MEDIUM.maxSpeedKmh) * 60 - MEDIUM.clockSkewMs / MINUTE_MS);
    return `No alert if ${minutes} minutes lay between instead of ${round(pair.gapMs / MINUTE_MS)}, if the person had been seen from ${placeName(pair.suspect, atlas)} on two earlier days, or if an IP range marked both addresses as trusted.`;
  }
  const silent = pair.suppressions.filter(({ applied }) => applied);
  const missing = [
    ...(pair.isFarEnough ? [] : [`${round(MEDIUM.minDistanceKm - pair.distanceKm)} km more between the places`]),
    ...(pair.isFastEnough || !pair.isFarEnough
      ? []
      : [`the time between cut to ${Math.floor((pair.distanceKm / MEDIUM.maxSpeedKmh) * 60)} minutes`]),
    ...(pair.hasLearned ? [] : ['a person known for seven days']),
    ...silent.map(({ name }) => `the suppression ${name} not applying`),
  ];
  return `An alert would have needed: ${missing.join('; ')}.`;
}

function daysSinceFirstSeen({ reference, suspect }: TravelPair, { profile }: Subject): number | null {
  if (!profile) return null;
  return Math.floor((Math.max(reference.occurredAt, suspect.occurredAt) - profile.firstSeen) / 86_400_000);
}

function sightingValue(sighting: Sighting): Value {
  const { id, app, ip, country, city, latitude, longitude, radiusKm, asn, organization, network, device } = sighting;
  return {
    activityId: id,
    at: new Date(sighting.occurredAt).toISOString(),
    app,
    ip,
    country,
    city,
    latitude,
    longitude,
    radiusKm,
    asn,
    organization,
    network,
    device,
  };
}

function placeName({ city, country }: Sighting, atlas: Atlas): string {
  return city === null ? countryName(atlas, country) : `${city}, ${countryName(atlas, country)}`;
}

function duration(ms: number): string {
  const minutes = Math.round(ms / MINUTE_MS);
  if (minutes < 120) return `${minutes} minutes`;
  return `${(minutes / 60).toFixed(1)} hours`;
}

function round(value: number): number {
  return Math.round(value);
}
