import type { Json } from '#libs/kernel';

/** What stands where a secret stood. */
export const REDACTED = '[redacted]';

const SECRET_KEY =
  /(?:tokens?|secrets?|passwords?|passwd|pwd|passphrase|passcode|authorization|cookies?|apikeys?|privatekeys?|secretkeys?|signingkeys?|encryptionkeys?|sharedkeys?|jwt|otp|assertion|recoverycodes?|backupcodes?)$/;
/** Links that let whoever opens them in: resetPasswordUrl, activationLink. */
const SECRET_LINK = /(?:password|reset|activation|invitation|magic|signin|login|recovery)(?:url|uri|link|href)$/;
const VALUE_OF_SECRET = /(?:value|hash|plaintext)$/;

const DEEPEST = 100;

/** A copy without the values of fields whose names say that they are secret, and without tokens inside other texts. */
export function redact(json: Json): Json {
  return clean(json, false, 0);
}

function clean(json: Json, isSecret: boolean, depth: number): Json {
  if (typeof json === 'string') return isSecret && json !== '' ? REDACTED : redactText(json);
  if (typeof json === 'number') return isSecret ? REDACTED : json;
  if (typeof json !== 'object' || json === null) return json;
  if (depth > DEEPEST) return REDACTED;
  if (isList(json)) return json.map((item) => clean(item, isSecret, depth + 1));
  const copy: Record<string, Json | undefined> = {};
  for (const [key, value] of Object.entries(json)) {
    if (value === undefined) continue;
    const cleaned = clean(value, isSecret || namesSecret(key), depth + 1);
    // Plain assignment to a key of this name would change the copy's prototype.
    if (key === '__proto__') Object.defineProperty(copy, key, { value: cleaned, enumerable: true, configurable: true, writable: true });
    else copy[key] = cleaned;
  }
  return copy;
}

function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}

/** True when a field or header of this name holds a secret: `apiKey`, `client_secret`, `Set-Cookie`, `resetPasswordUrl`. */
export function namesSecret(key: string): boolean {
  const known = judged.get(key);
  if (known !== undefined) return known;
  // An app's events have few names, and the same ones again and again; a hostile one may have many.
  if (judged.size >= MOST_JUDGED) judged.clear();
  const isSecret = looksSecret(key);
  judged.set(key, isSecret);
  return isSecret;
}

const judged = new Map<string, boolean>();
const MOST_JUDGED = 10_000;

function looksSecret(key: string): boolean {
  const squashed = key.toLowerCase().replace(/[^a-z0-9]/g, '');
  return SECRET_KEY.test(squashed) || SECRET_LINK.test(squashed) || SECRET_KEY.test(squashed.replace(VALUE_OF_SECRET, ''));
}

const MARKS = /earer|SSWS|DPoP|asic|eyJ|PRIVATE KEY|[?&#]/i;
const SECRETS_IN_TEXT: readonly [RegExp, string][] = [
  [/\b(Bearer|SSWS|DPoP|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/g, `$1 ${REDACTED}`],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g, REDACTED],
  [/-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g, REDACTED],
  [
    /([?&#](?:access_token|refresh_token|id_token|token|code|client_secret|api_key|apikey|password|client_assertion|sig|signature)=)[^&#\s"']+/gi,
    `$1${REDACTED}`,
  ],
];

/** The text without bearer tokens, JWTs, private keys and secret parameters of links. */
export function redactText(value: string): string {
  // Every pattern needs one of these marks: most texts are done here.
  if (value.length < 12 || !MARKS.test(value)) return value;
  return SECRETS_IN_TEXT.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), value);
}
