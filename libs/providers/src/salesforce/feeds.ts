import type { ActivityRecord } from '#libs/contracts';

import { AppFailure, text, timeMs, type AppClient, type Feed, type FeedPage, type Provider, type WireRecord } from '../sdk/index.js';

import { toSetupChange, toSignIn } from './activity.js';
import { eventLogFiles } from './file-feed.js';
import { userLookup, type People } from './people.js';
import { cursorAt, isUnreadable, readCursor } from './feed-cursor.js';
import { longId, moment, queryPages, type Rows } from './soql.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Rows can appear a little late; they are asked for again, and have the same ids. */
const OVERLAP_MS = 10 * MINUTE_MS;

/** A log that is a table with a time: what to ask for and how to read a row. */
interface TimedLog {
  readonly object: string;
  readonly fields: string;
  readonly time: string;
  readonly keptMs: number;
  readonly toActivity: (row: WireRecord, receivedAt: number, people: People) => ActivityRecord;
  /** Where the row names a user by id alone. */
  readonly userId?: string;
}

const LOGIN_FIELDS =
  'Id, UserId, LoginTime, LoginType, SourceIp, LoginUrl, TlsProtocol, CipherSuite, Browser, Platform, Status, Application, ClientVersion, ApiType, ApiVersion, CountryIso, LoginGeoId, LoginGeo.City, LoginGeo.Country, LoginGeo.Latitude, LoginGeo.Longitude, LoginSubType';
const AUDIT_FIELDS =
  'Id, Action, Section, Display, CreatedDate, CreatedById, CreatedBy.Username, DelegateUser, CreatedByContext, ResponsibleNamespacePrefix';

const signIns = timedFeed('Login History', {
  object: 'LoginHistory',
  fields: LOGIN_FIELDS,
  time: 'LoginTime',
  keptMs: 183 * DAY_MS,
  toActivity: toSignIn,
  userId: 'UserId',
});

const setupAudit = timedFeed('Setup Audit Trail', {
  object: 'SetupAuditTrail',
  fields: AUDIT_FIELDS,
  time: 'CreatedDate',
  keptMs: 180 * DAY_MS,
  toActivity: toSetupChange,
});

/** Three logs, each with its own cursor. */
export const feeds: Provider['feeds'] = { 'sign-ins': signIns, 'setup-audit': setupAudit, 'event-log-files': eventLogFiles };

function timedFeed(logName: string, log: TimedLog): Feed {
  return {
    logName,
    everySeconds: 300,
    latenessMs: OVERLAP_MS,
    overlapMs: OVERLAP_MS,
    start: (app, since) => cursorAt(Math.max(since.getTime(), app.now().getTime() - log.keptMs)),
    pages: (app, cursor) => timedPages(app, log, cursor),
    isCursorDead: isUnreadable,
  };
}

async function* timedPages(app: AppClient, log: TimedLog, cursor: string): AsyncGenerator<FeedPage> {
  const lookUp = userLookup(app);
  let newest = timeMs(readCursor(cursor, log.object).from)!;
  for (;;) {
    const startedFrom = newest;
    try {
      for await (const page of rowsFrom(app, log, newest)) {
        const people = log.userId === undefined ? new Map() : await lookUp(page.rows.map((row) => longId(text(row[log.userId!]) ?? '')));
        const now = app.now().getTime();
        const events = page.rows.map((row) => log.toActivity(row, now, people));
        newest = events.reduce((latest, { occurredAt }) => Math.max(latest, occurredAt), newest);
        yield { events, next: cursorAt(newest), isCaughtUp: page.isLast };
      }
      return;
    } catch (failure) {
      // The query was forgotten halfway: it is asked anew from where we are, as long as that is further than before.
      if (!(failure instanceof AppFailure) || failure.classified.appCode !== 'INVALID_QUERY_LOCATOR' || newest === startedFrom)
        throw failure;
    }
  }
}

function rowsFrom(app: AppClient, { object, fields, time }: TimedLog, newest: number): AsyncGenerator<Rows> {
  const from = moment(newest - OVERLAP_MS);
  return queryPages(app, `SELECT ${fields} FROM ${object} WHERE ${time} >= ${from} ORDER BY ${time}`);
}
