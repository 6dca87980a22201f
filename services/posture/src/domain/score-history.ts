import type { ScoreInput } from './score-change.js';
import type { ScoreChange } from './score-change.js';
import type { Score } from './score.js';

/** The score of one connector at one moment: written when it changed, and once a day. */
export interface Snapshot {
  readonly id: string;
  readonly connectorId: string;
  readonly app: string;
  readonly at: number;
  readonly score: Score;
  /** What came of the difference to the snapshot before; null for the first, and where either had no score. */
  readonly change: ScoreChange | null;
}

/** A snapshot with what it was made of. */
export interface DetailedSnapshot extends Snapshot {
  readonly inputs: readonly ScoreInput[];
}

/** The score of a set of connectors at one moment of its history. */
export interface HistoryPoint {
  readonly at: number;
  readonly score: Score;
  readonly change: ScoreChange | null;
}

/** More points than a picture can show: then each day's last stands for the day. */
export const MOST_POINTS = 1_000;

/**
 * The sums over all connectors at each moment at which one of them changed. `snapshots` come in order of time and begin, for each connector,
 * with the one that held at `from`.
 */
export function historyOf(snapshots: readonly Snapshot[], from: number): readonly HistoryPoint[] {
  const current = new Map<string, Score>();
  const points: HistoryPoint[] = [];
  const isOne = new Set(snapshots.map(({ connectorId }) => connectorId)).size === 1;
  for (const snapshot of snapshots) {
    current.set(snapshot.connectorId, snapshot.score);
    if (snapshot.at < from) continue;
    const point = { at: snapshot.at, score: sumOf([...current.values()]), change: isOne ? snapshot.change : null };
    if (points.at(-1)?.at === snapshot.at) points.pop();
    points.push(point);
  }
  return points.length > MOST_POINTS ? lastOfEachDay(points) : points;
}

/** Scores add up: they are sums of integers. */
export function sumOf(scores: readonly Score[]): Score {
  const sum = (of: (score: Score) => number): number => scores.reduce((total, score) => total + of(score), 0);
  return {
    earned: sum((score) => score.earned),
    observed: sum((score) => score.observed),
    claimed: sum((score) => score.claimed),
    accepted: sum((score) => score.accepted),
    possible: sum((score) => score.possible),
    unknown: sum((score) => score.unknown),
    notApplicable: sum((score) => score.notApplicable),
    evaluated: sum((score) => score.evaluated),
    certain: sum((score) => score.certain),
    planned: sum((score) => score.planned),
    achievable: sum((score) => score.achievable),
    failedCritical: [...new Set(scores.flatMap((score) => score.failedCritical))],
  };
}

/** UTC days, as everywhere. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function lastOfEachDay(points: readonly HistoryPoint[]): readonly HistoryPoint[] {
  // Changes within a day no longer add up to the day's: better none than a part of it.
  return points
    .filter((point, index) => dayOf(points[index + 1]?.at ?? 0) !== dayOf(point.at))
    .map((point) => ({ ...point, change: null }));
}
