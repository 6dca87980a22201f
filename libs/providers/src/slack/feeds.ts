import type { AppClient, Feed, FeedPage } from '../sdk/index.js';
import { AppFailure, at, MOST_PAGES, requiredList, text, whole } from '../sdk/index.js';
import { toAccessActivity, toActivity, toIntegrationActivity } from './activity.js';
import { ask, isCursorForgotten, nextCursor, requestOf } from './calls.js';
import { standingOf } from './standing.js';

const AUDIT = 'GET /audit/v1/logs';
const PAGE = 1_000;
/** Since when Slack keeps the audit log: March 2018. */
const AUDIT_BEGINS_S = 1_519_862_400;
/** An entry may be there a little after its own time. */
const OVERLAP_S = 60;
/** A back-fill goes day by day: the log comes newest first, and a cursor lives some minutes, so that a day at most is read again. */
const WINDOW_S = 86_400;

/** Where reading stands: everything up to `since` is read; from there to `until` it is being read, newest first, now at `cursor`. Epoch seconds. */
interface Position {
  readonly since: number;
  readonly until?: number;
  readonly cursor?: string;
}

/** The audit log of an organization. */
export const auditLog: Feed = {
  logName: 'Audit Logs',
  everySeconds: 120,
  latenessMs: 10 * 60_000,
  overlapMs: OVERLAP_S * 1_000,
  start: (_app, since) => written({ since: Math.max(AUDIT_BEGINS_S, Math.floor(since.getTime() / 1_000)) }),
  pages: auditPages,
  isCursorDead,
};

async function* auditPages(app: AppClient, stored: string): AsyncGenerator<FeedPage> {
  let here = readPosition(stored, AUDIT);
  for (let page = 0; page < MOST_PAGES; page++) {
    const nowS = Math.floor(app.now().getTime() / 1_000);
    const until = here.until ?? Math.min(nowS, here.since + WINDOW_S);
    const { entries, cursor } = await auditPage(app, here.since, until, here.cursor);
    if (cursor !== null && cursor === here.cursor) throw circles(AUDIT);
    const next: Position = cursor === null ? { since: until } : { since: here.since, until, cursor };
    const isCaughtUp = cursor === null && until >= nowS;
    yield { events: entries, next: written(next), isCaughtUp };
    if (isCaughtUp) return;
    here = next;
  }
}

async function auditPage(app: AppClient, since: number, until: number, cursor: string | undefined) {
  // The ends of the range belong to it, and windows overlap: what is read twice has the same id.
  const range = { oldest: Math.max(AUDIT_BEGINS_S, since - OVERLAP_S), latest: until, limit: PAGE };
  const answer = await app.call(requestOf(AUDIT, { ...range, cursor })).catch((failure: unknown) => {
    if (cursor === undefined || !isCursorForgotten(failure)) throw failure;
    return app.call(requestOf(AUDIT, range));
  });
  const receivedAt = app.now().getTime();
  const entries = requiredList(at(answer.body, 'entries'), AUDIT, 'the list "entries"').map((entry) => toActivity(entry, receivedAt));
  return { entries: entries.reverse(), cursor: nextCursor(answer) };
}

// ---------------------------------------------------------------- without Enterprise

const ACCESS = 'GET /api/team.accessLogs';
const INTEGRATIONS = 'GET /api/team.integrationLogs';
/** Slack shows no more pages than this; older rows are asked for with `before`. */
const MOST_ACCESS_PAGES = 100;

/** Where reading a log by page numbers stands: `since` is read; the run that began at `begun` is at `page`, counted from `before`. Epoch seconds. */
interface PagePosition {
  readonly since: number;
  readonly begun?: number;
  readonly page?: number;
  readonly before?: number;
}

/** Sign-ins of a workspace. In an organization the audit log has them, so there this feed is silent. */
export const accessLogs: Feed = {
  logName: 'Access Logs',
  everySeconds: 900,
  latenessMs: 60 * 60_000,
  overlapMs: 60 * 60_000,
  start: startPaged,
  pages: (app, stored) => pagedLog(app, stored, ACCESS, 'logins', 'date_last', toAccessActivity),
  isCursorDead,
};

