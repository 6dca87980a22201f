import { FILE_TYPES, toldFileRows, type FileType } from './sandbox-events.js';
import { sfTime } from './sandbox-ids.js';
import type { Row } from './sandbox-soql.js';
import type { FileRowOfDay, Reading, SalesforceSandbox } from './sandbox-state.js';
import { longId } from './soql.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Files come hours after what they tell. */
const DELAY_MS = 4 * HOUR_MS;
const KEPT_MS = 30 * DAY_MS;

/** Event log files: of each hour, one of each type that the hour had. Without Event Monitoring, log-outs of the last day alone. */
export function* fileTable(state: SalesforceSandbox, { now, from, unlicensed }: Reading): Generator<Row> {
  if (unlicensed.includes('event-monitoring')) return yield* dailyFiles(state, now);
  const first = Math.max(from.get('CreatedDate') ?? 0, now - Math.min(KEPT_MS, state.days * DAY_MS)) - DELAY_MS - HOUR_MS;
  const start = Math.ceil(first / HOUR_MS) * HOUR_MS;
  let types = new Set<FileType>();
  let hour = start;
  for (const { at, type } of rowsBetween(state, start, now - DELAY_MS)) {
    const its = Math.floor(at / HOUR_MS) * HOUR_MS;
    if (its !== hour) {
      yield* filesOf(state, hour, types, now);
      types = new Set();
      hour = its;
    }
    types.add(type);
  }
  yield* filesOf(state, hour, types, now);
}

function* filesOf(state: SalesforceSandbox, hour: number, types: ReadonlySet<FileType>, now: number): Generator<Row> {
  const createdAt = hour + HOUR_MS + DELAY_MS;
  if (createdAt > now) return;
  for (const type of FILE_TYPES) if (types.has(type)) yield fileRow(state, 'H', type, hour, createdAt);
}

function* dailyFiles(state: SalesforceSandbox, now: number): Generator<Row> {
  const day = Math.floor(now / DAY_MS) * DAY_MS - DAY_MS;
  yield fileRow(state, 'D', 'Logout', day, day + DAY_MS);
}

function fileRow(state: SalesforceSandbox, kind: 'H' | 'D', type: FileType, from: number, createdAt: number): Row {
  const id = longId(
    `0AT${kind}${String(FILE_TYPES.indexOf(type)).padStart(2, '0')}${(from / HOUR_MS).toString(36).toUpperCase().padStart(9, '0')}`,
  );
  return {
    Id: id,
    EventType: type,
    LogDate: sfTime(from),
    Interval: kind === 'H' ? 'Hourly' : 'Daily',
    Sequence: kind === 'H' ? 1 : 0,
    CreatedDate: sfTime(createdAt),
    LogFileLength: Buffer.byteLength(fileContent(state, id) ?? ''),
    LogFileFieldNames: 'EVENT_TYPE,TIMESTAMP,REQUEST_ID',
  };
}

/** The CSV text of a file; undefined for one that is not there. */
export function fileContent(state: SalesforceSandbox, id: string): string | undefined {
  const [, kind, type, hour] = /^0AT([HD])(\d{2})([0-9A-Z]{9})[A-Z0-5]{3}$/.exec(id) ?? [];
  if (kind === undefined || type === undefined || hour === undefined) return undefined;
  const from = parseInt(hour, 36) * HOUR_MS;
  const wanted = FILE_TYPES[Number(type)];
  const rows = [...rowsBetween(state, from, from + (kind === 'H' ? HOUR_MS : DAY_MS))].filter((one) => one.type === wanted);
  const names = [...new Set(rows.flatMap(({ row }) => Object.keys(row)))];
  const quoted = (value: unknown): string => `"${String(value ?? '').replaceAll('"', '""')}"`;
  const lines = [names, ...rows.map(({ row }) => names.map((name) => row[name]))];
  return rows.length === 0 ? '"EVENT_TYPE"\n' : `${lines.map((cells) => cells.map(quoted).join(',')).join('\n')}\n`;
}

function* rowsBetween(state: SalesforceSandbox, from: number, to: number): Generator<FileRowOfDay> {
  for (let day = Math.floor(from / DAY_MS) * DAY_MS; day < to; day += DAY_MS) {
    for (const row of rowsOfDay(state, day)) if (row.at >= from && row.at < to) yield row;
  }
}

const MOST_DAYS = 60;

// A day is told once and kept: each of its files would otherwise tell the day anew.
function rowsOfDay(state: SalesforceSandbox, day: number): readonly FileRowOfDay[] {
  let told = state.fileDays.get(day);
  if (!told) {
    told = [...toldFileRows(state.company, day, day + DAY_MS)];
    const oldest = state.fileDays.keys().next().value;
    if (state.fileDays.size >= MOST_DAYS && oldest !== undefined) state.fileDays.delete(oldest);
    state.fileDays.set(day, told);
  }
  const loaded = state.fileRows.filter(({ at }) => at >= day && at < day + DAY_MS).map((one) => ({ ...one, type: 'Loaded' as const }));
  return loaded.length === 0 ? told : [...told, ...loaded].sort((a, b) => a.at - b.at);
}
