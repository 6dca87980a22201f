import { createHash } from 'node:crypto';

import { longId } from './soql.js';

/** An id of 18 letters for a thing with a number; the prefix tells what it is. */
export function numberedId(prefix: string, number: number): string {
  return longId(`${prefix}${number.toString(36).toUpperCase().padStart(12, '0')}`);
}

/** An id of 18 letters that the same text always gives. */
export function namedId(prefix: string, text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return longId(
    `${prefix}${BigInt(`0x${hex.slice(0, 20)}`)
      .toString(36)
      .padStart(16, '0')
      .slice(-12)}`,
  );
}

/** Times as the REST API writes them. */
export function sfTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+0000');
}
