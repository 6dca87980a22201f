import type { Json } from '#libs/kernel';
import { record, text, timeMs, type SandboxAnswer, type SandboxDefinition, type WireRecord } from '../sdk/index.js';

import { compactTime } from './activity-file.js';
import { refuse, type Context } from './sandbox-answers.js';
import { sandboxKey } from '../sdk/sandbox/sandbox-key.js';
import { LOGIN, MAIN, oauthRoutes } from './sandbox-oauth.js';
import { queryRoutes } from './sandbox-query.js';
import { CLIENT_ID, MY_DOMAIN, OWN_USERNAME, seed } from './sandbox-seed.js';
import type { SalesforceSandbox } from './sandbox-state.js';
import { writeRoutes } from './sandbox-write.js';

/** A stand-in for an org of Salesforce: SOQL over its tables, its logs and files, and the login server. */
export const sandbox: SandboxDefinition = {
  hosts: [MAIN, LOGIN],
  seed,
  load,
  routes: [...oauthRoutes, ...queryRoutes, ...writeRoutes],
  throttled,
  authorize,
  credentials: () => ({
    settings: { myDomain: MY_DOMAIN, authKind: 'jwt', clientId: CLIENT_ID, username: OWN_USERNAME, loginHost: 'login.salesforce.com' },
    secrets: { privateKey: sandboxKey('salesforce', 'pkcs8').pem },
  }),
  switches: {
    pageSize: 'Rows on a page of a query, less than Salesforce would give; false leaves it to the batch size.',
    forgetQueries: 'Refuse this many links to more rows, as if their queries were forgotten.',
    throttleKind: '"concurrent" or "daily": which limit throttling speaks of; concurrent by default.',
    countLimits: 'Count calls against the daily limit in the header.',
    leadOwner: 'The id of a user who cannot be deactivated.',
    withoutVersion: 'Do not offer the version of the API that we use.',
  },
  notFound: () => ({ status: 404, json: [{ message: 'The requested resource does not exist', errorCode: 'NOT_FOUND' }] }),
} as SandboxDefinition<SalesforceSandbox> as SandboxDefinition;

// The day's limit is refused with 403, never with 429.
function throttled(context: Context): SandboxAnswer {
  const isDaily = context.switches['throttleKind'] === 'daily';
  const message = isDaily ? 'TotalRequests Limit exceeded.' : 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.';
  return refuse(context, 403, 'REQUEST_LIMIT_EXCEEDED', message);
}

function authorize(context: Context): SandboxAnswer | undefined {
  const { headers, state, switches } = context;
  const bearer = /^Bearer (.+)$/.exec(headers['authorization'] ?? '')?.[1] ?? '';
  if (!state.access.has(bearer) || switches.revoked) return refuse(context, 401, 'INVALID_SESSION_ID', 'Session expired or invalid');
  if (switches.missingScopes.includes('API Enabled'))
    return refuse(context, 403, 'API_CURRENTLY_DISABLED', 'API is not enabled for this User');
  return undefined;
}

// Rows of any of the logs, one per item; what a collector stored around them is taken off.
function load(state: SalesforceSandbox, events: readonly Json[]): void {
  for (const event of events) {
    const outer = record(event);
    const row: WireRecord | undefined = outer && (record(outer['api']) ?? record(outer['raw']) ?? outer);
    if (!row) continue;
    const [signIn, change, file] = [
      timeMs(row['LoginTime']),
      timeMs(row['CreatedDate']),
      compactTime(row['TIMESTAMP_DERIVED'] ?? row['TIMESTAMP']),
    ];
    if (text(row['EVENT_TYPE']) !== null && file !== null) state.fileRows.push({ at: file, row });
    else if (signIn !== null) state.signIns.add([{ at: signIn, row: withColumns(row) }]);
    else if (text(row['Action']) !== null && change !== null)
      state.audit.add([{ at: change, row: { DelegateUser: null, CreatedByContext: null, ResponsibleNamespacePrefix: null, ...row } }]);
  }
  state.fileRows.sort((a, b) => a.at - b.at);
}

const LOGIN_COLUMNS = [
  'TlsProtocol',
  'CipherSuite',
  'ClientVersion',
  'ApiType',
  'ApiVersion',
  'CountryIso',
  'LoginGeoId',
  'LoginGeo',
  'LoginSubType',
];

function withColumns(row: WireRecord): WireRecord {
  return { ...Object.fromEntries(LOGIN_COLUMNS.map((name) => [name, null])), ...row };
}
