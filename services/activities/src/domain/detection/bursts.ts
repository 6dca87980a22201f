import type { Failure } from '../activity.js';

/** Failures that lie close together: every one of them is in some window that holds enough. */
export interface Burst {
  readonly failures: readonly Failure[];
  /** The most that one window held. */
  readonly peak: number;
  readonly from: number;
  readonly to: number;
}

/**
 * The bursts in failures that are in the order of time. A failure belongs to a burst when a window of `windowMs` that holds it holds `enough`;
 * bursts with less than `silenceMs` between them are one. Depends on the set only, and more failures never make a burst go away.
 */
export function findBursts(failures: readonly Failure[], enough: number, windowMs: number, silenceMs: number): Burst[] {
  const peaks = new Array<number>(failures.length).fill(0);
  let start = 0;
  for (let end = 0; end < failures.length; end++) {
    while (failures[end]!.at - failures[start]!.at > windowMs) start++;
    const held = end - start + 1;
    if (held >= enough) for (let at = start; at <= end; at++) peaks[at] = Math.max(peaks[at]!, held);
  }
  const bursts: { failures: Failure[]; peak: number }[] = [];
  failures.forEach((failure, index) => {
    if (peaks[index] === 0) return;
    const last = bursts.at(-1);
    if (last && failure.at - last.failures.at(-1)!.at < silenceMs) {
      last.failures.push(failure);
      last.peak = Math.max(last.peak, peaks[index]!);
    } else bursts.push({ failures: [failure], peak: peaks[index]! });
  });
  return bursts.map((burst) => ({ ...burst, from: burst.failures[0]!.at, to: burst.failures.at(-1)!.at }));
}

/** Time stretches that overlap or touch, put together; so that one read serves them all. */
export function merged(stretches: readonly { readonly from: number; readonly to: number }[]): { from: number; to: number }[] {
  const all: { from: number; to: number }[] = [];
  for (const { from, to } of [...stretches].sort((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else all.push({ from, to });
  }
  return all;
}

/** True where the gaps are so even that a machine must have made them. */
export function isEvenlySpaced(failures: readonly Failure[]): boolean {
  if (failures.length < 10) return false;
  const gaps = failures.slice(1).map(({ at }, index) => at - failures[index]!.at);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
  return mean > 0 && deviation < 0.1 * mean;
}
