import type { SandboxAnswer, SandboxRoute, WireRecord } from '../sdk/index.js';
import { at, list, text, timeMs } from '../sdk/index.js';
import { OPERATIONS } from './operations.js';
import { ok, pageToken, refuse, settle, tokenText, type Context } from './sandbox-answers.js';
import type { WorkspaceState } from './sandbox-state.js';
import { SCOPE } from './scopes.js';

const DAY_MS = 86_400_000;
const KEPT_MS = 180 * DAY_MS;
const MOST = 1_000;
const APPLICATIONS: ReadonlySet<string> = new Set([
  'login',
  'admin',
  'drive',
  'token',
  'saml',
  'user_accounts',
  'groups_enterprise',
  'groups',
  'calendar',
  'mobile',
  'context_aware_access',
  'rules',
]);

/** The audit logs. */
export const reportRoutes: readonly SandboxRoute<WorkspaceState>[] = [
  { method: 'GET', operation: OPERATIONS.activities, scopes: [SCOPE.audit], answer: activities },
];

function activities(context: Context): SandboxAnswer {
  settle(context);
  const { params, query, state, switches, now } = context;
  const application = params['applicationName'] ?? '';
  if (!APPLICATIONS.has(application)) return refuse(400, 'invalid', 'Invalid Input: applicationName');
  if (switches.unlicensed.includes(application)) return refuse(403, 'forbidden', `The ${application} report is not part of your edition.`);
  const token = pageToken(context);
  const limit = Number(query.get('maxResults') ?? MOST);
  const range = rangeOf(query, now.getTime());
  if (!token || !range || !(limit >= 1 && limit <= MOST))
    return refuse(400, 'invalid', `Invalid Input: ${token ? 'startTime' : 'pageToken'}`);
  const isEmpty = switches.emptyPages && token.page % 2 === 1;
  const eventName = query.get('eventName') ?? undefined;
  const isRepeating = switches.duplicateRows && token.page > 0 && limit > 3;
  const place = isRepeating ? { kept: Math.max(0, token.kept - 2), bulk: token.bulk } : token;
  const page = state.log.page(
    { application, ...range, asOf: token.asOf, eventName, accepts: acceptsOf(query.get('filters')) },
    place,
    limit,
  );
  const rows = isEmpty ? [] : page.rows;
  const next = isEmpty ? token : { ...token, ...page.next };
  const hasMore = isEmpty || page.hasMore;
  return ok(context, {
    kind: 'admin#reports#activities',
    etag: '"activities"',
    ...(rows.length > 0 && { items: rows }),
    ...(hasMore && { nextPageToken: tokenText({ ...next, page: token.page + 1 }) }),
  });
}

function rangeOf(query: URLSearchParams, now: number): { readonly from: number; readonly to: number } | undefined {
  const [start, end] = [query.get('startTime'), query.get('endTime')];
  const from = start === null ? now - KEPT_MS : timeMs(start);
  const to = end === null ? now : timeMs(end);
  return from === null || to === null || from >= to || to > now ? undefined : { from, to };
}

// Only what we use of it: PARAMETER==value.
function acceptsOf(filters: string | null): ((activity: WireRecord) => boolean) | undefined {
  const [name, value] = (filters ?? '').split('==', 2);
  if (!name || value === undefined) return undefined;
  return (activity) =>
    (list(activity['events']) ?? []).some((event) =>
      (list(at(event, 'parameters')) ?? []).some((one) => text(at(one, 'name')) === name && text(at(one, 'value')) === value),
    );
}
