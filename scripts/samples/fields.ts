import type { ActivityRecord } from '#libs/contracts';
import { countryCode, timeMs } from '#libs/providers';

/** How one field of a sample is found in our record, and when it is the same. */
export interface Field {
  /** What we say: nothing for a field that is empty, several where any of them will do. */
  readonly ours: (event: ActivityRecord) => readonly string[];
  readonly same: (ours: string, expected: unknown) => boolean;
  /** The word that stands for "not told", where the field always has one. */
  readonly nothing?: string;
}

/** Sources disagree on what these mean, so they are shown and not counted. */
const INFORMATION = ['actorName', 'target', 'country', 'category'] as const;

/** What a sample may expect. The first eight are judged strictly: by the letter, the time by the millisecond. */
export const FIELDS = {
  id: { ours: ({ isIdDerived, externalId }) => (isIdDerived ? [] : told(externalId)), same: isLetterForLetter },
  time: { ours: ({ occurredAt }) => (occurredAt === 0 ? [] : [momentOf(occurredAt)]), same: isSameMoment },
  actorEmail: { ours: ({ actor }) => told(actor.email), same: isLetterForLetter },
  actorId: { ours: ({ actor }) => told(actor.externalId), same: isLetterForLetter },
  ip: { ours: ({ ip }) => told(ip), same: isLetterForLetter },
  action: { ours: ({ eventType }) => (/^unknown$/i.test(eventType) ? [] : told(eventType)), same: isLetterForLetter },
  userAgent: { ours: ({ userAgent }) => told(userAgent), same: isLetterForLetter },
  outcome: { ours: ({ outcome }) => [outcome.toLowerCase()], same: isSameWord, nothing: 'unknown' },
  actorName: { ours: ({ actor }) => told(actor.name), same: isLetterForLetter },
  target: {
    ours: ({ targets }) => targets.flatMap(({ externalId, name }) => [...told(externalId), ...told(name)]),
    same: isLetterForLetter,
  },
  country: { ours: ({ place }) => told(place?.country), same: isSameCountry },
  category: { ours: ({ category }) => [category.toLowerCase()], same: isSameWord, nothing: 'unmapped' },
} as const satisfies Readonly<Record<string, Field>>;

/** True for a field whose disagreement counts against us. */
export function isStrict(field: string): boolean {
  return !(INFORMATION as readonly string[]).includes(field);
}

/** The strict fields, in the order in which they are shown. */
export const STRICT_FIELDS = Object.keys(FIELDS).filter(isStrict);

/** The other fields, in the order in which they are shown. */
export const INFORMATION_FIELDS: readonly string[] = INFORMATION;

const LONGEST_SHOWN = 300;

/** A value as a report can hold it: a sample may be as large as its writer liked. */
export function shown(value: unknown): string {
  const whole = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return whole.length > LONGEST_SHOWN ? `${whole.slice(0, LONGEST_SHOWN)}…` : whole;
}

function told(value: string | null | undefined): readonly string[] {
  return value === null || value === undefined || value === '' ? [] : [value];
}

const LATEST_MS = 8_640_000_000_000_000;

function momentOf(ms: number): string {
  return Math.abs(ms) <= LATEST_MS ? new Date(ms).toISOString() : String(ms);
}

// Ids that a source wrote as numbers are the same ids.
function isLetterForLetter(ours: string, expected: unknown): boolean {
  return ours === (typeof expected === 'number' ? String(expected) : expected);
}

function isSameMoment(ours: string, expected: unknown): boolean {
  return timeMs(ours) !== null && timeMs(ours) === timeMs(expected);
}

function isSameWord(ours: string, expected: unknown): boolean {
  return typeof expected === 'string' && ours === expected.toLowerCase();
}

function isSameCountry(ours: string, expected: unknown): boolean {
  return typeof expected === 'string' && ours === (countryCode(expected) ?? expected);
}
