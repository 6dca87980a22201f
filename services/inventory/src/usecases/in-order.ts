import type { Found } from '../domain/ports.js';

/** What was found in the order it was asked for, as a loader wants it. */
export function inOrder<T, N>(ids: readonly string[], found: Found<T>, nothing: N): readonly (T | N)[] {
  return ids.map((id) => found.get(id) ?? nothing);
}
