import { createHash } from 'node:crypto';

import type { ActivityRecord } from '#libs/contracts';

import type { AppAnswer, AppClient, AppRequest, Feed, FeedPage } from '../sdk/index.js';
import { AppFailure, at, list, malformed, MOST_PAGES, record, requiredList, requiredText, text, timeMs, whole } from '../sdk/index.js';
import { isSignInRecord, toRecord } from './activity-record.js';
import { NO_SUBSCRIPTION, tenantOf } from './http.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** The feed keeps content for 7 days; a little less, so that a call on its way is not refused. */
const KEPT_MS = 7 * 24 * HOUR_MS - 10 * MINUTE_MS;
/** At most 24 hours may be asked for at once; less keeps the list of what was read short. */
const WINDOW_MS = 6 * HOUR_MS;
/** Content may be listed some minutes after the time it bears. */
const OVERLAP_MS = 15 * MINUTE_MS;
/** How many blobs are fetched for one page of ours, and how many at a time. */
const BLOBS_PER_PAGE = 10;
const BLOBS_AT_ONCE = 4;
/** Blobs that a position remembers as read. */
const MOST_REMEMBERED = 4_000;

const SIGN_IN_CONTENT = 'Audit.AzureActiveDirectory';

/** Kinds of content that are always read. What Entra writes comes from Graph instead, faster; its kind is read only for sign-ins without P1. */
export const CONTENT_TYPES = ['Audit.Exchange', 'Audit.SharePoint', 'Audit.General', 'DLP.All'] as const;

type ContentType = (typeof CONTENT_TYPES)[number] | typeof SIGN_IN_CONTENT;

/** One feed for each kind of content, since each has positions of its own. */
export const activityFeeds: Readonly<Record<string, Feed>> = {
  auditExchange: feedOf('Audit.Exchange'),
  auditSharePoint: feedOf('Audit.SharePoint'),
  auditGeneral: feedOf('Audit.General'),
  dlp: feedOf('DLP.All'),
  auditSignIns: feedOf(SIGN_IN_CONTENT),
};

/**
 * A feed by the time at which its content (blobs of records) became available, not by the time of the events. Blobs are read once each, known by their
 * ids; records come more than once and are known by theirs.
 */
function feedOf(contentType: ContentType): Feed {
  return {
    logName: `Management Activity: ${contentType}`,
    everySeconds: 600,
    // Typically 60 to 90 minutes; a day is not rare.
    latenessMs: 24 * HOUR_MS,
    overlapMs: HOUR_MS,
    start: (_app, since) => write({ from: since.getTime(), done: new Map() }),
    pages: (app, cursor) => pagesOf(contentType, app, cursor),
  };
}

/** Content that became available before `from` is read; of what came later, `done` names the blobs that are, with their times. */
interface Position {
  readonly from: number;
  readonly to?: number;
  readonly link?: string;
  readonly done: ReadonlyMap<string, number>;
}

async function* pagesOf(contentType: ContentType, app: AppClient, cursor: string): AsyncGenerator<FeedPage> {
  const now = app.now().getTime();
  if (contentType === SIGN_IN_CONTENT && app.settings['signInSource'] !== 'activity-feed')
    return yield { events: [], next: write({ from: now, done: new Map() }), isCaughtUp: true };
  await ensureSubscription(app, contentType);
  let here = begin(read(cursor), now);
  for (let page = 0; page < MOST_PAGES; page++) {
    const to = here.to ?? Math.min(here.from + WINDOW_MS, now);
    if (to <= here.from) return yield { events: [], next: write(here), isCaughtUp: true };
    const answer = await listContent(app, contentType, here, to);
    if (answer === 'dead link') {
      here = { from: here.from, done: here.done };
      continue;
    }
    const blobs = requiredList(answer.body, CONTENT, 'a list of content').map(readBlob);
    const link = nextPageOf(answer);
    if (link !== null && link === here.link) throw malformed(CONTENT, 'a next page that leads on', answer.status);
    const unread = blobs.filter((blob) => !here.done.has(blob.key));
    // In steps, so that a run that is cut short in a long page goes on in its middle.
    for (let i = 0; i + BLOBS_PER_PAGE < unread.length; i += BLOBS_PER_PAGE) {
      const step = unread.slice(i, i + BLOBS_PER_PAGE);
      const events = await eventsOf(app, contentType, step);
      here = { ...here, done: withDone(here.done, step, 0) };
      yield { events, next: write(here), isCaughtUp: false };
    }
    const last = unread.slice(Math.floor(Math.max(0, unread.length - 1) / BLOBS_PER_PAGE) * BLOBS_PER_PAGE);
    const events = await eventsOf(app, contentType, last);
    const isCaughtUp = link === null && to >= now;
    const done = withDone(here.done, last, to - OVERLAP_MS);
    here = link === null ? { from: to, done } : { from: here.from, to, link, done: withDone(here.done, last, 0) };
    yield { events, next: write(here), isCaughtUp };
    if (isCaughtUp) return;
  }
}

