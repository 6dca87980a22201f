import { type AppRequest, AppFailure } from '../provider.js';

/** Stand-ins for real hosts, set by the operator only: `https://acme.okta.com` → `http://127.0.0.1:4101`. */
export type HostMap = Readonly<Record<string, string>>;

/** Where a request goes. */
export interface Address {
  /** What the app is told and what proofs are made for: the real address. */
  readonly url: URL;
  /** Where the connection is made; differs from {@link url} only by the host map. */
  readonly target: URL;
  readonly isMapped: boolean;
}

/** The named bases of an app, checked: https, a host, no user name, no query. A wrong one is the fault of the settings. */
export function checkedBases(bases: Readonly<Record<string, string>>, hostMap: HostMap): ReadonlyMap<string, URL> {
  return new Map(Object.entries(bases).map(([name, base]) => [name, checkedBase(name, base, hostMap)]));
}

function checkedBase(name: string, base: string, hostMap: HostMap): URL {
  const url = URL.canParse(base) ? new URL(base) : undefined;
  const isSafe =
    url && (url.protocol === 'https:' || hostMap[url.origin] !== undefined) && !url.username && !url.password && !url.search && !url.hash;
  if (isSafe && url.hostname) return url;
  const message = `The app's address "${name}" cannot be used: it has to be https:// and a host, without user name and query.`;
  throw new AppFailure(
    { kind: 'misconfigured', message, remedy: "Correct the app's address in the connector's settings." },
    'connect',
    undefined,
  );
}

/** The address of a request: below its base, or an absolute link to the host of any base. Other hosts are refused, for the link could be bait for our token. */
export function addressOf(request: AppRequest, bases: ReadonlyMap<string, URL>, hostMap: HostMap): Address {
  const url = /^[a-z][a-z0-9+.-]*:/i.test(request.path) ? absolute(request, bases) : below(request, bases);
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value === undefined) continue;
    for (const item of typeof value === 'object' ? value : [value]) url.searchParams.append(name, String(item));
  }
  url.hash = '';
  return mapped(url, hostMap);
}

/** The address that a redirect names, when it is on a host of the bases; else `undefined`. */
export function redirectOf(location: string, from: URL, bases: ReadonlyMap<string, URL>, hostMap: HostMap): Address | undefined {
  if (!URL.canParse(location, from.href)) return undefined;
  const url = new URL(location, from.href);
  return isOnBase(url, bases) ? mapped(url, hostMap) : undefined;
}

function absolute(request: AppRequest, bases: ReadonlyMap<string, URL>): URL {
  const url = URL.canParse(request.path) ? new URL(request.path) : undefined;
  if (url && isOnBase(url, bases)) return url;
  const message = `The app's answer to ${request.operation} leads to another host than the app's own; the link was not followed.`;
  throw new AppFailure({ kind: 'malformed', message }, request.operation, undefined);
}

function isOnBase(url: URL, bases: ReadonlyMap<string, URL>): boolean {
  return !url.username && !url.password && [...bases.values()].some((base) => base.origin === url.origin);
}

function below(request: AppRequest, bases: ReadonlyMap<string, URL>): URL {
  const base = bases.get(request.at ?? 'main');
  if (!base) {
    const message = `${request.operation} needs the app's address "${request.at ?? 'main'}", which is not known.`;
    throw new AppFailure(
      { kind: 'misconfigured', message, remedy: 'Test the connection, so that the addresses are read again.' },
      request.operation,
      undefined,
    );
  }
  const prefix = base.pathname.replace(/\/+$/, '');
  const path = request.path.startsWith('/') || request.path === '' ? request.path : `/${request.path}`;
  // Links relative to the host repeat the base's path; paths below the base do not.
  const isFromRoot = prefix !== '' && (path === prefix || path.startsWith(`${prefix}/`));
  const url = new URL(`${base.origin}${isFromRoot ? '' : prefix}${path}`);
  // An id of dots would climb to another operation, and encodeURIComponent leaves dots as they are.
  const climbs = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i.test(path.split(/[?#]/, 1)[0] ?? '');
  if (!climbs && url.origin === base.origin) return url;
  throw new AppFailure({ kind: 'rejected', message: `${request.operation} would leave the app's address.` }, request.operation, undefined);
}

function mapped(url: URL, hostMap: HostMap): Address {
  const stand = hostMap[url.origin];
  if (stand === undefined) return { url, target: url, isMapped: false };
  const target = new URL(stand);
  target.pathname = url.pathname;
  target.search = url.search;
  return { url, target, isMapped: true };
}
