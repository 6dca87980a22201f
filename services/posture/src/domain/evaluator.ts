import type { Json } from '#libs/kernel';
import type { Control } from '#libs/providers';

import { isReadable } from './document-limits.js';
import { JsonPath, type Selected } from './json-path.js';
import { countIsRight, isListMissing, isSetOperator, isTooMany, valueIsRight, type Answer, type EvaluationContext } from './operators.js';
import { counted, MOST_CULPRITS, notApplicable, unknown, type Culprit, type Verdict } from './verdict.js';

/** Values shown as a sample of what was found. */
const SAMPLE = 20;
/** Characters kept of the name of a thing at fault. */
const LONGEST_NAME = 300;

/**
 * Judges one control on one document: the one evaluator for all apps. Pure; never throws, whatever the document holds.
 * What is missing or can't be read makes the control unknown, so that an error page or a changed API passes nothing.
 */
export function judge(control: Control, document: Json, context: EvaluationContext): Verdict {
  if (!isReadable(document)) return unknown('UNEXPECTED_SHAPE');
  try {
    return judgeReadable(control, document, context);
  } catch {
    // A path that is none, a pattern that was refused, or a document too deep for `..`.
    return unknown('ERROR');
  }
}

function judgeReadable(control: Control, document: Json, context: EvaluationContext): Verdict {
  const { evidence } = control;
  const { expected } = evidence;
  if (isListMissing(expected, context)) return unknown('LIST_MISSING');
  if (evidence.requires !== undefined) {
    const required = JsonPath.of(evidence.requires).select(document);
    if (required.length === 0) return unknown('FIELD_MISSING');
    if (required.length > 1 || !Array.isArray(required[0]!.value)) return unknown('UNEXPECTED_SHAPE');
  }
  if (isSetOperator(expected.operator)) return judgeSet(control, document);
  if (expected.quantifier === 'all' && evidence.subjects !== undefined) return judgeSubjects(control, evidence.subjects, document, context);
  return judgeValues(control, document, context);
}

// ---------------------------------------------------------------- how many there are

function judgeSet(control: Control, document: Json): Verdict {
  const { evidence } = control;
  // Without a list that must be there, an error page would count as an empty list.
  if (evidence.requires === undefined) return unknown('UNEXPECTED_SHAPE');
  const path = JsonPath.of(evidence.path);
  const selected = path.select(document);
  const members = path.isSingular ? membersOf(selected) : selected;
  if (members === undefined) return unknown(selected.length === 0 ? 'FIELD_MISSING' : 'UNEXPECTED_SHAPE');
  const answer = countIsRight(evidence.expected, members.length);
  if (answer === 'unclear') return unknown('ERROR');
  const isOver = answer === 'no' && isTooMany(evidence.expected, members.length);
  return counted(answer === 'yes' ? 1 : 0, 1, members.length, ...culpritsOf(control, isOver ? members.map(({ value }) => value) : []));
}

/** A path to one list means the things in it. */
function membersOf([only]: readonly Selected[]): readonly Selected[] | undefined {
  if (!only || !Array.isArray(only.value)) return undefined;
  return (only.value as readonly Json[]).map((value, index) => ({ value, location: [...only.location, index] }));
}

// ---------------------------------------------------------------- a value, or any of several

function judgeValues({ evidence }: Control, document: Json, context: EvaluationContext): Verdict {
  const path = JsonPath.of(evidence.path);
  const { expected } = evidence;
  const values = path.select(document);
  const found = sampleOf(values);
  if (values.length === 0) return expected.operator === 'absent' ? counted(1, 1, null) : unknown('FIELD_MISSING');
  if (path.namesAtEnd > 1 && values.length < path.namesAtEnd * path.countBeforeNames(document)) return unknown('FIELD_MISSING', found);
  const answers = values.map(({ value }) => valueIsRight(expected, value, context));
  const passed = answers.filter((answer) => answer === 'yes').length;
  if (expected.quantifier === 'any' && passed > 0) return counted(1, 1, found);
  if (answers.includes('unclear')) return unknown('UNEXPECTED_SHAPE', found);
  return expected.quantifier === 'any' ? counted(0, 1, found) : counted(passed, values.length, found);
}