// A new run steps back for content that was listed late; its blobs that are known are not fetched again.
function begin(position: Position, now: number): Position {
  const oldest = now - KEPT_MS;
  if (position.link !== undefined && position.from >= oldest) return position;
  return { from: Math.max(oldest, Math.min(position.from, now) - OVERLAP_MS), done: position.done };
}

function withDone(done: ReadonlyMap<string, number>, blobs: readonly Blob[], since: number): ReadonlyMap<string, number> {
  const all = [...done, ...blobs.map((blob) => [blob.key, blob.createdAt] as const)].filter(([, createdAt]) => createdAt >= since);
  return new Map(all.slice(-MOST_REMEMBERED));
}

const LIST = 'GET /subscriptions/list';
const START = 'POST /subscriptions/start';
const CONTENT = 'GET /subscriptions/content';
const BLOB = 'GET /audit/{contentId}';

async function ensureSubscription(app: AppClient, contentType: ContentType): Promise<void> {
  const answer = await app.call({ operation: LIST, at: 'manage', path: '/subscriptions/list', query: publisher(app) });
  const isOn = requiredList(answer.body, LIST, 'a list of subscriptions').some(
    (one) => text(at(one, 'contentType')) === contentType && text(at(one, 'status')) === 'enabled',
  );
  if (isOn) return;
  try {
    await app.call({
      operation: START,
      method: 'POST',
      at: 'manage',
      path: '/subscriptions/start',
      query: { contentType, ...publisher(app) },
    });
  } catch (error) {
    // Somebody else was faster: it is started.
    if (!(error instanceof AppFailure) || error.classified.appCode !== 'AF20024') throw error;
  }
}

function publisher(app: AppClient): { PublisherIdentifier: string } {
  return { PublisherIdentifier: tenantOf(app.settings) };
}

async function listContent(
  app: AppClient,
  contentType: ContentType,
  { from, link }: Position,
  to: number,
): Promise<AppAnswer | 'dead link'> {
  const request: AppRequest = { operation: CONTENT, at: 'manage', path: '/subscriptions/content' };
  try {
    if (link !== undefined) return await app.call({ ...request, path: link });
    return await app.call({ ...request, query: { contentType, startTime: utc(from), endTime: utc(to), ...publisher(app) } });
  } catch (error) {
    if (!(error instanceof AppFailure)) throw error;
    // Just started: the list of content exists only after a while.
    if (NO_SUBSCRIPTION.has(error.classified.appCode ?? '')) return { status: 200, headers: {}, body: [], request };
    const isDead = link !== undefined && ['rejected', 'missing', 'malformed'].includes(error.kind);
    if (isDead) return 'dead link';
    throw error;
  }
}

interface Blob {
  readonly uri: string;
  readonly createdAt: number;
  /** A short print of its id, which is long. */
  readonly key: string;
}

function readBlob(wire: unknown): Blob {
  const id = requiredText(at(wire, 'contentId'), CONTENT, 'a content id');
  return {
    uri: requiredText(at(wire, 'contentUri'), CONTENT, 'a content address'),
    createdAt: timeMs(at(wire, 'contentCreated')) ?? 0,
    key: createHash('sha256').update(id).digest('base64url').slice(0, 12),
  };
}

async function eventsOf(app: AppClient, contentType: ContentType, blobs: readonly Blob[]): Promise<ActivityRecord[]> {
  const records = await app.each(blobs, (blob) => recordsIn(app, blob), BLOBS_AT_ONCE);
  const receivedAt = app.now().getTime();
  return records
    .flat()
    .filter((one) => contentType !== SIGN_IN_CONTENT || isSignInRecord(one))
    .map((one) => toRecord(one, receivedAt));
}

async function recordsIn(app: AppClient, { uri }: Blob): Promise<readonly unknown[]> {
  try {
    const answer = await app.call({ operation: BLOB, at: 'manage', path: uri, query: publisher(app) });
    return requiredList(answer.body, BLOB, 'a list of records');
  } catch (error) {
    // Expired between the list and the call: it is lost, and what follows is not.
    if (error instanceof AppFailure && error.kind === 'missing') return [];
    throw error;
  }
}

// The reference says NextPageUri, the guide NextPageUrl.
function nextPageOf({ headers }: AppAnswer): string | null {
  return text(headers['nextpageuri']) ?? text(headers['nextpageurl']);
}

// UTC without a zone, to the second.
function utc(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}

function write({ from, to, link, done }: Position): string {
  return JSON.stringify({ from, ...(to !== undefined && { to }), ...(link !== undefined && { link }), done: [...done] });
}

function read(cursor: string): Position {
  const stored = parsed(cursor);
  const from = whole(stored?.['from']);
  if (from === null) throw malformed(CONTENT, 'the stored position in the feed');
  const to = whole(stored?.['to']);
  const link = text(stored?.['link']);
  const done = (list(stored?.['done']) ?? []).map((pair): [string, number] => [text(at(pair, 0)) ?? '', whole(at(pair, 1)) ?? 0]);
  return { from, done: new Map(done), ...(to !== null && link !== null && { to, link }) };
}

function parsed(cursor: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return record(JSON.parse(cursor));
  } catch {
    return undefined; // The caller says that the position cannot be read.
  }
}
