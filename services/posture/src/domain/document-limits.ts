import type { Json } from '#libs/kernel';

/** Evidence is what an app answered: hostile until proven small. Characters of the document as JSON. */
export const LARGEST_DOCUMENT = 16 * 1024 * 1024;
/** Levels of lists and objects inside each other. */
export const DEEPEST_DOCUMENT = 64;
/** Values in one document; what fits into {@link LARGEST_DOCUMENT} as anything but digits and commas has fewer. */
const MOST_VALUES = 4_000_000;

const verdicts = new WeakMap<object, boolean>();

/** True when a document is small and shallow enough to be judged. Answered once per document. */
export function isReadable(document: Json): boolean {
  if (typeof document !== 'object' || document === null) return typeof document !== 'string' || document.length <= LARGEST_DOCUMENT;
  let isWithin = verdicts.get(document);
  if (isWithin === undefined) {
    isWithin = fits(document);
    verdicts.set(document, isWithin);
  }
  return isWithin;
}

// Level by level, not by recursion: the stack must not be what ends it.
function fits(document: object): boolean {
  let level: unknown[] = [document];
  let seen = 0;
  let characters = 0;
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > DEEPEST_DOCUMENT) return false;
    const next: unknown[] = [];
    for (const value of level) {
      for (const [key, item] of Object.entries(value as object)) {
        seen += 1;
        characters += Array.isArray(value) ? 1 : key.length + 4;
        if (typeof item === 'string') characters += item.length + 2;
        if (typeof item === 'object' && item !== null) next.push(item);
      }
      if (seen > MOST_VALUES || characters > LARGEST_DOCUMENT) return false;
    }
    level = next;
  }
  return true;
}
