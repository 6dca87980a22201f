import { DomainError } from './errors.js';

const PATTERN = /^P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})(?:\.(\d{1,3}))?S)?)?$/;
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** The text is not an ISO 8601 duration of weeks, days, hours, minutes and seconds. */
export class DurationUnreadable extends DomainError {
  readonly code = 'DURATION_UNREADABLE';
  readonly kind = 'invalid';

  constructor(readonly text: string) {
    super(
      `"${text.slice(0, 40)}" is not a duration. Write ISO 8601, such as PT30S, PT4H or P30D; months and years have no fixed length and are refused.`,
    );
  }
}

/** Milliseconds of an ISO 8601 duration such as `PT4H`. */
export function parseDuration(text: string): number {
  const parts = PATTERN.exec(text);
  if (!parts || text.endsWith('P') || text.endsWith('T')) throw new DurationUnreadable(text);
  const [weeks, days, hours, minutes, seconds] = parts.slice(1, 6).map((part) => Number(part ?? 0));
  const fraction = Number((parts[6] ?? '').padEnd(3, '0') || 0);
  return (weeks! * 7 + days!) * DAY_MS + hours! * HOUR_MS + minutes! * MINUTE_MS + seconds! * SECOND_MS + fraction;
}

/** The ISO 8601 form of a length of time, in days, hours, minutes and seconds. */
export function formatDuration(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  const days = Math.floor(whole / DAY_MS);
  const hours = Math.floor((whole % DAY_MS) / HOUR_MS);
  const minutes = Math.floor((whole % HOUR_MS) / MINUTE_MS);
  const seconds = (whole % MINUTE_MS) / SECOND_MS;
  const time = `${hours ? `${hours}H` : ''}${minutes ? `${minutes}M` : ''}${seconds ? `${seconds}S` : ''}`;
  if (!days && !time) return 'PT0S';
  return `P${days ? `${days}D` : ''}${time ? `T${time}` : ''}`;
}
