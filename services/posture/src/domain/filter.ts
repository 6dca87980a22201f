import type { ControlOutcome } from '#libs/contracts';
import type { Control } from '#libs/providers';

import type { FindingStatus } from './decision.js';
import { FindingFilterTooLarge } from './errors.js';

/** As the graph's StringMatch; null is as good as absent. */
export interface StringMatch {
  readonly eq?: string | null;
  readonly ne?: string | null;
  readonly in?: readonly string[] | null;
  readonly notIn?: readonly string[] | null;
  readonly contains?: string | null;
  readonly startsWith?: string | null;
  readonly endsWith?: string | null;
  readonly isSet?: boolean | null;
}

export interface WordMatch<W extends string> {
  readonly in?: readonly W[] | null;
  readonly notIn?: readonly W[] | null;
}

/** As the graph's FindingFilter: fields AND together, the last three nest. */
export interface FindingFilter {
  readonly app?: StringMatch | null;
  readonly connector?: StringMatch | null;
  readonly control?: StringMatch | null;
  readonly outcome?: WordMatch<ControlOutcome> | null;
  readonly status?: WordMatch<FindingStatus> | null;
  readonly severity?: WordMatch<Control['severity']> | null;
  readonly allOf?: readonly FindingFilter[] | null;
  readonly anyOf?: readonly FindingFilter[] | null;
  readonly not?: FindingFilter | null;
}

const DEEPEST = 8;
const MOST_CONDITIONS = 100;
const MOST_CHOICES = 1_000;
const LONGEST_TEXT = 1_000;

/** Refuses a filter that is deeper, wider or longer than any question needs, before it becomes SQL. */
export function checkFilter(filter: FindingFilter | null | undefined): void {
  let conditions = 0;
  const walk = (one: FindingFilter, depth: number): void => {
    if (depth > DEEPEST) throw new FindingFilterTooLarge(`more than ${DEEPEST} levels`);
    const { allOf, anyOf, not, ...fields } = one;
    for (const inner of [...(allOf ?? []), ...(anyOf ?? []), ...(not ? [not] : [])]) walk(inner, depth + 1);
    for (const match of Object.values(fields)) {
      if (!match) continue;
      conditions += 1;
      checkValues(Object.values(match));
    }
    if (conditions > MOST_CONDITIONS) throw new FindingFilterTooLarge(`more than ${MOST_CONDITIONS} conditions`);
  };
  if (filter) walk(filter, 1);
}

function checkValues(values: readonly unknown[]): void {
  for (const value of values) {
    if (Array.isArray(value) && value.length > MOST_CHOICES) throw new FindingFilterTooLarge(`a list of more than ${MOST_CHOICES} values`);
    if (typeof value === 'string' && value.length > LONGEST_TEXT)
      throw new FindingFilterTooLarge(`a text of more than ${LONGEST_TEXT} characters`);
  }
}

/** The connectors and the app that a filter confines the answer to by its own fields; for the coverage. */
export function confines(filter: FindingFilter | null | undefined): {
  readonly connectorIds: readonly string[] | undefined;
  readonly apps: readonly string[] | undefined;
} {
  return { connectorIds: wanted(filter?.connector), apps: wanted(filter?.app) };
}

function wanted(match: StringMatch | null | undefined): readonly string[] | undefined {
  return typeof match?.eq === 'string' ? [match.eq] : (match?.in ?? undefined);
}
