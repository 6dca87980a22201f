import { RE2JS } from 're2js';

/** Texts are cut to this length before matching, so that a match costs milliseconds at worst. */
export const LONGEST_MATCHED_TEXT = 4_096;
const LONGEST_PATTERN = 2_000;
const LARGEST_PROGRAM = 500;
const MOST_KEPT = 500;

/** A pattern that may be longer or costlier than we run, or uses look-around, which no linear engine knows. */
export class PatternRefused extends Error {}

const known = new Map<string, RE2JS>();

/** A regular expression that takes time in proportion to the text, whoever wrote it: the JavaScript engine's can be made exponential. */
export function compilePattern(pattern: string): RE2JS {
  const kept = known.get(pattern);
  if (kept) return kept;
  if (pattern.length > LONGEST_PATTERN) throw new PatternRefused(`The pattern is longer than ${LONGEST_PATTERN} characters.`);
  const compiled = RE2JS.compile(pattern);
  if (compiled.programSize() > LARGEST_PROGRAM) throw new PatternRefused('The pattern needs too many steps.');
  if (known.size >= MOST_KEPT) known.delete(known.keys().next().value!);
  known.set(pattern, compiled);
  return compiled;
}

/** True when the pattern is found anywhere in the text. */
export function isFoundIn(pattern: string, text: string): boolean {
  return compilePattern(pattern).matcher(text.slice(0, LONGEST_MATCHED_TEXT)).find();
}

/** True when the pattern is the whole text. */
export function isWhole(pattern: string, text: string): boolean {
  return compilePattern(pattern).matcher(text.slice(0, LONGEST_MATCHED_TEXT)).matches();
}
