/** A key pair of AWS, temporary when it has a session token. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The two functions of signatures, from whoever may compute them. */
export interface Hashes {
  sha256(text: string): Uint8Array;
  hmacSha256(key: string | Uint8Array, text: string): Uint8Array;
}

/** One call as it is sent. */
export interface Signable {
  readonly method: string;
  readonly url: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a host name says about its calls: which service, and the region that they are signed for. */
export interface Scope {
  readonly service: string;
  readonly region: string;
}

/** The service and region to sign for. The hosts of IAM and the old one of STS name no region, the hosts of S3 Control name an account first. */
export function scopeOfHost(host: string): Scope {
  const parts = host.replace(/\.amazonaws\.com(?:\.cn)?$/, '').split('.');
  const [first = '', second = '', third] = parts;
  if (first === 'iam') return { service: 'iam', region: second === 'us-gov' ? 'us-gov-west-1' : second || 'us-east-1' };
  if (first === 'sts' && second === '') return { service: 'sts', region: 'us-east-1' };
  if (second === 's3-control' && third !== undefined) return { service: 's3', region: third };
  return { service: first, region: second || 'us-east-1' };
}

/** The headers that sign a call by Signature Version 4 at `now`. All headers of ours that begin with x-amz are signed with it, as AWS demands. */
export function sign(hashes: Hashes, credentials: Credentials, call: Signable, now: Date): Record<string, string> {
  const url = new URL(call.url);
  const payloadHash = hex(hashes.sha256(call.body ?? ''));
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const own = Object.entries(call.headers ?? {}).filter(([name]) => /^(?:x-amz-|content-type$)/i.test(name));
  const added: Record<string, string> = {
    'x-amz-date': time,
    'x-amz-content-sha256': payloadHash,
    ...(credentials.sessionToken !== undefined && { 'x-amz-security-token': credentials.sessionToken }),
  };
  const headers: Record<string, string> = {
    ...Object.fromEntries(own.map(([name, value]) => [name.toLowerCase(), value])),
    ...added,
    host: url.host,
  };
  const scope = scopeOfHost(url.host);
  const signed = signatureOf(hashes, credentials.secretAccessKey, {
    method: call.method,
    path: url.pathname,
    query: [...url.searchParams],
    headers,
    signedHeaders: Object.keys(headers).sort(),
    payloadHash,
    time,
    scope,
  });
  const authorization =
    `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scopeText(time, scope)}, ` +
    `SignedHeaders=${Object.keys(headers).sort().join(';')}, Signature=${signed}`;
  return { ...added, authorization };
}

/** All that a signature covers. */
export interface Signed {
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
  /** `20261120T153000Z` */
  readonly time: string;
  readonly scope: Scope;
}

/** The signature in hexadecimal: what the signer sends and what AWS computes to compare. */
export function signatureOf(hashes: Hashes, secret: string, signed: Signed): string {
  const canonical = [
    signed.method,
    canonicalPath(signed.path, signed.scope.service),
    canonicalQuery(signed.query),
    ...signed.signedHeaders.map((name) => `${name}:${(signed.headers[name] ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    signed.signedHeaders.join(';'),
    signed.payloadHash,
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', signed.time, scopeText(signed.time, signed.scope), hex(hashes.sha256(canonical))].join('\n');
  const steps = [signed.time.slice(0, 8), signed.scope.region, signed.scope.service, 'aws4_request'];
  const key = steps.reduce<string | Uint8Array>((last, step) => hashes.hmacSha256(last, step), `AWS4${secret}`);
  return hex(hashes.hmacSha256(key, toSign));
}

function scopeText(time: string, { region, service }: Scope): string {
  return `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
}

// Every service but S3 signs the path as it is written in the address, encoded once more.
function canonicalPath(path: string, service: string): string {
  return service === 's3' ? path : path.split('/').map(encoded).join('/');
}

function canonicalQuery(query: Signed['query']): string {
  return query
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    .join('&');
}

/** RFC 3986, which leaves fewer letters alone than `encodeURIComponent`. */
export function encoded(value: string): string {
  return encodeURIComponent(value).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
