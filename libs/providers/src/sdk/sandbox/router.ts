import type { SandboxDefinition, SandboxRoute } from './definition.js';

/** A route found for a call, with the values of its template's braces. */
export interface Match<State> {
  readonly route: SandboxRoute<State>;
  readonly params: Readonly<Record<string, string>>;
}

export interface Router<State> {
  /** `hostName` is what the caller asked for, such as `acme.okta.com`; when no host of the app has that name, all routes are tried, the first host's first. */
  readonly find: (method: string, hostName: string | undefined, path: string, query: URLSearchParams) => Match<State> | undefined;
  /** The origin as written in the definition, `https://acme.okta.com`, when that host is one of the app's. */
  readonly originOf: (hostName: string | undefined) => string | undefined;
  readonly origins: readonly string[];
}

interface Compiled<State> {
  readonly route: SandboxRoute<State>;
  readonly hostName: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  /** A template may name a query: `GET /policies?type=PASSWORD`; it then serves only calls that have it. */
  readonly query: readonly (readonly [string, string])[];
}

/** Routes by host and path template. Paths are compared without regard to letter case; literal text beats braces. */
export function routerFor<State>(definition: SandboxDefinition<State>): Router<State> {
  const hosts = definition.hosts.map((host) => new URL(host));
  const first = hosts[0];
  if (!first) throw new Error('A sandbox needs at least one host.');
  const compiled = definition.routes.map((route) => compile(route, hosts, first)).sort(bySpecificity);
  const firstHostFirst = [...compiled].sort((a, b) => Number(b.hostName === first.host) - Number(a.hostName === first.host));
  const origins = [...new Set(hosts.map(({ origin }) => origin))];
  return {
    origins,
    originOf: (hostName) => hosts.find(({ host }) => host === hostName)?.origin,
    find: (method, hostName, path, query) => {
      const isKnown = hosts.some(({ host }) => host === hostName);
      for (const candidate of isKnown ? compiled.filter((one) => one.hostName === hostName) : firstHostFirst) {
        const params = candidate.route.method === method ? paramsOf(candidate, path, query) : undefined;
        if (params) return { route: candidate.route, params };
      }
      return undefined;
    },
  };
}

function compile<State>(route: SandboxRoute<State>, hosts: readonly URL[], first: URL): Compiled<State> {
  const host = route.host === undefined ? first : hosts.find((one) => isSameHost(one, route.host!));
  if (!host) throw new Error(`${route.operation} names a host that the sandbox does not serve: ${route.host}`);
  const [template, query = ''] = route.operation.replace(/^[A-Z]+ /, '').split('?', 2) as [string, string?];
  const names: string[] = [];
  const text = template
    .split(/(\{[^}]+\})/)
    .map((part) => (part.startsWith('{') ? (names.push(part.slice(1, -1)), '([^/]+)') : part.replace(/[.*+?^$()|[\]\\]/g, '\\$&')))
    .join('');
  // A host written with a path (`https://api.docusign.net/Management`) is a base: templates may stand with it or without.
  const base = host.pathname.replace(/\/$/, '').replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  return { route, hostName: host.host, pattern: new RegExp(`^(?:${base})?${text}/?$`, 'i'), names, query: [...new URLSearchParams(query)] };
}

function isSameHost(host: URL, text: string): boolean {
  if (!text.includes('://')) return host.host === text;
  const wanted = new URL(text);
  return wanted.host === host.host && (wanted.pathname === '/' || wanted.pathname === host.pathname);
}

function bySpecificity<State>(a: Compiled<State>, b: Compiled<State>): number {
  return b.query.length - a.query.length || a.names.length - b.names.length || b.pattern.source.length - a.pattern.source.length;
}

function paramsOf<State>(candidate: Compiled<State>, path: string, query: URLSearchParams): Record<string, string> | undefined {
  const found = candidate.pattern.exec(path);
  if (!found || !candidate.query.every(([name, value]) => query.get(name) === value)) return undefined;
  return Object.fromEntries(candidate.names.map((name, index) => [name, decoded(found[index + 1] ?? '')]));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
