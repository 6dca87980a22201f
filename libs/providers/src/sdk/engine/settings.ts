import type { Secrets, SetupField, Settings } from '../provider.js';

/** What is wrong with one entered field. */
export interface FieldProblem {
  readonly field: string;
  readonly code: 'missing' | 'unknown' | 'wrong-type' | 'too-long' | 'pattern' | 'not-an-option';
  /** For the person who entered it. Never holds what was entered. */
  readonly message: string;
}

/** Entered values, sorted and judged. */
export interface CheckedSettings {
  readonly settings: Settings;
  readonly secrets: Secrets;
  /** Empty when all is well; settings and secrets hold only what is well. */
  readonly problems: readonly FieldProblem[];
}

const LONGEST_VALUE = 16_384;
const MOST_VALUES = 1_000;

/**
 * What was entered to connect an app, checked against the provider's fields and parted into settings and secrets. Defaults are filled in; fields
 * that other answers make needless are dropped. `storedSecrets` names secrets that are kept from before and need not be entered again.
 */
export function checkSettings(
  fields: readonly SetupField[],
  entered: Readonly<Record<string, unknown>>,
  storedSecrets: ReadonlySet<string> = new Set(),
): CheckedSettings {
  const problems: FieldProblem[] = [];
  const settings: Record<string, string | readonly string[]> = {};
  const secrets: Record<string, string> = {};
  const byName = new Map(fields.map((field) => [field.name, field]));
  for (const name of Object.keys(entered)) {
    if (!byName.has(name))
      problems.push({
        field: name.slice(0, 100),
        code: 'unknown',
        message: `There is no field "${name.slice(0, 100)}". ${knownFields(fields)}`,
      });
  }
  for (const field of fields) {
    if (!isNeeded(field, byName, entered)) continue;
    const value = readValue(field, entered);
    if (isProblem(value)) problems.push(value);
    else if (value === undefined) {
      if (field.required && !(field.secret && storedSecrets.has(field.name))) problems.push(missing(field));
    } else if (field.secret) secrets[field.name] = typeof value === 'string' ? value : value.join('\n');
    else settings[field.name] = value;
  }
  return { settings, secrets, problems };
}

// A field hangs on another one's answer, and that one may hang on a third.
function isNeeded(
  field: SetupField,
  byName: ReadonlyMap<string, SetupField>,
  entered: Readonly<Record<string, unknown>>,
  depth = 5,
): boolean {
  if (!field.when) return true;
  const other = byName.get(field.when.field);
  if (!other || depth === 0 || !isNeeded(other, byName, entered, depth - 1)) return false;
  const answer = readValue(other, entered);
  return !isProblem(answer) && (typeof answer === 'string' ? answer === field.when.is : answer?.includes(field.when.is) === true);
}

type Value = string | readonly string[];

function readValue(field: SetupField, entered: Readonly<Record<string, unknown>>): Value | undefined | FieldProblem {
  const raw = Object.hasOwn(entered, field.name) ? entered[field.name] : undefined;
  const values = valuesOf(field, raw);
  if (!values)
    return { field: field.name, code: 'wrong-type', message: `${field.label} has to be ${field.isList ? 'a list of texts' : 'a text'}.` };
  if (values.length === 0) return field.default === undefined ? undefined : field.isList ? valuesOf(field, field.default) : field.default;
  const problem = values.map((value) => problemOfValue(field, value)).find((found) => found !== undefined);
  if (problem) return problem;
  if (values.length > MOST_VALUES)
    return { field: field.name, code: 'too-long', message: `${field.label} has more than ${MOST_VALUES} values.` };
  return field.isList ? values : values[0];
}

// Blank fields of a form are not answers; people paste lists with commas or line breaks.
function valuesOf(field: SetupField, raw: unknown): readonly string[] | undefined {
  if (raw === undefined || raw === null) return [];
  const items: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
  if (!field.isList && items.length > 1) return undefined;
  const texts = items.map((item) => (typeof item === 'number' || typeof item === 'boolean' ? String(item) : item));
  if (!texts.every((item) => typeof item === 'string')) return undefined;
  const parts = field.isList && !Array.isArray(raw) ? texts.flatMap((item) => item.split(/[,\n]/)) : texts;
  return parts.map((item) => item.trim()).filter((item) => item !== '');
}

function problemOfValue(field: SetupField, value: string): FieldProblem | undefined {
  const problem = (code: FieldProblem['code'], message: string): FieldProblem => ({ field: field.name, code, message });
  if (value.length > LONGEST_VALUE) return problem('too-long', `${field.label} is longer than ${LONGEST_VALUE} characters.`);
  if (field.options && !field.options.includes(value))
    return problem('not-an-option', `${field.label} has to be one of: ${field.options.join(', ')}.`);
  if (field.pattern && !new RegExp(`^(?:${field.pattern.source})$`, field.pattern.flags.replace(/[gym]/g, '')).test(value)) {
    return problem('pattern', `${field.label} does not have the form that is expected.${field.help ? ` ${field.help}` : ''}`);
  }
  return undefined;
}

function isProblem(value: Value | undefined | FieldProblem): value is FieldProblem {
  return typeof value === 'object' && 'code' in value;
}

function missing(field: SetupField): FieldProblem {
  return { field: field.name, code: 'missing', message: `${field.label} is needed.${field.help ? ` ${field.help}` : ''}` };
}

function knownFields(fields: readonly SetupField[]): string {
  return `The fields are: ${fields.map(({ name }) => name).join(', ')}.`;
}
