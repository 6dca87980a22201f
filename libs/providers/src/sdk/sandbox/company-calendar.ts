const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** A date without a time, as days since 1970-01-01. */
export type DayNumber = number;

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();

/** The date on the calendar of that zone. */
export function dayIn(zone: string, at: number): DayNumber {
  return Math.floor((at + zoneOffset(zone, Math.floor(at / DAY_MS))) / DAY_MS);
}

/** The moment at which clocks in that zone show `minute` minutes after midnight of that day. */
export function momentIn(zone: string, day: DayNumber, minute: number): number {
  return day * DAY_MS + Math.round(minute * MINUTE_MS) - zoneOffset(zone, day);
}

/** Saturday or Sunday. */
export function isWeekend(day: DayNumber): boolean {
  const weekday = (((day + 4) % 7) + 7) % 7; // day 0 was a Thursday; Sunday is 0
  return weekday === 0 || weekday === 6;
}

// One offset per zone and day, that of noon UTC: on the two nights a year when clocks change, someone is seen an hour off.
function zoneOffset(zone: string, day: DayNumber): number {
  const key = `${zone} ${day}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const noon = day * DAY_MS + DAY_MS / 2;
  const offset = wallClock(zone, noon) - noon;
  if (offsets.size > 50_000) offsets.clear();
  offsets.set(key, offset);
  return offset;
}

function wallClock(zone: string, at: number): number {
  const part = new Map<string, number>(
    formatFor(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const of = (type: string): number => part.get(type) ?? 0;
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
}

function formatFor(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const numeric = 'numeric';
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: numeric,
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
    second: numeric,
  });
  formats.set(zone, made);
  return made;
}
