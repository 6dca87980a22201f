import type { ActivityRecord } from '#libs/contracts';

import {
  list,
  requiredText,
  requiredTimeMs,
  text,
  timeMs,
  whole,
  type AppClient,
  type Feed,
  type FeedPage,
  type WireRecord,
} from '../sdk/index.js';

import { toFileEvent } from './activity-file.js';
import { csvRows } from './csv.js';
import { UNREAD_FILES } from './events.js';
import { isUnreadable, readCursor } from './feed-cursor.js';
import { OPERATIONS, pathOf } from './operations.js';
import { moment, queryAll, queryPages } from './soql.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const KEPT_MS = 30 * DAY_MS;
const PAGE_ROWS = 2_000;
/** The engine takes answers of up to 64 MiB. */
const LARGEST_BYTES = 60_000_000;

/** Event log files: CSV files of an hour or a day, each of one type of event. What is read twice has the same ids. */
export const eventLogFiles: Feed = {
  logName: 'Event Log File',
  everySeconds: 900,
  // Hourly files come three to six hours late, daily ones on the next day.
  latenessMs: 36 * HOUR_MS,
  overlapMs: 36 * HOUR_MS,
  start: (app, since) => JSON.stringify({ from: moment(Math.max(since.getTime(), app.now().getTime() - KEPT_MS)), read: [] }),
  pages: filePages,
  isCursorDead: isUnreadable,
};

interface LogFile {
  readonly id: string;
  readonly createdAt: number;
  readonly length: number;
}

async function* filePages(app: AppClient, cursor: string): AsyncGenerator<FeedPage> {
  const start = readCursor(cursor, 'query (EventLogFile)');
  let from = timeMs(start.from)!;
  let read = (list(start['read']) ?? []).flatMap((id) => text(id) ?? []);
  // Files of the same moment are told apart by their ids.
  const isUnread = (file: LogFile): boolean => file.createdAt > from || !read.includes(file.id);
  for await (const { rows, isLast } of queryPages(app, await filesSince(app, from))) {
    for (const file of rows.map(readFile).filter(isUnread)) {
      const before = JSON.stringify({ from: moment(from), read });
      // A new page begins before the file is marked as read, so that a crash in the middle reads it again.
      for await (const events of fileEvents(app, file)) yield { events, next: before, isCaughtUp: false };
      read = file.createdAt > from ? [file.id] : [...read, file.id];
      from = file.createdAt;
      yield { events: [], next: JSON.stringify({ from: moment(from), read }), isCaughtUp: false };
    }
    if (isLast) yield { events: [], next: JSON.stringify({ from: moment(from), read }), isCaughtUp: true };
  }
}

function readFile(row: WireRecord): LogFile {
  const query = 'query (EventLogFile)';
  return {
    id: requiredText(row['Id'], query, 'the Id'),
    createdAt: requiredTimeMs(row['CreatedDate'], query, 'the CreatedDate'),
    length: whole(row['LogFileLength']) ?? 0,
  };
}

// Daily files tell once more what the hourly ones told, so they are read only in an org that has no hourly ones.
async function filesSince(app: AppClient, from: number): Promise<string> {
  const hourly = await queryAll(app, "SELECT Id FROM EventLogFile WHERE Interval = 'Hourly' LIMIT 1");
  const interval = hourly.length > 0 ? 'Hourly' : 'Daily';
  const unread = UNREAD_FILES.map((type) => `'${type}'`).join(', ');
  return `SELECT Id, EventType, LogDate, Interval, Sequence, CreatedDate, LogFileLength, LogFileFieldNames FROM EventLogFile WHERE CreatedDate >= ${moment(from)} AND Interval = '${interval}' AND EventType NOT IN (${unread}) ORDER BY CreatedDate`;
}

async function* fileEvents(app: AppClient, file: LogFile): AsyncGenerator<ActivityRecord[]> {
  if (file.length > LARGEST_BYTES) return;
  const operation = OPERATIONS.logFile;
  const answer = await app.call({
    operation,
    path: pathOf(operation, { id: file.id }),
    as: 'text',
    headers: { accept: 'text/csv' },
    accept: [404],
  });
  // A file that was kept long enough is deleted while we read.
  if (answer.status === 404 || typeof answer.body !== 'string') return;
  const receivedAt = app.now().getTime();
  let events: ActivityRecord[] = [];
  for (const row of csvRows(answer.body, operation)) {
    events.push(toFileEvent(row, receivedAt));
    if (events.length < PAGE_ROWS) continue;
    yield events;
    events = [];
  }
  if (events.length > 0) yield events;
}
