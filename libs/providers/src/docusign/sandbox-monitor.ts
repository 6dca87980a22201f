import type { SandboxAnswer, SandboxRoute } from '../sdk/index.js';

import { OPERATIONS } from './operations.js';
import { answer, numberIn, refuseEsign, settle, type Context } from './sandbox-answers.js';
import type { LogRow, Place } from './sandbox-log.js';
import type { DocusignSandbox } from './sandbox-state.js';

const DAY_MS = 86_400_000;
/** Ticks of .NET at the start of 1970. */
const EPOCH_TICKS = 621_355_968_000_000_000n;
const CURSOR = /^aa_(\d{18})_\d{18}_(\d+)(_e)?$/;

/** The log at its two addresses, which name the list of rows differently. */
export const monitorRoutes: readonly SandboxRoute<DocusignSandbox>[] = [
  {
    method: 'GET',
    operation: OPERATIONS.stream,
    host: 'https://api.docusign.com',
    scopes: ['signature'],
    answer: (context) => stream(context, 'resultData', 'new'),
  },
  {
    method: 'GET',
    operation: OPERATIONS.lensStream,
    host: 'https://lens.docusign.net',
    scopes: ['signature'],
    answer: (context) => stream(context, 'data', 'old'),
  },
];

function stream(context: Context, listName: string, generation: 'new' | 'old'): SandboxAnswer {
  settle(context);
  const { switches, query, state, now } = context;
  const only = switches['monitorPath'];
  if (only === (generation === 'new' ? 'old' : 'new')) return refuseEsign(context, 404, 'NOT_FOUND', 'The resource was not found.');
  if (switches.unlicensed.includes('monitor')) {
    return generation === 'new'
      ? refuseEsign(context, 404, 'NOT_FOUND', 'The resource was not found.')
      : refuseEsign(context, 403, 'MONITOR_NOT_ENABLED', 'The organization has no Monitor subscription.');
  }
  const { organizationId } = context.params;
  if (organizationId !== undefined && organizationId.toLowerCase() !== state.organization.id)
    return refuseEsign(context, 403, 'ORGANIZATION_NOT_FOUND', 'No such organization.');
  const sent = query.get('cursor');
  const place = placeOf(sent, now);
  if (!place || (switches['deadCursors'] === true && sent?.startsWith('aa_')))
    return refuseEsign(context, 400, 'INVALID_REQUEST_PARAMETER', 'The cursor is not valid.');
  const limit = Math.min(numberIn(context, 'limit', 1_000) || 1_000, 2_000);
  // Every second page is empty though more follows: the cursor moves, and only its tail tells the two apart.
  if (switches.emptyPages && !place.isAfterEmpty && state.log.page(place, 1, now.getTime()).rows.length > 0) {
    return answer(context, 200, { endCursor: `${cursorOf(place)}_e`, [listName]: [] });
  }
  const page = state.log.page(place, limit, now.getTime());
  const repeated = switches.duplicateRows && page.rows.length > 0 ? state.log.remember(page.rows) : [];
  const endCursor = page.rows.length === 0 && sent?.startsWith('aa_') ? sent : cursorOf(page.next);
  return answer(context, 200, { endCursor, [listName]: [...repeated, ...page.rows].map(({ row }: LogRow) => row) });
}

function placeOf(cursor: string | null, now: Date): (Place & { readonly isAfterEmpty: boolean }) | undefined {
  if (cursor === null || cursor === '') return { at: now.getTime() - 7 * DAY_MS, skip: 0, isAfterEmpty: false };
  const opaque = CURSOR.exec(cursor);
  if (opaque)
    return { at: Number((BigInt(opaque[1]!) - EPOCH_TICKS) / 10_000n), skip: Number(opaque[2]), isAfterEmpty: opaque[3] !== undefined };
  const at = /^\d{4}-\d\d-\d\d/.test(cursor) ? Date.parse(cursor) : Number.NaN;
  return Number.isFinite(at) ? { at, skip: 0, isAfterEmpty: false } : undefined;
}

function cursorOf({ at, skip }: Place): string {
  const ticks = String(EPOCH_TICKS + BigInt(at) * 10_000n);
  return `aa_${ticks}_${ticks}_${skip}`;
}
