import type { SandboxAnswer } from '../sdk/index.js';
import { timeMs } from '../sdk/index.js';
import type { Call } from './sandbox-answers.js';
import { link, ok, refuse } from './sandbox-answers.js';
import { epochOf } from './sandbox-auth.js';
import type { LogFilter, LogPosition } from './sandbox-log.js';
import { readFilter } from './sandbox-log.js';

const USUAL = 100;
const MOST = 1_000;
const WEEK_MS = 7 * 86_400_000;
/** Rows told again at the start of a page under the switch `duplicateRows`. */
const REPEATED = 2;

/** The System Log: polling mode while there is no end, bounded mode when there is one or the newest come first. */
export function readLog(call: Call): SandboxAnswer {
  const { query, now } = call;
  const limit = limitOf(query);
  const since = query.has('since') ? timeMs(query.get('since')) : now.getTime() - WEEK_MS;
  const until = query.has('until') ? timeMs(query.get('until')) : undefined;
  const order = query.get('sortOrder') ?? 'ASCENDING';
  if (limit === undefined || since === null || until === null)
    return refuse(call, 'E0000001', ['The since, until or limit of the request cannot be read.']);
  if (order !== 'ASCENDING' && order !== 'DESCENDING')
    return refuse(call, 'E0000001', ['sortOrder: The value must be ASCENDING or DESCENDING.']);
  const filter = readFilter(query.get('filter'), query.get('q'));
  if (!filter) return refuse(call, 'E0000031');
  if (until === undefined && order === 'ASCENDING') return poll(call, since, limit, filter);
  return bounded(call, { since, until: until ?? now.getTime(), isDescending: order === 'DESCENDING' }, limit, filter);
}

function limitOf(query: URLSearchParams): number | undefined {
  const limit = Number(query.get('limit') ?? USUAL);
  return Number.isInteger(limit) && limit >= 0 && limit <= MOST ? limit : undefined;
}

interface PollCursor extends LogPosition {
  /** The page before this one came empty by the switch. */
  readonly isAfterEmpty: boolean;
}

// There is a next link always; after an empty page at the end it is the same as before.
function poll(call: Call, since: number, limit: number, filter: LogFilter): SandboxAnswer {
  const { state, now, switches } = call;
  const after = call.query.get('after');
  const cursor = after === null ? { ...state.log.positionAt(since), isAfterEmpty: false } : readCursor(call, after);
  if (!cursor) return refuse(call, 'E0000031', ['The "after" cursor is not valid.']);
  if (switches.emptyPages && !cursor.isAfterEmpty && state.log.hasMore(cursor, now.getTime())) {
    return ok([], links(call, writeCursor(call, { ...cursor, isAfterEmpty: true })));
  }
  const from = switches.duplicateRows && after !== null ? steppedBack(cursor) : cursor;
  const { events, next } = state.log.poll(from, limit, now.getTime(), filter);
  const hasMoved = next.bulk !== cursor.bulk || next.stored !== cursor.stored;
  return ok(
    hasMoved || after === null ? events : [],
    links(call, hasMoved || after === null ? writeCursor(call, { ...next, isAfterEmpty: false }) : after),
  );
}

function steppedBack({ bulk, stored }: LogPosition): LogPosition {
  return { bulk: Math.max(0, bulk - (bulk > 0 ? REPEATED : 0)), stored: Math.max(0, stored - REPEATED) };
}

function links(call: Call, after: string): Readonly<Record<string, readonly string[]>> {
  return { link: [link(call, 'self'), link(call, 'next', { after })] };
}

function writeCursor({ switches }: Call, { bulk, stored, isAfterEmpty }: PollCursor): string {
  return Buffer.from(`poll:${epochOf(switches['cursorEpoch'])}:${bulk}:${stored}:${isAfterEmpty ? 1 : 0}`).toString('base64url');
}

function readCursor({ switches }: Call, after: string): PollCursor | undefined {
  const parts = /^poll:(\d+):(\d+):(\d+):([01])$/.exec(Buffer.from(after, 'base64url').toString());
  if (!parts || Number(parts[1]) < epochOf(switches['cursorEpoch'])) return undefined;
  return { bulk: Number(parts[2]), stored: Number(parts[3]), isAfterEmpty: parts[4] === '1' };
}

// By the events' own time, so what is taken in late is missed; the next link ends with the list.
function bounded(
  call: Call,
  range: { since: number; until: number; isDescending: boolean },
  limit: number,
  filter: LogFilter,
): SandboxAnswer {
  const after = call.query.get('after');
  const offset = after === null ? 0 : Number(/^at:(\d+)$/.exec(Buffer.from(after, 'base64url').toString())?.[1] ?? Number.NaN);
  if (Number.isNaN(offset)) return refuse(call, 'E0000031', ['The "after" cursor is not valid.']);
  const events = call.state.log.between({ ...range, now: call.now.getTime() }, offset, limit + 1, filter);
  const shown = events.slice(0, limit);
  const self = link(call, 'self');
  if (events.length <= limit) return ok(shown, { link: [self] });
  return ok(shown, { link: [self, link(call, 'next', { after: Buffer.from(`at:${offset + limit}`).toString('base64url') })] });
}