/** What was done with apps in a workspace. In an organization the audit log has it, so there this feed is silent. */
export const integrationLogs: Feed = {
  logName: 'Integration Logs',
  everySeconds: 900,
  latenessMs: 60 * 60_000,
  overlapMs: 60 * 60_000,
  start: startPaged,
  pages: (app, stored) => pagedLog(app, stored, INTEGRATIONS, 'logs', 'date', toIntegrationActivity),
  isCursorDead,
};

function startPaged(_app: AppClient, since: Date): string {
  return written({ since: Math.floor(since.getTime() / 1_000) });
}

// Rows come newest first, and new ones push the others to later pages: some are read twice, none is missed.
async function* pagedLog(
  app: AppClient,
  stored: string,
  operation: typeof ACCESS | typeof INTEGRATIONS,
  list: string,
  timeField: string,
  toRecord: typeof toAccessActivity,
): AsyncGenerator<FeedPage> {
  let here = readPosition(stored, operation) as PagePosition;
  if ((await standingOf(app)).mode === 'organization') return yield { events: [], next: stored, isCaughtUp: true };
  for (let count = 0; count < MOST_PAGES; count++) {
    const begun = here.begun ?? Math.floor(app.now().getTime() / 1_000);
    const page = here.page ?? 1;
    const { body } = await ask(app, operation, { count: PAGE, page, before: here.before });
    const found = requiredList(at(body, list), operation, `the list "${list}"`);
    const times = found.map((row) => whole(at(row, timeField)) ?? begun);
    const floor = here.since - OVERLAP_S * 60;
    const receivedAt = app.now().getTime();
    const events = found.filter((_, index) => times[index]! >= floor).map((row) => toRecord(row, receivedAt));
    const isLast = page >= (whole(at(body, 'paging', 'pages')) ?? 0) || (found.length > 0 && times.every((time) => time < floor));
    const next = isLast ? { since: begun } : following({ ...here, begun, page }, operation, Math.min(...times));
    yield { events: events.reverse(), next: written(next), isCaughtUp: isLast };
    if (isLast) return;
    here = next;
  }
}

function following(here: PagePosition & { readonly page: number }, operation: string, oldest: number): PagePosition {
  if (operation !== ACCESS || here.page < MOST_ACCESS_PAGES) return { ...here, page: here.page + 1 };
  if (oldest === here.before) throw circles(operation);
  return { ...here, page: 1, before: oldest };
}

// ---------------------------------------------------------------- positions as text

const UNREADABLE = 'POSITION_UNREADABLE';

function written(position: Position | PagePosition): string {
  return JSON.stringify(position);
}

function readPosition(stored: string, operation: string): Position {
  const position = parsed(stored);
  const since = whole(at(position, 'since'));
  if (since === null) {
    const message = 'The stored position in the log cannot be read.';
    throw new AppFailure({ kind: 'rejected', appCode: UNREADABLE, message }, operation, undefined);
  }
  const optional = (name: string): Record<string, number> => {
    const value = whole(at(position, name));
    return value === null ? {} : { [name]: value };
  };
  const cursor = text(at(position, 'cursor'));
  return {
    since,
    ...optional('until'),
    ...optional('begun'),
    ...optional('page'),
    ...optional('before'),
    ...(cursor !== null && { cursor }),
  };
}

function parsed(stored: string): unknown {
  try {
    return JSON.parse(stored) as unknown;
  } catch {
    return undefined; // Not ours: refused below like any other text without `since`.
  }
}

// A page cursor that Slack forgot is no dead position: the window is read anew, above.
function isCursorDead({ classified }: AppFailure): boolean {
  return classified.appCode === UNREADABLE;
}

function circles(operation: string): AppFailure {
  return new AppFailure({ kind: 'malformed', message: `${operation} was stopped: its pages go in circles.` }, operation, undefined);
}
