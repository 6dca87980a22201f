/** The version that this provider was written against; a newer one of the org changes nothing for us. */
export const API_VERSION = '63.0';

const DATA = '/services/data/{version}';

/** Every call we make, by method and path template. Budgets, the sandbox and the contract tests go by these names. */
export const OPERATIONS = {
  token: 'POST /services/oauth2/token',
  revoke: 'POST /services/oauth2/revoke',
  userinfo: 'GET /services/oauth2/userinfo',
  versions: 'GET /services/data',
  limits: `GET ${DATA}/limits`,
  query: `GET ${DATA}/query`,
  moreRows: `GET ${DATA}/query/{locator}`,
  toolingQuery: `GET ${DATA}/tooling/query`,
  describe: `GET ${DATA}/sobjects/{object}/describe`,
  create: `POST ${DATA}/sobjects/{object}`,
  update: `PATCH ${DATA}/sobjects/{object}/{id}`,
  remove: `DELETE ${DATA}/sobjects/{object}/{id}`,
  logFile: `GET ${DATA}/sobjects/EventLogFile/{id}/LogFile`,
  password: `GET ${DATA}/sobjects/User/{id}/password`,
  resetPassword: `DELETE ${DATA}/sobjects/User/{id}/password`,
} as const;

/** The path of an operation with its braces filled; the version is ours. */
export function pathOf(operation: string, values: Readonly<Record<string, string>> = {}): string {
  const template = operation.slice(operation.indexOf(' ') + 1);
  return template.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === 'version' ? `v${API_VERSION}` : encodeURIComponent(values[name] ?? ''),
  );
}
