import { DAY_MS, type Json } from '#libs/kernel';
import type { Expected } from '#libs/providers';

import { isFoundIn } from './linear-pattern.js';

/** Whether a value is as expected; `unclear` when it cannot be compared, which is never taken for a no. */
export type Answer = 'yes' | 'no' | 'unclear';

/** What an evaluation depends on besides the document. */
export interface EvaluationContext {
  readonly now: number;
  /** Lists that the operator of this installation keeps, such as approved apps, by name. */
  readonly lists?: Readonly<Record<string, readonly string[]>>;
}

export type Operator = Expected['operator'];

const SET_OPERATORS: ReadonlySet<Operator> = new Set<Operator>(['empty', 'not_empty', 'count_lte', 'count_gte', 'count_between']);

/** True for operators that judge how many there are, not what they are. */
export function isSetOperator(operator: Operator): boolean {
  return SET_OPERATORS.has(operator);
}

/** Judges how many there are. */
export function countIsRight({ operator, value }: Expected, count: number): Answer {
  const [low, high] = bounds(value);
  if (operator === 'empty') return asAnswer(count === 0);
  if (operator === 'not_empty') return asAnswer(count > 0);
  if (operator === 'count_lte' && low !== undefined) return asAnswer(count <= low);
  if (operator === 'count_gte' && low !== undefined) return asAnswer(count >= low);
  if (operator === 'count_between' && low !== undefined && high !== undefined) return asAnswer(count >= low && count <= high);
  return 'unclear';
}

/** True when what is wrong is that there are too many: then each of them is at fault. */
export function isTooMany({ operator, value }: Expected, count: number): boolean {
  const [low, high] = bounds(value);
  if (operator === 'empty') return count > 0;
  if (operator === 'count_lte') return count > (low ?? Infinity);
  return operator === 'count_between' && count > (high ?? Infinity);
}

/** Judges one value that was found. Text is turned into the type of what is expected; nothing else is converted. */
export function valueIsRight(expected: Expected, actual: Json, context: EvaluationContext): Answer {
  const { operator, value = null } = expected;
  switch (operator) {
    case 'exists':
      return asAnswer(actual !== null);
    case 'absent':
      return asAnswer(actual === null);
    case 'eq':
      return equals(actual, value);
    case 'ne':
      return opposite(equals(actual, value));
    case 'in':
      return isAmong(actual, value);
    case 'not_in':
      return opposite(isAmong(actual, value));
    case 'in_list':
      return isListed(actual, value, context);
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
    case 'between':
      return compareNumber(operator, actual, value);
    case 'matches':
      return typeof actual === 'string' && typeof value === 'string' ? asAnswer(isFoundIn(value, actual)) : 'unclear';
    case 'duration_lte':
      return compareSeconds(actual, value);
    case 'within_days':
    case 'older_than_days':
    case 'date_past':
      return compareTime(operator, actual, value, context.now);
    default:
      return 'unclear';
  }
}

function asAnswer(isSo: boolean): Answer {
  return isSo ? 'yes' : 'no';
}

function opposite(answer: Answer): Answer {
  if (answer === 'unclear') return 'unclear';
  return answer === 'yes' ? 'no' : 'yes';
}

function equals(actual: Json, expected: Json): Answer {
  const converted = convert(actual, expected);
  return converted === undefined ? 'unclear' : asAnswer(converted === expected);
}

/** The value in the type of `expected`; `undefined` when it has none. */
function convert(actual: Json, expected: Json): Json | undefined {
  if (actual === null || typeof actual === 'object') return undefined;
  if (typeof actual === typeof expected) return actual;
  if (typeof actual !== 'string') return undefined;
  if (typeof expected === 'number') return toNumber(actual);
  if (typeof expected === 'boolean') return /^\s*(true|false)\s*$/i.test(actual) ? actual.trim().toLowerCase() === 'true' : undefined;
  return undefined;
}

