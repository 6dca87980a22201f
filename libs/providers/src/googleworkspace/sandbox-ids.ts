import { createHash } from 'node:crypto';

import type { Employee } from '../sdk/index.js';

/** The id of an employee: 21 digits, as Google has them. */
export function idOfEmployee({ number }: Pick<Employee, 'number'>): string {
  return `1${String(numberOf('user', String(number)) % 1_000_000_000).padStart(9, '0')}${String(number).padStart(11, '0')}`;
}

/** A number that the same texts always give. */
export function numberOf(...parts: readonly string[]): number {
  return createHash('sha256').update(parts.join('\u0000')).digest().readUInt32BE(0);
}

/** A signed 64-bit number as text, as qualifiers of the log are. */
export function qualifierOf(text: string): string {
  return createHash('sha256').update(text).digest().readBigInt64BE(0).toString();
}

/** Lower-case letters and digits that the same text always gives. */
export function codeOf(text: string, length: number): string {
  return BigInt(`0x${createHash('sha256').update(text).digest('hex')}`)
    .toString(36)
    .slice(0, length);
}
