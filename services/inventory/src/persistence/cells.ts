import type { Row, SqlValue } from '#libs/platform';

/** How our values lie in columns, the same on SQLite and MySQL. */
export type Cells = Readonly<Record<string, SqlValue>>;

/** A missing moment in a column that lists are ordered by: null would need a case of its own in every page. */
export const NO_TIME = -1;

const KEY_LENGTH = 255;
const LINE_LENGTH = 500;

/** Text as it is ordered, compared and searched: lower case by JavaScript's rules, since the databases disagree; '' where there is none. */
export function keyOf(text: string | null): string {
  return text === null ? '' : text.slice(0, KEY_LENGTH).toLowerCase().slice(0, KEY_LENGTH);
}

/** Text that fits a line column. */
export function line(text: string | null): string | null {
  return text === null || text.length <= LINE_LENGTH ? text : text.slice(0, LINE_LENGTH);
}

export function text(row: Row, column: string): string {
  return String(row[column]);
}

export function textOrNull(row: Row, column: string): string | null {
  const value = row[column];
  return value === null || value === undefined ? null : String(value);
}

export function number(row: Row, column: string): number {
  return Number(row[column]);
}

export function numberOrNull(row: Row, column: string): number | null {
  const value = row[column];
  return value === null || value === undefined ? null : Number(value);
}

export function flagOrNull(row: Row, column: string): boolean | null {
  const value = row[column];
  return value === null || value === undefined ? null : Number(value) === 1;
}

/** A moment from a column in which {@link NO_TIME} stands for none. */
export function timeOrNull(row: Row, column: string): number | null {
  const at = Number(row[column]);
  return at === NO_TIME ? null : at;
}

/** JSON that this service wrote itself. */
export function parsed<T>(row: Row, column: string): T {
  return JSON.parse(String(row[column])) as T;
}
