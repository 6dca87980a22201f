import type { Json } from '#libs/kernel';

import {
  AppFailure,
  at,
  epochSeconds,
  list,
  malformed,
  record,
  requiredList,
  text,
  whole,
  type AppAnswer,
  type AppClient,
  type Feed,
  type FeedPage,
} from '../sdk/index.js';

import { toActivity } from './activity.js';
import { hostOf } from './http.js';
import { regionsOf } from './regions.js';

export const LOOKUP = 'cloudtrail:LookupEvents';
const TARGET = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
/** Events show up to this long after they happened; so far back each turn looks again. */
const OVERLAP_MS = 15 * MINUTE_MS;
/** The last minute is not asked for: hardly anything of it is there yet. */
const TOO_FRESH_MS = MINUTE_MS;
/** Older events are gone. An hour less, so that the edge does not pass us while we read. */
const KEPT_MS = 90 * DAY_MS - 60 * MINUTE_MS;
/** Pages come newest first, so a place is reached only when all of a span is read: a crash costs no more than one span. */
const SPAN_MS = DAY_MS;
/** Where hardly anything happens, spans grow up to this: a quiet region costs a few calls for 90 days. */
const LONGEST_SPAN_MS = 16 * DAY_MS;
const PAGE = 50;

/** One attribute to look up by: the API takes no more than one. */
interface Lookup {
  readonly key: 'ReadOnly' | 'EventName';
  readonly value: string;
}

/** Everything that changed something, console sign-ins among it. */
export const changes = feedOf('CloudTrail changes', [{ key: 'ReadOnly', value: 'false' }]);

/** Sign-ins, also those that AWS counts among the reads. Plain AssumeRole is left out: services do it without end. */
export const signIns = feedOf(
  'CloudTrail sign-ins',
  ['ConsoleLogin', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity', 'GetFederationToken', 'GetSessionToken'].map((value) => ({
    key: 'EventName' as const,
    value,
  })),
);

function feedOf(logName: string, lookups: readonly Lookup[]): Feed {
  return {
    logName,
    everySeconds: 300,
    latenessMs: 30 * MINUTE_MS,
    overlapMs: OVERLAP_MS,
    start: (_app, since) => writeCursor({ since: since.getTime(), places: {} }),
    pages: (app, cursor) => pages(app, cursor, lookups),
    isCursorDead: (failure) => failure.operation === 'cursor',
  };
}

// ---------------------------------------------------------------- where we are

/** How far one lookup in one region has come. */
interface Place {
  /** All before this is read. */
  readonly from: number;
  /** The span that is being read, and its next page. */
  readonly until?: number;
  readonly token?: string;
}

interface Cursor {
  /** For regions that are new. */
  readonly since: number;
  readonly places: Readonly<Record<string, Place>>;
}

function writeCursor({ since, places }: Cursor): string {
  return JSON.stringify({ since, places });
}

function readCursor(cursor: string): Cursor {
  try {
    const parsed = JSON.parse(cursor) as Json;
    const since = whole(at(parsed, 'since'));
    const places = at(parsed, 'places');
    if (since !== null && isPlaces(places)) return { since, places };
  } catch {
    // Told below.
  }
  throw new AppFailure({ kind: 'rejected', message: 'This is no cursor of CloudTrail.' }, 'cursor', undefined);
}

function isPlaces(places: unknown): places is Cursor['places'] {
  const known = record(places);
  return known !== undefined && Object.values(known).every((place) => whole(at(place, 'from')) !== null);
}

// ---------------------------------------------------------------- reading on

async function* pages(app: AppClient, cursor: string, lookups: readonly Lookup[]): AsyncGenerator<FeedPage> {
  let here = readCursor(cursor);
  const now = app.now().getTime();
  const walks = regionsOf(app.settings, app.facts).flatMap((region) => lookups.map((lookup) => ({ region, lookup })));
  for (const { region, lookup } of walks) {
    const key = `${region} ${lookup.value}`;
    for await (const step of walk(app, region, lookup, here.places[key] ?? { from: here.since }, now)) {
      here = { ...here, places: { ...here.places, [key]: step.place } };
      yield { events: step.events, next: writeCursor(here), isCaughtUp: false };
    }
  }
  yield { events: [], next: writeCursor(here), isCaughtUp: true };
}

interface Step {
  readonly events: FeedPage['events'];
  readonly place: Place;
}

