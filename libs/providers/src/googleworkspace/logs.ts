import { AppFailure, at, MOST_PAGES, record, text, whole, type AppAnswer, type AppClient, type Feed, type FeedPage } from '../sdk/index.js';
import { toActivities } from './activity.js';
import { OPERATIONS } from './operations.js';
import { request } from './pages.js';
import { rowsOf } from './wire.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const PAGE = 1_000;
/** What is older, Google has dropped; a start before it is refused. */
const KEPT_MS = 180 * DAY_MS - HOUR_MS;
/** How far back the daily second look goes. */
const SECOND_LOOK_MS = 2 * DAY_MS;

/** How late a log is, and how it is read. */
interface LogRules {
  readonly applicationName: string;
  readonly logName: string;
  /** Only this event: Google then counts the call against a smaller limit. */
  readonly eventName?: string;
  readonly everySeconds: number;
  /** Each read begins this long before the end of the last one, since events come late and in no order. */
  readonly overlapMs: number;
  /** Once a day two days are read again. */
  readonly hasSecondLook: boolean;
}

/** Every log that we read, by the name of its feed. Lateness is Google's own, as far as it says. */
export const feeds = {
  login: log({ applicationName: 'login', logName: 'Login', everySeconds: 300, overlapMs: 6 * HOUR_MS, hasSecondLook: true }),
  userAccounts: log({
    applicationName: 'user_accounts',
    logName: 'User accounts',
    everySeconds: 600,
    overlapMs: 6 * HOUR_MS,
    hasSecondLook: true,
  }),
  saml: log({ applicationName: 'saml', logName: 'SAML', everySeconds: 600, overlapMs: 6 * HOUR_MS, hasSecondLook: true }),
  admin: log({ applicationName: 'admin', logName: 'Admin', everySeconds: 60, overlapMs: 15 * MINUTE_MS, hasSecondLook: false }),
  tokenAuthorize: log({
    applicationName: 'token',
    eventName: 'authorize',
    logName: 'OAuth authorize',
    everySeconds: 300,
    overlapMs: 6 * HOUR_MS,
    hasSecondLook: true,
  }),
  tokenRevoke: log({
    applicationName: 'token',
    eventName: 'revoke',
    logName: 'OAuth revoke',
    everySeconds: 600,
    overlapMs: 6 * HOUR_MS,
    hasSecondLook: true,
  }),
  groups: log({
    applicationName: 'groups_enterprise',
    logName: 'Groups Enterprise',
    everySeconds: 600,
    overlapMs: 2 * HOUR_MS,
    hasSecondLook: false,
  }),
  drive: log({ applicationName: 'drive', logName: 'Drive', everySeconds: 300, overlapMs: 2 * HOUR_MS, hasSecondLook: false }),
} as const satisfies Readonly<Record<string, Feed>>;

/**
 * Where a reader stands. A window of time is read from its newest event to its oldest, so the window is done only with its last page; a window in
 * the past has an end, the last one reaches to now.
 */
interface Position {
  readonly from: number;
  readonly to: number | null;
  readonly page: string | null;
  /** When the window that reaches to now was begun. */
  readonly begunAt: number | null;
  readonly secondLookAt: number;
}

function log(rules: LogRules): Feed {
  return {
    logName: rules.logName,
    everySeconds: rules.everySeconds,
    latenessMs: rules.overlapMs,
    overlapMs: rules.overlapMs,
    start: (app, since) => JSON.stringify(resting(since.getTime(), app.now().getTime())),
    pages: (app, cursor) => pages(app, rules, cursor),
    isCursorDead: ({ classified }) => classified.appCode === UNREADABLE,
  };
}

function resting(from: number, secondLookAt: number): Position {
  return { from, to: null, page: null, begunAt: null, secondLookAt };
}

async function* pages(app: AppClient, rules: LogRules, cursor: string): AsyncGenerator<FeedPage> {
  let here = parse(cursor);
  for (let page = 0; page < MOST_PAGES; page++) {
    here = here.page === null ? begun(app, rules, here) : here;
    const answer = await read(app, rules, here);
    if (answer === undefined) {
      // Google has forgotten the page: the window is read anew from its newest event, and what was stored before has the same ids.
      here = { ...here, page: null };
      continue;
    }
    const token = text(at(answer.body, 'nextPageToken'));
    if (token !== null && token === here.page) throw stuck(rules);
    const next = token === null ? after(here, rules) : { ...here, page: token };
    const receivedAt = app.now().getTime();
    const rows = rowsOf(answer.body, 'items', 'admin#reports#activities', OPERATIONS.activities, (row) => row);
    const isCaughtUp = token === null && here.to === null;
    yield { events: rows.flatMap((row) => toActivities(row, receivedAt)), next: JSON.stringify(next), isCaughtUp };
    if (isCaughtUp) return;
    here = next;
  }
}

// History is read a day at a time, so that a restart costs little. The last window is open: to name its end by our clock could name the future.
function begun(app: AppClient, rules: LogRules, rest: Position): Position {
  const now = app.now().getTime();
  const isDue = rules.hasSecondLook && now - rest.secondLookAt >= DAY_MS;
  const wanted = isDue ? Math.min(rest.from, now - SECOND_LOOK_MS) : rest.from;
  const from = Math.min(Math.max(wanted, now - KEPT_MS), now - MINUTE_MS);
  const secondLookAt = isDue ? now : rest.secondLookAt;
  if (now - from <= DAY_MS + rules.overlapMs) return { from, to: null, page: null, begunAt: now, secondLookAt };
  return { from, to: from + DAY_MS, page: null, begunAt: null, secondLookAt };
}

function after({ to, begunAt, from, secondLookAt }: Position, rules: LogRules): Position {
  return resting(to ?? Math.max(from, (begunAt ?? from) - rules.overlapMs), secondLookAt);
}

async function read(app: AppClient, rules: LogRules, { from, to, page }: Position): Promise<AppAnswer | undefined> {
  const query = {
    startTime: new Date(from).toISOString(),
    ...(to !== null && { endTime: new Date(to).toISOString() }),
    maxResults: PAGE,
    ...(rules.eventName !== undefined && { eventName: rules.eventName }),
    ...(page !== null && { pageToken: page }),
  };
  const values = { userKey: 'all', applicationName: rules.applicationName };
  try {
    return await app.call(request(OPERATIONS.activities, values, query));
  } catch (error) {
    if (page !== null && error instanceof AppFailure && error.kind === 'rejected') return undefined;
    throw error;
  }
}

const UNREADABLE = 'CURSOR_UNREADABLE';

function parse(cursor: string): Position {
  const wire = record(parsedJson(cursor));
  const from = whole(wire?.['from']);
  if (!wire || from === null) {
    const message = 'The stored position in the log cannot be read.';
    throw new AppFailure({ kind: 'rejected', appCode: UNREADABLE, message }, OPERATIONS.activities, undefined);
  }
  return {
    from,
    to: whole(wire['to']),
    page: text(wire['page']),
    begunAt: whole(wire['begunAt']),
    secondLookAt: whole(wire['secondLookAt']) ?? from,
  };
}

function parsedJson(cursor: string): unknown {
  try {
    return JSON.parse(cursor);
  } catch {
    return undefined; // Said with more words by the caller.
  }
}

function stuck({ logName }: LogRules): AppFailure {
  const message = `The ${logName} log was stopped: it named a page that was read before.`;
  return new AppFailure({ kind: 'malformed', message }, OPERATIONS.activities, undefined);
}
