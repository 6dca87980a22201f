import { AppFailure, at, list, malformed, text, type AppAnswer, type AppClient, type Feed, type FeedPage } from '../sdk/index.js';

import { toActivity } from './activities.js';
import { factsOf } from './facts.js';
import { isMonitor } from './http.js';
import { OPERATIONS, pathOf } from './operations.js';

const LIMIT = 2_000;
const MINUTE_MS = 60_000;
/** Empty pages in a row, each with another cursor, after which we rest until the next turn. */
const MOST_EMPTY = 200;

/**
 * The organization's log of events. A cursor is a time to start at, or the opaque one of the last page with the address it came from: the log of
 * 2026 has a new address and calls its rows otherwise, and not every organization has it yet.
 */
export const monitor: Feed = {
  logName: 'Monitor',
  everySeconds: 300,
  latenessMs: 60 * MINUTE_MS,
  overlapMs: 10 * MINUTE_MS,
  start: (_app, since) => since.toISOString(),
  pages,
  isCursorDead: (failure) => failure.kind === 'rejected' && failure.operation.endsWith('/stream'),
};

type Generation = 'stream' | 'lens';

async function* pages(app: AppClient, cursor: string): AsyncGenerator<FeedPage> {
  let here = cursor;
  let empty = 0;
  for (;;) {
    const { generation, cursor: sent } = parse(here);
    const page = await read(app, sent, LIMIT, generation);
    const reached = text(at(page.answer.body, 'endCursor'));
    // The end is told by a cursor that stands still, never by an empty page.
    const moved = reached !== null && reached !== sent;
    empty = page.rows.length === 0 ? empty + 1 : 0;
    const next = moved ? `${page.generation} ${reached}` : here;
    const isCaughtUp = !moved || empty >= MOST_EMPTY;
    const receivedAt = app.now().getTime();
    yield { events: page.rows.map((row) => toActivity(row, receivedAt)), next, isCaughtUp };
    if (isCaughtUp) return;
    here = next;
  }
}

/** Asks for one event: answers when the organization has Monitor. */
export async function probeMonitor(app: AppClient): Promise<AppAnswer> {
  return (await read(app, undefined, 1, undefined)).answer;
}

interface Read {
  readonly answer: AppAnswer;
  readonly rows: readonly unknown[];
  readonly generation: Generation;
}

// The new address first; the old one only where the new one is not there. A cursor of the old log stays with it while it lives.
async function read(app: AppClient, cursor: string | undefined, limit: number, generation: Generation | undefined): Promise<Read> {
  const [first, second] = generation === 'lens' ? [fromLens, fromStream] : [fromStream, fromLens];
  const found = (await first(app, cursor, limit, [404])) ?? (await second(app, cursor, limit, []));
  if (found) return found;
  throw new AppFailure({ kind: 'unlicensed', message: 'Docusign Monitor is at neither of its addresses.' }, OPERATIONS.lensStream, 404);
}

async function fromStream(app: AppClient, cursor: string | undefined, limit: number, accept: readonly number[]): Promise<Read | undefined> {
  const operation = OPERATIONS.stream;
  const { organizationId } = factsOf(app);
  const query = { limit, ...(cursor !== undefined && { cursor }) };
  const answer = await app.call({ operation, at: 'monitor', path: pathOf(operation, { organizationId }), query, accept });
  return answer.status === 404 ? undefined : { answer, rows: rows(answer), generation: 'stream' };
}

async function fromLens(app: AppClient, cursor: string | undefined, limit: number, accept: readonly number[]): Promise<Read | undefined> {
  const operation = OPERATIONS.lensStream;
  const query = { limit, ...(cursor !== undefined && { cursor }) };
  const answer = await app.call({ operation, at: 'lens', path: pathOf(operation), query, accept });
  return answer.status === 404 ? undefined : { answer, rows: rows(answer), generation: 'lens' };
}

// The array is called data in the old log and resultData in the new one; which comes where is not relied on.
function rows(answer: AppAnswer): readonly unknown[] {
  const found = list(at(answer.body, 'data')) ?? list(at(answer.body, 'resultData'));
  if (found) return found;
  if (text(at(answer.body, 'endCursor')) !== null) return [];
  throw malformed(answer.request.operation, 'the list of events', answer.status);
}

function parse(cursor: string): { readonly generation: Generation | undefined; readonly cursor: string } {
  const [generation, ...rest] = cursor.split(' ');
  if ((generation === 'stream' || generation === 'lens') && rest.length > 0) return { generation, cursor: rest.join(' ') };
  return { generation: undefined, cursor };
}

/** True when Monitor itself is what is missing. */
export function lacksMonitor(failure: unknown): failure is AppFailure {
  return (
    failure instanceof AppFailure && failure.kind === 'unlicensed' && isMonitor({ request: { operation: failure.operation, path: '' } })
  );
}
