import type { Failure } from '../activity.js';

/** Failures that lie close together: every one of them is in some window that holds enough. */
export interface Burst {
  readonly failures: readonly Failure[];
  /** The most that one window held. */
  readonly peak: number;
  /** When `enough` attempts had failed. */
  readonly provenAt: number;
  readonly from: number;
  readonly to: number;
}

/**
 * The bursts in failures that are in the order of time. A failure belongs to a burst when a window of `windowMs` that holds it holds `enough`;
 * bursts with less than `silenceMs` between them are one. Depends on the set only, and more failures never make a burst go away.
 */
export function findBursts(failures: readonly Failure[], enough: number, windowMs: number, silenceMs: number): Burst[] {
  const peaks = new Array<number>(failures.length).fill(0);
  const counts = attempts(failures);
  let start = 0;
  let held = 0;
  for (let end = 0; end < failures.length; end++) {
    held += counts[end]!;
    for (; failures[end]!.at - failures[start]!.at > windowMs; start++) held -= counts[start]!;
    if (held >= enough) for (let at = start; at <= end; at++) peaks[at] = Math.max(peaks[at]!, held);
  }
  const bursts: { failures: Failure[]; peak: number; counted: number; provenAt: number }[] = [];
  failures.forEach((failure, index) => {
    if (peaks[index] === 0) return;
    const last = bursts.at(-1);
    if (last && failure.at - last.failures.at(-1)!.at < silenceMs) {
      last.failures.push(failure);
      last.peak = Math.max(last.peak, peaks[index]!);
      if (last.counted < enough) last.provenAt = failure.at;
      last.counted += counts[index]!;
    } else bursts.push({ failures: [failure], peak: peaks[index]!, counted: counts[index]!, provenAt: failure.at });
  });
  return bursts.map(({ failures, peak, provenAt }) => ({ failures, peak, provenAt, from: failures[0]!.at, to: failures.at(-1)!.at }));
}

/**
 * 1 for each attempt, 0 for a failure that is the same attempt told by another app: signing in to several apps through one window, a wrong password
 * fails in all of them, in one second from one address. Two failures of one account are two attempts, however close.
 */
function attempts(failures: readonly Failure[]): number[] {
  const perAccount = new Map<string, number>();
  const told = new Set<string>();
  return failures.map(({ at, ip, actorKey }) => {
    const moment = `${ip ?? actorKey} ${Math.floor(at / 1_000)}`;
    const nth = (perAccount.get(`${moment} ${actorKey}`) ?? 0) + 1;
    perAccount.set(`${moment} ${actorKey}`, nth);
    const attempt = `${moment} ${nth}`;
    if (told.has(attempt)) return 0;
    told.add(attempt);
    return 1;
  });
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
