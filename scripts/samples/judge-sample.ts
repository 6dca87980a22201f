import type { ActivityRecord } from '#libs/contracts';
import { list, record, text, type WireRecord } from '#libs/providers';
import { parseJson } from '#libs/providers/clients';
import type { SampleReader } from '#libs/providers/samples';

import { FIELDS, isStrict, shown, type Field } from './fields.js';

/** One value of one line, judged. */
export interface Verdict {
  /** A field of {@link FIELDS}, or `line` for a line that cannot be read at all. */
  readonly field: string;
  readonly isRight: boolean;
  /** What the source says; null where the field must stay empty. */
  readonly expected: string | null;
  /** What our mapping says. */
  readonly got: string | null;
  /** Why there is nothing to compare. */
  readonly why?: string;
}

/** The sample of a line cannot be judged: the line itself is at fault. */
class LineUnreadable extends Error {}

/**
 * Compares what our mapping makes of a line of `activities/` with what the line expects. Every asserted value gives one verdict, and a line of which
 * nothing can be judged gives one that is wrong: no line goes uncounted, and none ends the run.
 */
export function judgeActivity(line: string | undefined, read: SampleReader): readonly Verdict[] {
  try {
    const sample = parsed(line);
    const asserted = assertedBy(sample);
    const mapped = mappedBy(sample, read);
    const verdicts = [...asserted].map(([field, expected]) => compare(field, expected, mapped));
    const isSilent = mapped.event === undefined && !verdicts.some(({ field }) => isStrict(field));
    return isSilent ? [...verdicts, unreadable(mapped.why)] : verdicts;
  } catch (error) {
    return [unreadable(messageOf(error))];
  }
}

/** What a line of `rawonly/` lacks: nothing when it is accepted with a time, an actor and a type of event. */
export function missingOf(line: string | undefined, read: SampleReader): readonly string[] {
  try {
    const { event, why } = mappedBy(parsed(line), read);
    if (!event) return [why];
    const told = { time: FIELDS.time, action: FIELDS.action };
    const missing = Object.entries(told).flatMap(([name, { ours }]) => (ours(event).length === 0 ? [name] : []));
    return hasActor(event) ? missing : [...missing, 'actor'];
  } catch (error) {
    return [messageOf(error)];
  }
}

// "The app itself" and "somebody who did not sign in" are answers to "who?" as well; only an actor of whom nothing is known is none.
function hasActor(event: ActivityRecord): boolean {
  const isNamed = [FIELDS.actorId, FIELDS.actorEmail, FIELDS.actorName].some(({ ours }) => ours(event).length > 0);
  return isNamed || event.actor.type === 'system' || event.actor.type === 'anonymous';
}

// Parsed as the engine parses an app's answer: a whole number too large to be exact stays as it was written.
function parsed(line: string | undefined): WireRecord {
  if (line === undefined) throw new LineUnreadable('the line is too long');
  const json = parseJson(line.replace(/^\uFEFF/, ''));
  if (!json) throw new LineUnreadable('the line is no JSON, or is nested too deep');
  const sample = record(json.value);
  if (!sample) throw new LineUnreadable('the line is no object');
  return sample;
}

/** Null stands for "must stay empty". */
function assertedBy(sample: WireRecord): ReadonlyMap<string, unknown> {
  const expected = record(sample['expected']);
  if (!expected) throw new LineUnreadable('the line expects nothing');
  const asserted = new Map<string, unknown>();
  for (const field of namesIn(sample, 'absent')) asserted.set(field, null);
  for (const [field, value] of Object.entries(expected)) asserted.set(field, value);
  for (const field of namesIn(sample, 'unverified')) asserted.delete(field);
  for (const field of asserted.keys()) if (!Object.hasOwn(FIELDS, field)) asserted.delete(field);
  return asserted;
}

// A list of fields, or an object whose keys they are.
function namesIn(sample: WireRecord, name: string): readonly string[] {
  const given = sample[name] ?? [];
  const fields = record(given);
  const names = fields ? Object.keys(fields) : list(given);
  if (!names?.every((item) => typeof item === 'string')) throw new LineUnreadable(`"${name}" is no list of names`);
  return names as readonly string[];
}

type Mapped = { readonly event: ActivityRecord; readonly why?: undefined } | { readonly event?: undefined; readonly why: string };

function mappedBy(sample: WireRecord, read: SampleReader): Mapped {
  try {
    const event = read(eventIn(sample), text(sample['group']) ?? undefined);
    return event ? { event } : { why: 'the mapping takes it for no event' };
  } catch (error) {
    return { why: `the mapping failed: ${messageOf(error)}` };
  }
}

function eventIn(sample: WireRecord): unknown {
  const { rawText, api, raw } = sample;
  if (typeof rawText !== 'string') return rawText ?? api ?? raw;
  const json = parseJson(rawText);
  return json ? json.value : rawText;
}

function compare(field: string, value: unknown, { event, why }: Mapped): Verdict {
  const { ours, same, nothing }: Field = FIELDS[field as keyof typeof FIELDS];
  const mustBeEmpty = value === null || value === '';
  const expected = mustBeEmpty ? null : shown(value);
  // An event that is not accepted has no field left empty on purpose.
  if (!event) return { field, isRight: false, expected, got: null, why };
  const told = ours(event);
  const isRight = mustBeEmpty ? told.every((item) => item === nothing) : told.some((item) => same(item, value));
  return { field, isRight, expected, got: told.length === 0 ? null : shown(told.join(', ')) };
}

function unreadable(why: string | undefined): Verdict {
  return { field: 'line', isRight: false, expected: null, got: null, ...(why !== undefined && { why }) };
}

function messageOf(error: unknown): string {
  return shown(error instanceof Error ? error.message : String(error));
}
