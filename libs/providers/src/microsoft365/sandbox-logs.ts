import type { Json } from '#libs/kernel';

import type { SandboxAnswer, SandboxRoute, WireRecord } from '../sdk/index.js';
import { at, record, text, timeMs } from '../sdk/index.js';
import type { Call, Lazy } from './sandbox-answers.js';
import { epochOf, ok, page, readFilter, refuse, route, spanOf, unlicensed } from './sandbox-answers.js';
import type { LogRow, Microsoft365State, SandboxLog } from './sandbox-state.js';
import { bulkUserId, guidOf, HOSTS } from './sandbox-state.js';

const ROWS = { usual: 1_000, most: 1_000 };
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Records are gathered for this long before they become a blob, which is there a while later. */
const GATHERED_MS = 15 * MINUTE_MS;
const BLOB_DELAY_MS = 20 * MINUTE_MS;
const BLOBS_PER_PAGE = 25;
const KEPT_MS = 7 * DAY_MS;

/** The logs of Graph and the Management Activity API. */
export const logRoutes: readonly SandboxRoute<Microsoft365State>[] = [
  route('GET /auditLogs/signIns', (call) => unlicensed(call, 'p1') ?? readSignIns(call)),
  route('GET /auditLogs/directoryAudits', (call) =>
    readLog(call, 'activityDateTime', (from, to) => listOf(call.state.audits.between(from, to))),
  ),
  feedRoute('GET /subscriptions/list', ({ state }) =>
    ok([...state.subscriptions].map(([contentType, { status }]) => ({ contentType, status, webhook: null }))),
  ),
  feedRoute('POST /subscriptions/start', startSubscription),
  feedRoute('GET /subscriptions/content', listContent),
  feedRoute('GET /audit/{contentId}', readBlob),
];

function feedRoute(operation: Parameters<typeof route>[0], answer: (call: Call) => SandboxAnswer): SandboxRoute<Microsoft365State> {
  return { ...route(operation, answer), host: HOSTS.manage };
}

// Newest first, whatever was asked: this log takes no order.
function readSignIns(call: Call): SandboxAnswer {
  const { signIns, bulkSignIns } = call.state;
  return readLog(call, 'createdDateTime', (from, to) => {
    const stored = [...signIns.between(from, to)].reverse();
    const { from: start, until, count } = bulkSignIns;
    const indexAt = (time: number): number => Math.min(count, Math.max(0, Math.ceil(((time - start) * count) / (until - start || 1))));
    const [low, high] = count === 0 ? [0, 0] : [indexAt(from), indexAt(to)];
    return {
      length: stored.length + high - low,
      at: (index) => stored[index]?.tell() ?? bulkSignIn(call.state, high - 1 - (index - stored.length)),
    };
  });
}

function bulkSignIn(state: Microsoft365State, index: number): WireRecord {
  const { from, until, count } = state.bulkSignIns;
  const user = index % Math.max(1, state.bulkAccounts);
  const upn = `person${user}@${state.company.domain}`;
  return {
    id: guidOf('bulk', index),
    createdDateTime: new Date(from + Math.floor(((until - from) * index) / count)).toISOString(),
    userDisplayName: `Person ${user}`,
    userPrincipalName: upn,
    userId: bulkUserId(user),
    appId: guidOf('app', 'Office 365'),
    appDisplayName: 'Office 365',
    ipAddress: `198.51.100.${index % 250}`,
    isInteractive: true,
    status: { errorCode: 0, failureReason: 'Other.', additionalDetails: null },
    location: { city: 'Haifa', state: 'Haifa', countryOrRegion: 'IL' },
  };
}

function listOf(rows: readonly LogRow[]): Lazy<WireRecord> {
  return { length: rows.length, at: (index) => rows[index]!.tell() };
}

function readLog(call: Call, timeField: string, rows: (from: number, to: number) => Lazy<WireRecord>): SandboxAnswer {
  const clauses = readFilter(call.query.get('$filter'));
  const span = clauses && spanOf(clauses, timeField, call.now.getTime());
  if (!span) return refuse(call, 400, 'BadRequest', 'Invalid filter clause');
  return page(call, rows(span.from, Math.min(span.to, call.now.getTime() + 1)), (row) => row, ROWS);
}

function feedError(status: number, code: string, message: string): SandboxAnswer {
  return { status, json: { error: { code, message } } };
}

function startSubscription({ state, query, switches }: Call): SandboxAnswer {
  const contentType = query.get('contentType') ?? '';
  if (switches['auditingOff'] === true) return feedError(400, 'AF20012', 'The tenant is not allowed or auditing is not enabled.');
  if (!state.records.has(contentType)) return feedError(400, 'AF20020', `The specified content type is not valid: ${contentType}`);
  if (state.subscriptions.get(contentType)?.status === 'enabled')
    return feedError(400, 'AF20024', 'The subscription is already enabled. No property change.');
  state.subscriptions.set(contentType, { status: 'enabled' });
  return ok({ contentType, status: 'enabled', webhook: null });
}

