import type { SandboxAnswer, SandboxRoute } from '../sdk/index.js';
import { whole } from '../sdk/index.js';
import { argument, ok, readCursor, refuse, refuseAudit, route, writeCursor, type Call } from './sandbox-answers.js';
import type { SlackState } from './sandbox-state.js';

const MOST = 9_999;
const USUAL = 100;
const MOST_PAGES = 100;

/** The audit log of an organization, and the two logs that a workspace has instead. */
export const logRoutes: readonly SandboxRoute<SlackState>[] = [
  route('GET /audit/v1/logs', readAudit),
  route('GET /api/team.accessLogs', readAccess),
  route('GET /api/team.integrationLogs', (call) => numbered(call, 'logs', call.state.integrationRows)),
];

// Newest first, both ends of the range included; an empty cursor is the end.
function readAudit(call: Call): SandboxAnswer {
  const { query, state, now, switches } = call;
  const number = (name: string, otherwise: number): number | null => (query.has(name) ? whole(query.get(name)) : otherwise);
  const limit = number('limit', MOST);
  const oldestS = number('oldest', 0);
  const latestS = number('latest', Math.floor(now.getTime() / 1_000));
  if (limit === null || limit < 1 || limit > MOST || oldestS === null || latestS === null) return refuseAudit(400, 'invalid_arguments');
  const cursor = query.get('cursor');
  const places = cursor ? readCursor(call, cursor) : [0, 0, 0];
  if (!places || places.length !== 3) return refuseAudit(400, 'invalid_cursor');
  const [stored, bulk, wasEmpty] = places as [number, number, number];
  const range = { oldestS, latestS, action: query.get('action')?.split(',') ?? null, actor: query.get('actor') };
  if (switches.emptyPages && wasEmpty === 0 && state.log.page(range, { stored, bulk }, 1, now.getTime()).entries.length > 0)
    return { status: 200, json: { entries: [], response_metadata: { next_cursor: writeCursor(call, stored, bulk, 1) } } };
  const back = switches.duplicateRows && cursor ? 2 : 0;
  const from = { stored: Math.max(0, stored - back), bulk: Math.max(0, bulk - back) };
  const { entries, next } = state.log.page(range, from, limit + back, now.getTime());
  return { status: 200, json: { entries, response_metadata: { next_cursor: next ? writeCursor(call, next.stored, next.bulk, 0) : '' } } };
}

function readAccess(call: Call): SandboxAnswer {
  const before = whole(argument(call, 'before')) ?? Number.POSITIVE_INFINITY;
  const rows = [...call.state.accessRows.values()].filter((row) => row.date_last <= before).sort((a, b) => b.date_last - a.date_last);
  if ((whole(argument(call, 'page')) ?? 1) > MOST_PAGES) return refuse('over_pagination_limit');
  return numbered(call, 'logins', rows);
}

function numbered(call: Call, name: string, rows: readonly unknown[]): SandboxAnswer {
  const count = whole(argument(call, 'count')) ?? USUAL;
  const page = whole(argument(call, 'page')) ?? 1;
  if (count < 1 || count > 1_000 || page < 1) return refuse('invalid_arguments');
  const shown = rows.slice((page - 1) * count, page * count);
  return ok({ [name]: shown, paging: { count, total: rows.length, page, pages: Math.ceil(rows.length / count) } });
}