// ---------------------------------------------------------------- each of several things

function judgeSubjects(control: Control, subjectsPath: string, document: Json, context: EvaluationContext): Verdict {
  const path = JsonPath.of(control.evidence.path);
  const subjects = JsonPath.of(subjectsPath);
  const things = subjects.select(document);
  if (things.length === 0) return subjects.choosesFromList(document) ? notApplicable() : unknown('FIELD_MISSING');
  const values = path.select(document);
  const found = sampleOf(values);
  const byThing = groupByThing(things, values);
  const atFault: Json[] = [];
  let [passed, total] = [0, 0];
  for (const [index, thing] of things.entries()) {
    const own = byThing[index]!;
    if (path.namesAtEnd > 1 && own.length < path.namesAtEnd) return unknown('FIELD_MISSING', found);
    const answers = answersOf(control, own, path.namesAtEnd > 1, context);
    if (answers.includes('unclear')) return unknown('UNEXPECTED_SHAPE', found);
    const right = answers.filter((answer) => answer === 'yes').length;
    passed += right;
    total += answers.length;
    if (right < answers.length) atFault.push(thing.value);
  }
  return counted(passed, total, found, ...culpritsOf(control, atFault));
}

/** One answer for the thing; or one for each of its named fields, which then are what is counted. */
function answersOf(control: Control, values: readonly Json[], countsFields: boolean, context: EvaluationContext): readonly Answer[] {
  const { expected } = control.evidence;
  if (values.length === 0) return [expected.operator === 'absent' ? 'yes' : 'no'];
  const answers = values.map((value) => answerOfThing(control, value, context));
  if (countsFields) return answers;
  if (answers.includes('no')) return ['no'];
  return [answers.includes('unclear') ? 'unclear' : 'yes'];
}

// A thing whose field is null has no value: it fails like one without the field. `ne` alone takes null for what it says: not that.
function answerOfThing(control: Control, value: Json, context: EvaluationContext): Answer {
  const { expected } = control.evidence;
  if (value !== null || expected.operator === 'exists' || expected.operator === 'absent') return valueIsRight(expected, value, context);
  return expected.operator === 'ne' || expected.operator === 'not_in' ? 'yes' : 'no';
}

/** The values of each thing: those that stand inside it. */
function groupByThing(things: readonly Selected[], values: readonly Selected[]): readonly Json[][] {
  const groups = things.map((): Json[] => []);
  const indexes = new Map(things.map((thing, index) => [placeOf(thing.location), index]));
  const depths = [...new Set(things.map((thing) => thing.location.length))];
  for (const { value, location } of values) {
    for (const depth of depths) {
      const index = indexes.get(placeOf(location.slice(0, depth)));
      if (index !== undefined) groups[index]!.push(value);
    }
  }
  return groups;
}

function placeOf(location: readonly (string | number)[]): string {
  return JSON.stringify(location);
}

// ---------------------------------------------------------------- what people see

function sampleOf(values: readonly Selected[]): Json {
  if (values.length === 1) return values[0]!.value;
  return values.slice(0, SAMPLE).map(({ value }) => value);
}

/** The things at fault by name, where the control says what they are and where their names stand; and how many they are. */
function culpritsOf({ evidence: { affected } }: Control, things: readonly Json[]): [readonly Culprit[], number] {
  if (!affected) return [[], 0];
  const named = things.slice(0, MOST_CULPRITS).map((thing): Culprit => {
    if (typeof thing === 'object')
      return { externalId: textAt(thing, affected.id), name: textAt(thing, affected.name)?.slice(0, LONGEST_NAME) ?? null };
    return { externalId: String(thing), name: null };
  });
  return [named, things.length];
}

/** A field of a thing by its name, or by names with dots between. */
function textAt(thing: Json, path: string | undefined): string | null {
  if (path === undefined) return null;
  let value: Json | undefined = thing;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
    value = (value as Readonly<Record<string, Json | undefined>>)[name];
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
