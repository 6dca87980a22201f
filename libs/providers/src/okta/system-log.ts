import type { AppClient, Feed, FeedPage } from '../sdk/index.js';
import { AppFailure, MOST_PAGES, malformed, nextLink, requiredList } from '../sdk/index.js';
import { toActivity } from './activity.js';
import { orgHost } from './http.js';

const OPERATION = 'GET /api/v1/logs';
const PAGE = 1_000;
const MINUTE_MS = 60_000;

/**
 * The System Log in polling mode: one call with `since` and no `until`, then always the next link, which is there even after an empty page and is our
 * cursor. Links are in the order in which events were stored, so late ones are not lost.
 */
export const systemLog: Feed = {
  logName: 'System Log',
  everySeconds: 60,
  latenessMs: 60 * MINUTE_MS,
  overlapMs: 15 * MINUTE_MS,
  start: (_app, since) => firstPage(since),
  pages: logPages,
  isCursorDead,
};

function firstPage(since: Date): string {
  return `/api/v1/logs?${new URLSearchParams({ since: since.toISOString(), sortOrder: 'ASCENDING', limit: String(PAGE) })}`;
}

async function* logPages(app: AppClient, cursor: string): AsyncGenerator<FeedPage> {
  const host = orgHost(app.settings);
  let here = cursor;
  if (!leadsTo(host, here)) throw otherHost();
  let wasEmpty = false;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await app.call({ operation: OPERATION, path: here });
    const events = requiredList(answer.body, OPERATION, 'a list of events');
    const receivedAt = app.now().getTime();
    const activities = events.map((event) => toActivity(event, receivedAt));
    const link = nextLink(answer);
    const next = link ?? linkless(activities, here);
    if (!leadsTo(host, next)) throw malformed(OPERATION, "a next link to the organization's own host", answer.status);
    const isEmpty = events.length === 0;
    // An empty page may stand in the middle: the end is one that leads to itself, or a second one in a row.
    const isCaughtUp = link === undefined || (isEmpty && (next === here || wasEmpty));
    yield { events: activities, next, isCaughtUp };
    if (isCaughtUp) return;
    if (next === here) throw malformed(OPERATION, 'a next link that leads on', answer.status);
    here = next;
    wasEmpty = isEmpty;
  }
}

// Polling mode always links on. Should a proxy drop the header, the next run goes on from the newest event; what is read twice has the same ids.
function linkless(activities: readonly { readonly occurredAt: number }[], here: string): string {
  if (activities.length === 0) return here;
  const newest = activities.reduce((latest, activity) => Math.max(latest, activity.occurredAt), 0);
  return firstPage(new Date(newest));
}

function leadsTo(host: string, link: string): boolean {
  return link.startsWith('/') ? !link.startsWith('//') : link.startsWith(`https://${host}/`);
}

const OTHER_HOST = 'CURSOR_OF_OTHER_HOST';

function otherHost(): AppFailure {
  const message = 'The stored position in the System Log names a host that this connector no longer uses.';
  return new AppFailure({ kind: 'rejected', appCode: OTHER_HOST, message }, OPERATION, undefined);
}

/** The stored link no longer leads anywhere: refused by Okta, or it names a host that the connector no longer uses. */
function isCursorDead({ kind, classified, httpStatus }: AppFailure): boolean {
  return kind === 'missing' || (kind === 'rejected' && (httpStatus === 400 || classified.appCode === OTHER_HOST));
}