function listContent(call: Call): SandboxAnswer {
  const { state, query, now } = call;
  const contentType = query.get('contentType') ?? '';
  const status = state.subscriptions.get(contentType)?.status;
  if (status === undefined) return feedError(400, 'AF20022', 'No subscription found for the specified content type.');
  if (status === 'disabled') return feedError(400, 'AF20023', 'The subscription was disabled.');
  const from = timeMs(query.get('startTime'));
  const to = timeMs(query.get('endTime'));
  if (from === null || to === null || to <= from || to - from > DAY_MS || now.getTime() - from > KEPT_MS)
    return feedError(
      400,
      'AF20030',
      'Start time and end time must both be specified (or both omitted), at most 24 hours apart and no more than 7 days in the past.',
    );
  const first = Math.ceil((from - BLOB_DELAY_MS) / GATHERED_MS);
  const last = Math.ceil((Math.min(to, now.getTime() + 1) - BLOB_DELAY_MS) / GATHERED_MS);
  const start = Number(query.get('nextPage') ?? first);
  const epoch = Number(query.get('epoch') ?? epochOf(call.switches['linkEpoch']));
  if (epoch < epochOf(call.switches['linkEpoch'])) return feedError(400, 'AF20031', 'The nextPage value is not valid.');
  const log = state.records.get(contentType)!;
  const blobs = [];
  let bucket = start;
  for (; bucket < last && blobs.length < BLOBS_PER_PAGE; bucket++)
    if (log.between((bucket - 1) * GATHERED_MS, bucket * GATHERED_MS).length > 0) blobs.push(showBlob(call, contentType, bucket));
  const shown = call.switches.emptyPages && query.get('nextPage') === null && bucket < last ? [] : blobs;
  const next = shown.length < blobs.length ? start : bucket;
  return ok(shown, next < last ? { NextPageUri: nextPage(call, next) } : {});
}

function nextPage(call: Call, bucket: number): string {
  const query = new URLSearchParams(call.query);
  query.set('nextPage', String(bucket));
  query.set('epoch', String(epochOf(call.switches['linkEpoch'])));
  return `${HOSTS.manage}/subscriptions/content?${query}`;
}

function showBlob({ now }: Call, contentType: string, bucket: number): WireRecord {
  const createdAt = bucket * GATHERED_MS + BLOB_DELAY_MS;
  const contentId = `${bucket}$${contentType.toLowerCase().replace('.', '_')}$na0001`;
  return {
    contentType,
    contentId,
    contentUri: `${HOSTS.manage}/audit/${contentId}`,
    contentCreated: new Date(createdAt).toISOString(),
    contentExpiration: new Date(Math.max(createdAt + KEPT_MS, now.getTime() + HOUR_MS)).toISOString(),
  };
}

function readBlob({ state, params, switches }: Call): SandboxAnswer {
  const [bucket, kind] = params['contentId']!.split('$');
  const log = [...state.records].find(([contentType]) => contentType.toLowerCase().replace('.', '_') === kind)?.[1];
  if (!log || !Number.isInteger(Number(bucket)))
    return feedError(400, 'AF20050', `The specified content (${params['contentId']}) does not exist.`);
  if (switches['blobsExpired'] === true) return feedError(400, 'AF20051', 'Content requested has already expired.');
  const rows = log.between((Number(bucket) - 1) * GATHERED_MS, Number(bucket) * GATHERED_MS).map((row) => row.tell());
  // By design the same record may come in several blobs.
  const before = switches.duplicateRows
    ? log.between((Number(bucket) - 2) * GATHERED_MS, (Number(bucket) - 1) * GATHERED_MS).slice(-1)
    : [];
  return ok([...before.map((row) => row.tell()), ...rows]);
}

/** Adds recorded events to the log that their shape tells; what has no known shape is left out. */
export function loadEvents(state: Microsoft365State, events: readonly Json[]): void {
  for (const event of events) {
    const wire = record(event);
    if (!wire) continue;
    const [log, time] = logOf(state, wire);
    if (!log) continue;
    const stated = timeMs(time) ?? state.seededAt.getTime();
    const limit = log === state.signIns || log === state.audits ? 30 * DAY_MS : KEPT_MS - DAY_MS;
    // What is older than the log keeps things is told as if it had just come in, so that it can be read at all.
    const isReadable = stated <= state.seededAt.getTime() && stated > state.seededAt.getTime() - limit;
    log.add({ at: isReadable ? stated : state.seededAt.getTime() - HOUR_MS, tell: () => wire });
  }
}

function logOf(state: Microsoft365State, wire: WireRecord): readonly [SandboxLog | undefined, unknown] {
  if (text(wire['Operation']) !== null) return [state.records.get(contentTypeOf(text(wire['Workload']) ?? '')), wire['CreationTime']];
  if (text(wire['activityDisplayName']) !== null) return [state.audits, wire['activityDateTime']];
  return at(wire, 'status', 'errorCode') === undefined ? [undefined, undefined] : [state.signIns, wire['createdDateTime']];
}

function contentTypeOf(workload: string): string {
  if (workload === 'Exchange') return 'Audit.Exchange';
  if (workload === 'AzureActiveDirectory') return 'Audit.AzureActiveDirectory';
  return /SharePoint|OneDrive/.test(workload) ? 'Audit.SharePoint' : 'Audit.General';
}
