import type { ActivityRecord } from '#libs/contracts';

import type { AppClient, AppRequest, Feed, FeedPage } from '../sdk/index.js';
import { AppFailure, at, malformed, MOST_PAGES, record, requiredList, text, timeMs } from '../sdk/index.js';
import { toAudit } from './activity-audit.js';
import { toSignIn } from './activity-sign-in.js';
import { manifest } from './manifest.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const PAGE = 1_000;
/** Rows appear late, so each run begins this long before where the last one ended; what is read twice has the same id. */
const OVERLAP_MS = 30 * MINUTE_MS;
/** The newest rows are still being written. */
const SETTLES_MS = 2 * MINUTE_MS;
/** A window's links die with time, so long spans are read in parts. */
const WINDOW_MS = DAY_MS;

interface GraphLog {
  readonly operation: string;
  readonly path: string;
  readonly timeField: string;
  readonly order?: string;
  readonly toActivity: (row: unknown, receivedAt: number) => ActivityRecord;
  /** False where the connector's settings say that this log is not read from Graph. */
  readonly isRead: (app: AppClient) => boolean;
}

const SIGN_INS: GraphLog = {
  operation: 'GET /auditLogs/signIns',
  path: '/auditLogs/signIns',
  timeField: 'createdDateTime',
  toActivity: toSignIn,
  isRead: (app) => app.settings['signInSource'] !== 'activity-feed',
};

const AUDITS: GraphLog = {
  operation: 'GET /auditLogs/directoryAudits',
  path: '/auditLogs/directoryAudits',
  timeField: 'activityDateTime',
  order: 'activityDateTime asc',
  toActivity: toAudit,
  isRead: () => true,
};

/** Interactive sign-ins, within minutes. Needs Entra ID P1. */
export const signIns: Feed = feedOf(SIGN_INS, 'Sign-in logs', 300);

/** Changes in the directory, within minutes. */
export const directoryAudits: Feed = feedOf(AUDITS, 'Directory audit logs', 300);

function feedOf(log: GraphLog, logName: string, everySeconds: number): Feed {
  return {
    logName,
    everySeconds,
    latenessMs: 60 * MINUTE_MS,
    overlapMs: OVERLAP_MS,
    start: (_app, since) => write({ from: since.getTime() }),
    pages: (app, cursor) => pagesOf(log, app, cursor),
  };
}

/** Where we stand: all before `from` is read; with `to` and `link`, in the middle of the window between the two. */
interface Position {
  readonly from: number;
  readonly to?: number;
  readonly link?: string;
}

async function* pagesOf(log: GraphLog, app: AppClient, cursor: string): AsyncGenerator<FeedPage> {
  const { position, end } = begin(app, read(cursor, log.operation));
  let here = position;
  if (!log.isRead(app)) return yield { events: [], next: write({ from: end }), isCaughtUp: true };
  for (let page = 0; page < MOST_PAGES; page++) {
    const to = here.to ?? Math.min(here.from + WINDOW_MS, end);
    if (to <= here.from) return yield { events: [], next: write(here), isCaughtUp: true };
    const answer = await ask(log, app, here, to);
    // A link that died is not the end: its window is read again from the start.
    if (answer === 'dead link') {
      here = { from: here.from };
      continue;
    }
    const rows = requiredList(at(answer.body, 'value'), log.operation, 'the list "value"');
    const receivedAt = app.now().getTime();
    const link = text(at(answer.body, '@odata.nextLink'));
    if (link !== null && link === here.link) throw malformed(log.operation, 'a next link that leads on', answer.status);
    // Newest first: the window counts as read only when its last page was.
    here = link === null ? { from: to } : { from: here.from, to, link };
    const isCaughtUp = link === null && to >= end;
    yield { events: rows.map((row) => log.toActivity(row, receivedAt)), next: write(here), isCaughtUp };
    if (isCaughtUp) return;
  }
}

// At the start of a run we step back for late rows, never behind what the app still has. A window in progress goes on where it was.
function begin(app: AppClient, position: Position): { position: Position; end: number } {
  const now = app.now().getTime();
  const end = now - SETTLES_MS;
  if (position.link !== undefined) return { position, end: Math.max(end, position.to ?? end) };
  const oldest = now - manifest.retentionDays * DAY_MS;
  const from = Math.max(oldest, Math.min(position.from, end) - OVERLAP_MS);
  return { position: { from }, end };
}

async function ask(log: GraphLog, app: AppClient, { from, link }: Position, to: number) {
  const request: AppRequest = { operation: log.operation, path: log.path };
  if (link === undefined) {
    const $filter = `${log.timeField} ge ${iso(from)} and ${log.timeField} lt ${iso(to)}`;
    return app.call({ ...request, query: { $filter, ...(log.order && { $orderby: log.order }), $top: PAGE } });
  }
  try {
    return await app.call({ ...request, path: link });
  } catch (error) {
    const isDead = error instanceof AppFailure && (error.kind === 'rejected' || error.kind === 'missing' || error.kind === 'malformed');
    // A link to another host, kept from other settings, is no good either.
    if (isDead && (error.httpStatus === undefined || error.httpStatus >= 400)) return 'dead link' as const;
    throw error;
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function write({ from, to, link }: Position): string {
  return JSON.stringify({ from: iso(from), ...(to !== undefined && { to: iso(to) }), ...(link !== undefined && { link }) });
}

function read(cursor: string, operation: string): Position {
  const stored = parsed(cursor);
  const from = timeMs(stored?.['from']);
  if (from === null) throw malformed(operation, 'the stored position in the log');
  const to = timeMs(stored?.['to']);
  const link = text(stored?.['link']);
  return { from, ...(to !== null && link !== null && { to, link }) };
}

function parsed(cursor: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return record(JSON.parse(cursor));
  } catch {
    return undefined; // The caller says which log it was.
  }
}
