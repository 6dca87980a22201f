import type { AccountRecord, AccountStatus, AppGrantRecord, PermissionLevel } from '#libs/contracts';

import { FilterTooLarge } from './errors.js';
import type { Rarity } from './third-party-app.js';

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

export interface BooleanMatch {
  readonly eq?: boolean | null;
  readonly isSet?: boolean | null;
}

/** Moments and lengths of time in milliseconds. */
export interface TimeMatch {
  readonly gte?: number | null;
  readonly lt?: number | null;
  readonly within?: number | null;
  readonly isSet?: boolean | null;
}

export interface WordMatch<W extends string> {
  readonly in?: readonly W[] | null;
  readonly notIn?: readonly W[] | null;
}

/** Fields AND together, the three of these nest. */
export interface Nested<F> {
  readonly allOf?: readonly F[] | null;
  readonly anyOf?: readonly F[] | null;
  readonly not?: F | null;
}

export interface AccountFilter extends Nested<AccountFilter> {
  readonly connector?: StringMatch | null;
  readonly app?: StringMatch | null;
  readonly status?: WordMatch<AccountStatus> | null;
  readonly type?: WordMatch<Uppercase<AccountRecord['type']>> | null;
  readonly isAdmin?: BooleanMatch | null;
  readonly isExternal?: BooleanMatch | null;
  readonly hasSecondFactor?: BooleanMatch | null;
  readonly email?: StringMatch | null;
  readonly username?: StringMatch | null;
  readonly displayName?: StringMatch | null;
  readonly group?: StringMatch | null;
  readonly privilege?: StringMatch | null;
  readonly lastSignInAt?: TimeMatch | null;
  readonly createdAt?: TimeMatch | null;
}

export interface PersonFilter extends Nested<PersonFilter> {
  readonly email?: StringMatch | null;
  readonly displayName?: StringMatch | null;
  readonly isTerminated?: BooleanMatch | null;
  readonly app?: StringMatch | null;
}

export interface GroupFilter extends Nested<GroupFilter> {
  readonly connector?: StringMatch | null;
  readonly app?: StringMatch | null;
  readonly name?: StringMatch | null;
  readonly type?: StringMatch | null;
}

export interface AppGrantFilter extends Nested<AppGrantFilter> {
  readonly connector?: StringMatch | null;
  readonly app?: StringMatch | null;
  readonly account?: StringMatch | null;
  readonly thirdPartyApp?: StringMatch | null;
  readonly appName?: StringMatch | null;
  readonly type?: WordMatch<AppGrantRecord['type']> | null;
  readonly level?: WordMatch<PermissionLevel> | null;
  readonly grantedAt?: TimeMatch | null;
  readonly lastUsedAt?: TimeMatch | null;
  readonly expiresAt?: TimeMatch | null;
}

export interface ThirdPartyAppFilter extends Nested<ThirdPartyAppFilter> {
  readonly app?: StringMatch | null;
  readonly name?: StringMatch | null;
  readonly level?: WordMatch<PermissionLevel> | null;
  readonly rarity?: WordMatch<Rarity> | null;
}

export type AccountOrderField = 'EMAIL' | 'DISPLAY_NAME' | 'LAST_SIGN_IN_AT';

export interface AccountOrder {
  readonly field: AccountOrderField;
  readonly direction: 'ASC' | 'DESC';
}

const DEEPEST = 8;
const MOST_CONDITIONS = 100;
const MOST_CHOICES = 1_000;
const LONGEST_TEXT = 1_000;

/** Refuses a filter that is deeper, longer or wider than any question needs, before it becomes SQL. */
export function checkFilter<F extends Nested<F>>(filter: F | null | undefined): void {
  let conditions = 0;
  const walk = (one: F, depth: number): void => {
    if (depth > DEEPEST) throw new FilterTooLarge(`more than ${DEEPEST} levels`);
    for (const inner of [...(one.allOf ?? []), ...(one.anyOf ?? []), ...(one.not ? [one.not] : [])]) walk(inner, depth + 1);
    for (const [field, match] of Object.entries(one)) {
      if (field === 'allOf' || field === 'anyOf' || field === 'not' || match === null || match === undefined) continue;
      conditions += Object.keys(match as object).length;
      checkMatch(match as StringMatch);
    }
    if (conditions > MOST_CONDITIONS) throw new FilterTooLarge(`more than ${MOST_CONDITIONS} conditions`);
  };
  if (filter) walk(filter, 1);
}

function checkMatch(match: StringMatch): void {
  for (const choices of [match.in, match.notIn]) {
    if (choices && choices.length > MOST_CHOICES) throw new FilterTooLarge(`a list of more than ${MOST_CHOICES} values`);
  }
  for (const text of [match.eq, match.ne, match.contains, match.startsWith, match.endsWith]) {
    if (typeof text === 'string' && text.length > LONGEST_TEXT) throw new FilterTooLarge(`a text of more than ${LONGEST_TEXT} characters`);
  }
}

/** The connectors that a filter confines the answer to, when its own fields do so; for the coverage. */
export function connectorsOf(filter: { readonly connector?: StringMatch | null } | null | undefined): readonly string[] | undefined {
  const match = filter?.connector;
  if (typeof match?.eq === 'string') return [match.eq];
  return match?.in ?? undefined;
}
