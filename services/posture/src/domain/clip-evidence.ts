import type { Json } from '#libs/kernel';

/** Bytes of evidence kept with a finding: enough to see why, too little to copy an app. */
export const LARGEST_EVIDENCE = 4_096;

const STEPS = [
  { items: 20, text: 500 },
  { items: 10, text: 200 },
  { items: 5, text: 100 },
  { items: 2, text: 60 },
  { items: 1, text: 30 },
] as const;

/** The value itself when it is small, else with lists and texts cut until it is. */
export function clipEvidence(evidence: { readonly [name: string]: Json }): Json {
  for (const limits of STEPS) {
    const clipped = clip(evidence, limits, 0);
    if (Buffer.byteLength(JSON.stringify(clipped)) <= LARGEST_EVIDENCE) return clipped;
  }
  return { note: 'What was found is too large to keep with the finding.' };
}

/** Levels shown; a document nested deeper tells people nothing. */
const DEEPEST = 8;

function clip(value: Json, limits: (typeof STEPS)[number], depth: number): Json {
  if (typeof value === 'string') return value.length > limits.text ? `${value.slice(0, limits.text)}…` : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) return '…';
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    const shown = items.slice(0, limits.items).map((item) => clip(item, limits, depth + 1));
    return items.length > limits.items ? [...shown, `… and ${items.length - limits.items} more`] : shown;
  }
  const entries = Object.entries(value).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return Object.fromEntries(entries.slice(0, limits.items * 2).map(([name, item]) => [name, clip(item, limits, depth + 1)]));
}
