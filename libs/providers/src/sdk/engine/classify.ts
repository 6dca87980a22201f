import type { AppAnswer, Classified, FailureKind, HttpRules } from '../provider.js';

const KIND_OF_STATUS: Readonly<Record<number, FailureKind>> = {
  400: 'rejected',
  401: 'auth-expired',
  403: 'forbidden',
  404: 'missing',
  409: 'conflict',
  410: 'missing',
  412: 'conflict',
  422: 'rejected',
  423: 'throttled',
  425: 'throttled',
  429: 'throttled',
};

/** What the answer means: the app's own dialect first, then the table by status. `undefined` is a good answer. */
export function classify(answer: AppAnswer, isReadable: boolean, rules: Pick<HttpRules, 'classify'>): Classified | undefined {
  const told = rules.classify?.(answer);
  // "Slow down" under another status is no answer to the question, even where the status would be one.
  const isThrottled = told !== undefined && told !== 'ok' && told.kind === 'throttled';
  if (answer.request.accept?.includes(answer.status) && !isThrottled) return undefined;
  if (told === 'ok') return undefined;
  if (told) return told;
  const { status, request } = answer;
  if (status >= 200 && status < 300) return isReadable ? undefined : { kind: 'malformed', message: unreadable(answer) };
  if (status >= 300 && status < 400) {
    return {
      kind: 'misconfigured',
      message: `The app redirects ${request.operation} elsewhere.`,
      remedy: "Check the app's address in the connector's settings.",
    };
  }
  const kind = KIND_OF_STATUS[status] ?? (status >= 500 ? 'down' : 'rejected');
  return { kind, message: `The app answered ${request.operation} with status ${status}.` };
}

function unreadable(answer: AppAnswer): string {
  const text = typeof answer.body === 'string' ? answer.body.trimStart() : '';
  return `The app's answer to ${answer.request.operation} is ${text.startsWith('<') ? 'a web page' : 'broken'} instead of JSON.`;
}

const LONGEST_WAIT_MS = 24 * 3_600_000;

/**
 * When to come back after throttling: the app's own rule, Retry-After, the reset of its quota. `undefined` when the app does not say.
 * Never in the past and never later than in a day, whatever the app says.
 */
export function retryAt(answer: AppAnswer, now: Date, rules: Pick<HttpRules, 'retryAt' | 'quota'>): Date | undefined {
  const told = rules.retryAt?.(answer, now) ?? retryAfter(answer, now) ?? rules.quota?.(answer)?.resetAt;
  if (!told || !Number.isFinite(told.getTime())) return undefined;
  return new Date(Math.min(Math.max(told.getTime(), now.getTime()), now.getTime() + LONGEST_WAIT_MS));
}

function retryAfter(answer: AppAnswer, now: Date): Date | undefined {
  const header = answer.headers['retry-after'];
  const value = typeof header === 'string' ? header : header?.[0];
  if (value === undefined) return undefined;
  if (/^\s*-?\d+(\.\d+)?\s*$/.test(value)) return new Date(now.getTime() + Number(value) * 1_000);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : new Date(at);
}