function toNumber(actual: Json): number | undefined {
  if (typeof actual === 'number') return Number.isFinite(actual) ? actual : undefined;
  if (typeof actual !== 'string' || !/^\s*-?\d+(\.\d+)?\s*$/.test(actual)) return undefined;
  return Number(actual);
}

function isAmong(actual: Json, expected: Json): Answer {
  if (!Array.isArray(expected)) return 'unclear';
  const answers = (expected as readonly Json[]).map((one) => equals(actual, one));
  if (answers.includes('yes')) return 'yes';
  return answers.includes('no') ? 'no' : 'unclear';
}

/** The list is not configured: nothing can be said. */
export function isListMissing({ operator, value }: Expected, { lists }: EvaluationContext): boolean {
  return operator === 'in_list' && (typeof value !== 'string' || lists?.[value] === undefined);
}

function isListed(actual: Json, name: Json, { lists }: EvaluationContext): Answer {
  const list = typeof name === 'string' ? lists?.[name] : undefined;
  if (!list || (typeof actual !== 'string' && typeof actual !== 'number')) return 'unclear';
  return asAnswer(list.includes(String(actual)));
}

function bounds(value: Json | undefined): readonly (number | undefined)[] {
  return (Array.isArray(value) ? (value as readonly Json[]) : [value ?? null]).map(toNumber);
}

function compareNumber(operator: 'lt' | 'lte' | 'gt' | 'gte' | 'between', actual: Json, value: Json): Answer {
  const number = toNumber(actual);
  const [low, high] = bounds(value);
  if (number === undefined || low === undefined) return 'unclear';
  if (operator === 'lt') return asAnswer(number < low);
  if (operator === 'lte') return asAnswer(number <= low);
  if (operator === 'gt') return asAnswer(number > low);
  if (operator === 'gte') return asAnswer(number >= low);
  return high === undefined ? 'unclear' : asAnswer(number >= low && number <= high);
}

function compareSeconds(actual: Json, value: Json): Answer {
  const [seconds, limit] = [toSeconds(actual), toSeconds(value)];
  return seconds === undefined || limit === undefined ? 'unclear' : asAnswer(seconds <= limit);
}

function toSeconds(value: Json): number | undefined {
  const parts = typeof value === 'string' ? /^(\d+(?:\.\d+)?)s$/.exec(value.trim()) : null;
  return parts ? Number(parts[1]) : undefined;
}

/** Words of AWS's credential report for "there is no such moment". */
const NEVER = new Set(['no_information', 'n/a']);
/** How far ahead of ours a clock may be before its times make no sense. */
const CLOCK_SKEW_MS = DAY_MS;

function compareTime(operator: 'within_days' | 'older_than_days' | 'date_past', actual: Json, value: Json, now: number): Answer {
  const isNever = typeof actual === 'string' && NEVER.has(actual.trim().toLowerCase());
  if (isNever) return asAnswer(operator === 'older_than_days');
  const time = toTime(actual);
  if (time === undefined) return 'unclear';
  // The start of 1970 is how apps write "not set".
  if (operator === 'date_past') return asAnswer(time > 0 && time <= now);
  const days = toNumber(value);
  if (days === undefined || time > now + CLOCK_SKEW_MS) return 'unclear';
  const isWithin = now - time <= days * DAY_MS;
  return asAnswer(operator === 'within_days' ? isWithin : !isWithin);
}

/** Numbers above this are milliseconds, below it seconds: 1973 in the one reading, the year 5138 in the other. */
const SMALLEST_MILLISECONDS = 1e11;

function toTime(value: Json): number | undefined {
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value)) {
    const ms = Date.parse(value);
    return Number.isNaN(ms) ? undefined : ms;
  }
  // Short digits in a text are a count or a date written without signs, no moment.
  if (typeof value === 'string' && !/^\d{9,}(\.\d+)?$/.test(value)) return undefined;
  const number = toNumber(value);
  if (number === undefined || number < 0) return undefined;
  return number >= SMALLEST_MILLISECONDS ? number : number * 1_000;
}
