import { DomainError } from '#libs/kernel';

import type { CommonSwitches } from './definition.js';

export type Switches = CommonSwitches & Readonly<Record<string, unknown>>;

/** All faults off. */
export const SWITCHES_OFF: CommonSwitches = {
  throttleNext: 0,
  throttleEvery: 0,
  hang: '',
  malformed: '',
  serverError: '',
  htmlPage: '',
  emptyPages: false,
  duplicateRows: false,
  missingScopes: [],
  unlicensed: [],
  revoked: false,
  delayMs: 0,
  readLagMs: 0,
  loseAnswer: '',
};

/** A switch that this sandbox does not have, or a value that it cannot take. */
export class SwitchRefused extends DomainError {
  readonly code = 'SANDBOX_SWITCH_REFUSED';
  readonly kind = 'invalid';
}

/** The switches at start: the common ones, and the app's own, which are off too. */
export function switchesAtStart(own: Readonly<Record<string, string>> = {}): Switches {
  return { ...Object.fromEntries(Object.keys(own).map((name) => [name, false])), ...SWITCHES_OFF };
}

/** The switches after a change, which names only what changes. One wrong name or value refuses the whole change. */
export function changeSwitches(current: Switches, change: unknown): Switches {
  if (typeof change !== 'object' || change === null || Array.isArray(change))
    throw new SwitchRefused('Send a JSON object of the switches to change.');
  for (const [name, value] of Object.entries(change)) {
    if (!Object.hasOwn(current, name))
      throw new SwitchRefused(`There is no switch "${name}". Known: ${Object.keys(current).sort().join(', ')}.`);
    const wanted = wantedOf(name);
    if (wanted && !wanted.accepts(value)) throw new SwitchRefused(`Switch "${name}" wants ${wanted.words}.`);
  }
  return { ...current, ...change };
}

interface Wanted {
  readonly words: string;
  readonly accepts: (value: unknown) => boolean;
}

// What a common switch takes is told by its value when off; an app's own switch takes what its routes understand.
function wantedOf(name: string): Wanted | undefined {
  const off = (SWITCHES_OFF as unknown as Readonly<Record<string, unknown>>)[name];
  if (typeof off === 'number')
    return { words: 'a whole number, 0 or more', accepts: (value) => Number.isInteger(value) && (value as number) >= 0 };
  if (typeof off === 'boolean') return { words: 'true or false', accepts: (value) => typeof value === 'boolean' };
  if (typeof off === 'string')
    return { words: 'a part of an operation’s name, or "" for off', accepts: (value) => typeof value === 'string' };
  if (Array.isArray(off))
    return { words: 'a list of texts', accepts: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string') };
  return undefined;
}
