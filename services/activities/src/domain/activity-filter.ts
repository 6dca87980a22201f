import { DomainError } from '#libs/kernel';

/** Conditions on text; all given ones hold. A missing value matches only `isSet: false`. */
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

/** Times and lengths of time are milliseconds. */
export interface TimeMatch {
  readonly gte?: number | null;
  readonly lt?: number | null;
  readonly within?: number | null;
  readonly isSet?: boolean | null;
}

export interface IpMatch {
  readonly eq?: string | null;
  readonly in?: readonly string[] | null;
  readonly cidr?: readonly string[] | null;
  readonly tag?: StringMatch | null;
  readonly isSet?: boolean | null;
}

/** Which activities; fields AND together, `anyOf`, `allOf` and `not` nest. */
export interface ActivityFilter {
  readonly allOf?: readonly ActivityFilter[] | null;
  readonly anyOf?: readonly ActivityFilter[] | null;
  readonly not?: ActivityFilter | null;
  readonly connector?: StringMatch | null;
  readonly app?: StringMatch | null;
  readonly occurredAt?: TimeMatch | null;
  readonly eventType?: StringMatch | null;
  readonly category?: StringMatch | null;
  readonly outcome?: StringMatch | null;
  readonly account?: StringMatch | null;
  readonly person?: StringMatch | null;
  readonly actorEmail?: StringMatch | null;
  readonly isAdminActivity?: BooleanMatch | null;
  readonly target?: StringMatch | null;
  readonly ip?: IpMatch | null;
  readonly country?: StringMatch | null;
  readonly city?: StringMatch | null;
  readonly asn?: StringMatch | null;
  readonly userAgent?: StringMatch | null;
  readonly device?: StringMatch | null;
  readonly policy?: StringMatch | null;
  readonly alert?: StringMatch | null;
  readonly text?: string | null;
}

/** Which alerts; fields AND together, `anyOf`, `allOf` and `not` nest. */
export interface AlertFilter {
  readonly allOf?: readonly AlertFilter[] | null;
  readonly anyOf?: readonly AlertFilter[] | null;
  readonly not?: AlertFilter | null;
  readonly status?: StringMatch | null;
  readonly severity?: StringMatch | null;
  readonly classification?: StringMatch | null;
  readonly policy?: StringMatch | null;
  readonly account?: StringMatch | null;
  readonly person?: StringMatch | null;
  readonly connector?: StringMatch | null;
  readonly assignee?: StringMatch | null;
  readonly title?: StringMatch | null;
  readonly isFromHistory?: BooleanMatch | null;
  readonly openedAt?: TimeMatch | null;
  readonly lastActivityAt?: TimeMatch | null;
}

const DEEPEST = 10;
const MOST_PARTS = 200;
const MOST_VALUES = 1_000;
const LONGEST_TEXT = 500;

/** The filter is larger than a question needs to be. */
export class FilterTooLarge extends DomainError {
  readonly code = 'FILTER_TOO_LARGE';
  readonly kind = 'invalid';
  override readonly path = ['filter'];

  constructor(what: string) {
    super(`The filter ${what}. Ask a smaller question, or several.`);
  }
}

/** Refuses filters that would cost more than any question is worth. */
export function checkFilter(filter: unknown): void {
  let parts = 0;
  const visit = (value: unknown, depth: number): void => {
    if (depth > DEEPEST * 2) throw new FilterTooLarge(`nests deeper than ${DEEPEST} levels`);
    if (typeof value === 'string' && value.length > LONGEST_TEXT)
      throw new FilterTooLarge(`holds a text of more than ${LONGEST_TEXT} characters`);
    if (value === null || typeof value !== 'object') return;
    if (Array.isArray(value) && value.length > MOST_VALUES) throw new FilterTooLarge(`lists more than ${MOST_VALUES} values`);
    if (!Array.isArray(value) && ++parts > MOST_PARTS) throw new FilterTooLarge(`has more than ${MOST_PARTS} parts`);
    for (const inner of Object.values(value)) visit(inner, depth + 1);
  };
  visit(filter, 0);
}
