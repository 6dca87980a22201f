import type { Signal } from '../domain/alert.js';
import type { Detector, Fresh, Need } from '../domain/detection/detector.js';
import { needKey, SeenSoFar } from '../domain/detection/detector.js';

/** A detector that asks for more and more has a fault; none needs more than three rounds. */
const MOST_ROUNDS = 8;

type Answer = (needs: readonly Need[]) => Promise<readonly unknown[]>;

/** Reads what the detectors ask for, round by round, and lets them judge. */
export async function judge(detectors: readonly Detector[], fresh: Fresh, answer: Answer): Promise<readonly Signal[]> {
  const seen = new SeenSoFar();
  await gather(seen, () => detectors.flatMap((detector) => detector.needs(fresh, seen)), answer);
  return detectors.flatMap((detector) => detector.judge(fresh, seen));
}

/** Asks until nothing new is asked for. */
export async function gather(seen: SeenSoFar, ask: () => readonly Need[], answer: Answer): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const needs = new Map(ask().flatMap((need) => (seen.has(need) ? [] : [[needKey(need), need] as const])));
    if (needs.size === 0) return;
    const asked = [...needs.values()];
    const answers = await answer(asked);
    asked.forEach((need, index) => seen.keep(need, answers[index]));
  }
}
