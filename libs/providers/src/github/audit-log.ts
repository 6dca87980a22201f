import type { AppClient, AppRequest, Feed, FeedPage } from '../sdk/index.js';
import { AppFailure, linkPages, requiredList, record, whole } from '../sdk/index.js';
import { toActivity } from './activity.js';
import { orgPath } from './people.js';

const OPERATION = 'GET /orgs/{org}/audit-log';
const PAGE = 100;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Events are filled in late without a bound that GitHub names: most within minutes. */
const OVERLAP_MS = 15 * MINUTE_MS;
/** Once a day the last hours are read again, for those that came later still. */
const SWEEP_MS = 6 * HOUR_MS;
/** The newest minutes are not asked for: they are still being filled. */
const LAG_MS = 2 * MINUTE_MS;
const WIDEST_MS = 7 * DAY_MS;
const NARROWEST_MS = HOUR_MS;

/** One part of the audit log: what people do on the web and by the API, or what they do with Git. */
interface Part {
  readonly include: 'web' | 'git';
  readonly keptDays: number;
}

const WEB: Part = { include: 'web', keptDays: 180 };
// Much of it, kept for a week only.
const GIT: Part = { include: 'git', keptDays: 7 };

/** Everything but Git. */
export const auditLog: Feed = feedOf(WEB, 'Audit log', 120);
/** Clones, fetches and pushes. */
export const gitEvents: Feed = feedOf(GIT, 'Git events', 600);

function feedOf(part: Part, logName: string, everySeconds: number): Feed {
  return {
    logName,
    everySeconds,
    latenessMs: SWEEP_MS,
    overlapMs: OVERLAP_MS,
    start: (app, since) =>
      written({ from: Math.max(since.getTime(), app.now().getTime() - part.keptDays * DAY_MS), sweptAt: app.now().getTime() }),
    pages: (app, cursor) => pagesOf(app, part, cursor),
    isCursorDead: (failure) => failure.classified.appCode === BROKEN,
  };
}

/** What is kept between runs: GitHub's own cursors live only inside one query. */
interface Place {
  /** All events before this moment (ms) were read, but for late ones. */
  readonly from: number;
  /** When the last hours were read again. */
  readonly sweptAt: number;
}

const BROKEN = 'BROKEN_CURSOR';

function written(place: Place): string {
  return JSON.stringify(place);
}

function readPlace(cursor: string): Place {
  let wire: unknown;
  try {
    wire = JSON.parse(cursor);
  } catch {
    wire = undefined; // Not one of ours: told below.
  }
  const from = whole(record(wire)?.['from']);
  const sweptAt = whole(record(wire)?.['sweptAt']);
  if (from !== null && sweptAt !== null) return { from, sweptAt };
  throw new AppFailure(
    { kind: 'rejected', appCode: BROKEN, message: 'The stored position in the audit log cannot be read.' },
    OPERATION,
    undefined,
  );
}

async function* pagesOf(app: AppClient, part: Part, cursor: string): AsyncGenerator<FeedPage> {
  const place = readPlace(cursor);
  const now = app.now().getTime();
  const until = now - LAG_MS;
  const edge = now - part.keptDays * DAY_MS;
  const isSweep = now - place.sweptAt >= DAY_MS;
  const sweptAt = isSweep ? now : place.sweptAt;
  let from = Math.max(edge, Math.min(place.from - OVERLAP_MS, isSweep ? now - SWEEP_MS : Infinity));
  let span = WIDEST_MS;
  while (from < until) {
    const to = Math.min(from + span, until);
    try {
      for await (const page of windowPages(app, part, from, to)) {
        // Rows come in order of time, so all before the newest of the page is read, should we be cut off here.
        const reached = page.reduce((latest, event) => Math.max(latest, event.occurredAt), from);
        yield {
          events: page,
          next: written({ from: Math.max(Math.min(reached, to), place.from), sweptAt: place.sweptAt }),
          isCaughtUp: false,
        };
      }
    } catch (error) {
      // Heavy queries end in 502: a narrower window is a lighter query.
      if (!(error instanceof AppFailure) || error.kind !== 'down' || to - from <= NARROWEST_MS) throw error;
      span = Math.max(NARROWEST_MS, Math.floor((to - from) / 4));
      continue;
    }
    from = to;
  }
  yield { events: [], next: written({ from: Math.max(until, place.from), sweptAt }), isCaughtUp: true };
}

async function* windowPages(app: AppClient, part: Part, from: number, to: number): AsyncGenerator<FeedPage['events']> {
  // `created:` knows whole seconds and includes both.
  const phrase = `created:>=${second(from)} created:<=${second(to)}`;
  for await (const answer of linkPages(app, auditRequest(app, { phrase, include: part.include, order: 'asc', per_page: PAGE }))) {
    const receivedAt = app.now().getTime();
    yield requiredList(answer.body, OPERATION, 'a list of events').map((event) => toActivity(event, receivedAt));
  }
}

function second(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** A question to the audit log. */
export function auditRequest(app: AppClient, query: AppRequest['query']): AppRequest {
  return { operation: OPERATION, path: orgPath(app, '/audit-log'), query, timeoutMs: 90_000 };
}
