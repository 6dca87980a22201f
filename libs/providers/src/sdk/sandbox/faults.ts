import type { SandboxAnswer, SandboxContext, SandboxDefinition } from './definition.js';
import type { Switches } from './switches.js';

/** What a fault makes of a call in place of the app's own answer. */
export type Fault = { readonly hangs: true } | { readonly answer: SandboxAnswer; readonly isApp: boolean };

/** Counts calls toward the throttling switches. Calls for tokens are not counted: "the next call" means one that a test can aim at. */
export class Throttle {
  private left = 0;
  private sinceLast = 0;

  /** Called when `throttleNext` was set. */
  arm(calls: number): void {
    this.left = calls;
  }

  remaining(): number {
    return this.left;
  }

  bites(every: number): boolean {
    if (this.left > 0) {
      this.left--;
      return true;
    }
    this.sinceLast++;
    if (every <= 0 || this.sinceLast < every) return false;
    this.sinceLast = 0;
    return true;
  }
}

/** The fault that the switches ask for on this call, if any. */
export function faultFor<State>(
  definition: SandboxDefinition<State>,
  context: SandboxContext<State>,
  throttle: Throttle,
): Fault | undefined {
  const { switches, route } = context;
  if (names(switches, 'hang', route.operation)) return { hangs: true };
  if (!route.open && throttle.bites(switches.throttleEvery)) return { answer: definition.throttled(context), isApp: true };
  if (names(switches, 'serverError', route.operation)) {
    return { answer: { status: 500, json: { error: 'Internal server error', source: 'sandbox switch serverError' } }, isApp: false };
  }
  if (names(switches, 'malformed', route.operation)) {
    return {
      answer: { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, text: '{"items":[{"id":"1","na' },
      isApp: false,
    };
  }
  if (names(switches, 'htmlPage', route.operation)) {
    const page = '<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Please sign in</h1></body></html>';
    return { answer: { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, text: page }, isApp: false };
  }
  return undefined;
}

/** True when a switch that holds part of an operation's name means this one; an empty text means none. */
export function names(
  switches: Switches,
  name: 'hang' | 'serverError' | 'malformed' | 'htmlPage' | 'loseAnswer',
  operation: string,
): boolean {
  return switches[name] !== '' && operation.includes(switches[name]);
}
