import type { SandboxAnswer } from '../sdk/index.js';
import { timeMs } from '../sdk/index.js';
import { link, ok, pageSize, refuse, type Call } from './sandbox-answers.js';
import type { LogPosition, LogQuery } from './sandbox-log.js';

const DAY_MS = 86_400_000;
const USUAL_DAYS = 90;
const KEPT_DAYS = 180;
const GIT_KEPT_DAYS = 7;
/** Rows told again at the start of a page under the switch `duplicateRows`. */
const REPEATED = 2;

/** The audit log: a search with opaque cursors that belong to one query. */
export function readLog(call: Call): SandboxAnswer {
  const query = queryOf(call);
  if (!query) return refuse(422, 'Validation Failed', {}, { errors: [{ message: 'The phrase cannot be read.' }] });
  // Heavy questions die on the way.
  if (call.switches['heavyQueries'] === true && query.to - query.from > 2 * DAY_MS) return refuse(502, 'Server Error');
  const print = fingerprint(call);
  const after = call.query.get('after');
  const place = after === null ? { bulk: 0, stored: 0, wasEmpty: false } : readCursor(after, print);
  if (!place) return refuse(422, 'The cursor is not valid for this query.');
  const limit = pageSize(call);
  if (call.switches.emptyPages && !place.wasEmpty) return ok([], { link: [link(call, { after: writeCursor(print, place, true) })] });
  const start = call.switches.duplicateRows && after !== null ? { bulk: place.bulk, stored: Math.max(0, place.stored - REPEATED) } : place;
  const { events, next, hasMore } = call.state.log.read(query, start, limit + (start === place ? 0 : REPEATED));
  return ok(events, hasMore ? { link: [link(call, { after: writeCursor(print, next, false) })] } : {});
}

function queryOf({ query, now }: Call): LogQuery | undefined {
  const include = query.get('include') ?? 'web';
  if (include !== 'web' && include !== 'git' && include !== 'all') return undefined;
  const phrase = query.get('phrase');
  const edge = now.getTime() - (include === 'git' ? GIT_KEPT_DAYS : KEPT_DAYS) * DAY_MS;
  let from = phrase === null ? now.getTime() - USUAL_DAYS * DAY_MS : edge;
  let to = now.getTime();
  let action: string | undefined;
  let actor: string | undefined;
  for (const word of (phrase ?? '').split(/\s+/).filter(Boolean)) {
    const [, name, operator, value] = /^(created|action|actor):(>=|<=)?(.+)$/.exec(word) ?? [];
    const moment = name === 'created' ? timeMs(value) : null;
    if (name === undefined || (name === 'created' && (moment === null || operator === undefined))) return undefined;
    if (name === 'action') action = value;
    else if (name === 'actor') actor = value;
    else if (operator === '>=') from = Math.max(edge, moment!);
    // Whole seconds: all of the last one.
    else to = Math.min(to, moment! + 999);
  }
  return { from, to, include, isAscending: query.get('order') === 'asc', action, actor, now: now.getTime() };
}

function fingerprint({ query }: Call): string {
  return ['phrase', 'include', 'order'].map((name) => query.get(name) ?? '').join('|');
}

function writeCursor(print: string, { bulk, stored }: LogPosition, wasEmpty: boolean): string {
  return Buffer.from(JSON.stringify([print, bulk, stored, wasEmpty])).toString('base64url');
}

function readCursor(after: string, print: string): (LogPosition & { readonly wasEmpty: boolean }) | undefined {
  try {
    const [of, bulk, stored, wasEmpty] = JSON.parse(Buffer.from(after, 'base64url').toString()) as [string, number, number, boolean];
    return of === print ? { bulk, stored, wasEmpty } : undefined;
  } catch {
    return undefined; // Not a cursor of ours.
  }
}