// Span by span from the oldest, each drained page by page before the next.
async function* walk(app: AppClient, region: string, lookup: Lookup, start: Place, now: number): AsyncGenerator<Step> {
  const end = now - TOO_FRESH_MS;
  let place: Place = start.from < now - KEPT_MS ? { from: now - KEPT_MS } : start;
  let restarts = 0;
  let span = SPAN_MS;
  while (place.from <= end) {
    const until = place.until ?? Math.min(place.from + span, end);
    const page = await readPage(app, region, lookup, { ...place, until });
    if (page === 'region closed') return;
    if (page === 'token dead') {
      // The pages of a span can be asked for only for a while; the span is read again, and what comes twice is known by its id.
      if (place.token === undefined || ++restarts > 3) throw malformed(LOOKUP, 'a page token that is accepted');
      place = { from: place.from };
      continue;
    }
    const isDrained = page.token === null;
    span = isDrained && place.token === undefined ? Math.min(2 * span, LONGEST_SPAN_MS) : SPAN_MS;
    const next: Place = isDrained ? { from: readUpTo(until, now) } : { from: place.from, until, token: page.token };
    const isLast = isDrained && until >= end;
    yield { events: page.events, place: next };
    if (isLast) return;
    place = next;
  }
}

// What is old enough is complete; of the last minutes more will show. The seconds at both ends of a span belong to it.
function readUpTo(until: number, now: number): number {
  const settled = now - TOO_FRESH_MS - OVERLAP_MS;
  return until < settled ? Math.floor(until / 1_000) * 1_000 + 1_000 : Math.max(0, settled);
}

async function readPage(
  app: AppClient,
  region: string,
  lookup: Lookup,
  { from, until, token }: Place & { readonly until: number },
): Promise<{ readonly events: FeedPage['events']; readonly token: string | null } | 'token dead' | 'region closed'> {
  try {
    const answer = await look(app, region, {
      // The same parameters have to come with every page of a span.
      StartTime: Math.floor(from / 1_000),
      EndTime: Math.floor(until / 1_000),
      MaxResults: PAGE,
      LookupAttributes: [{ AttributeKey: lookup.key, AttributeValue: lookup.value }],
      ...(token !== undefined && { NextToken: token }),
    });
    const rows = requiredList(at(answer.body, 'Events'), LOOKUP, 'the list "Events"');
    const receivedAt = app.now().getTime();
    // Newest first on the page; told in their order.
    return { events: rows.map((row) => toActivity(readEvent(row), receivedAt)).reverse(), token: text(at(answer.body, 'NextToken')) };
  } catch (failure) {
    if (!(failure instanceof AppFailure)) throw failure;
    if (/^InvalidNextToken/.test(failure.classified.appCode ?? '')) return 'token dead';
    // A region that was switched off is left where it stands: the others go on.
    if (failure.kind === 'unlicensed') return 'region closed';
    throw failure;
  }
}

function look(app: AppClient, region: string, json: Json): Promise<AppAnswer> {
  return app.call({
    operation: `${LOOKUP} ${region}`,
    method: 'POST',
    at: hostOf('cloudtrail', region),
    path: '/',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': TARGET },
    json,
  });
}

/** The record inside a row, which is JSON in a text; of a row whose text cannot be read, what stands beside it. */
export function readEvent(row: unknown): unknown {
  const whole_ = text(at(row, 'CloudTrailEvent'));
  const parsed = whole_ === null ? undefined : parse(whole_);
  if (parsed !== undefined) return parsed;
  const seconds = epochSeconds(at(row, 'EventTime'));
  return {
    eventID: text(at(row, 'EventId')),
    eventName: text(at(row, 'EventName')),
    eventSource: text(at(row, 'EventSource')),
    ...(seconds !== null && { eventTime: new Date(seconds).toISOString() }),
    userIdentity: { userName: text(at(row, 'Username')), accessKeyId: text(at(row, 'AccessKeyId')) },
    resources: (list(at(row, 'Resources')) ?? []).map((resource) => ({
      type: text(at(resource, 'ResourceType')),
      ARN: text(at(resource, 'ResourceName')),
    })),
  };
}

function parse(json: string): unknown {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Asks for one event: answers when we may look events up. */
export async function probeCloudTrail(app: AppClient): Promise<void> {
  const [region = 'us-east-1'] = regionsOf(app.settings, app.facts);
  await look(app, region, { MaxResults: 1 });
}
