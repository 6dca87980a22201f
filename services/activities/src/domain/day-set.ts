const DAY_MS = 86_400_000;
const WINDOW_DAYS = 62;
const MASK = (1n << BigInt(WINDOW_DAYS)) - 1n;

/** The days, in UTC, on which something was seen: the newest and the 61 before it. The order in which days come makes no difference. */
export interface DaySet {
  /** Number of the newest day since 1970. */
  readonly last: number;
  /** Bit n is set when `last - n` is in the set. */
  readonly bits: bigint;
}

/** The UTC day of a moment, as a number of days since 1970. */
export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

export function oneDay(day: number): DaySet {
  return { last: day, bits: 1n };
}

export function withDay(days: DaySet, day: number): DaySet {
  if (hasDay(days, day)) return days;
  if (day > days.last) return { last: day, bits: ((days.bits << BigInt(Math.min(day - days.last, WINDOW_DAYS))) | 1n) & MASK };
  if (day <= days.last - WINDOW_DAYS) return days;
  return { last: days.last, bits: days.bits | (1n << BigInt(days.last - day)) };
}

export function hasDay(days: DaySet, day: number): boolean {
  const back = days.last - day;
  return back >= 0 && back < WINDOW_DAYS && ((days.bits >> BigInt(back)) & 1n) === 1n;
}

/** How many days of the set lie before `day`, and not before `from`. */
export function countBefore(days: DaySet, day: number, from = -Infinity): number {
  let count = 0;
  let bits = days.bits;
  for (let at = days.last; bits > 0n; at--, bits >>= 1n) {
    if ((bits & 1n) === 1n && at < day && at >= from) count++;
  }
  return count;
}

export function firstDay({ last, bits }: DaySet): number {
  return last - (bits.toString(2).length - 1);
}

/** The days of the set before `day`; undefined when there is none. */
export function onlyBefore(days: DaySet, day: number): DaySet | undefined {
  if (day > days.last) return days;
  const bits = days.bits >> BigInt(days.last - day + 1);
  return bits === 0n ? undefined : { last: day - 1, bits };
}

export function union(a: DaySet, b: DaySet): DaySet {
  const [newer, older] = a.last >= b.last ? [a, b] : [b, a];
  const shift = Math.min(newer.last - older.last, WINDOW_DAYS);
  return { last: newer.last, bits: (newer.bits | (older.bits << BigInt(shift))) & MASK };
}

/** Compact JSON: `[20412, "1f"]`. */
export function packDays(days: DaySet): readonly [number, string] {
  return [days.last, days.bits.toString(16)];
}

export function unpackDays([last, bits]: readonly [number, string]): DaySet {
  return { last, bits: BigInt(`0x${bits}`) };
}
