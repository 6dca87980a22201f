import { percentagesOf, scoreOf, type ScoredControl } from './score.js';

/** One control of one connector as it went into a score, its decision already resolved to one that held then. */
export interface ScoreInput extends Omit<ScoredControl, 'exceptions'> {
  readonly connectorId: string;
  readonly version: number;
}

/** What a change of the score came from, in percentage points; the five add up to the difference. */
export interface ScoreChange {
  /** Connectors added or removed. */
  readonly scope: number;
  /** Controls that are new, retired or changed. */
  readonly catalogue: number;
  /** What became known, or no longer can be. */
  readonly coverage: number;
  /** Claims and acceptances made, taken back or expired. */
  readonly decisions: number;
  /** Settings that were really changed. */
  readonly configuration: number;
}

type Inputs = ReadonlyMap<string, ScoreInput>;

/**
 * Explains the way from one score to the next by replacing the old inputs by the new ones, kind after kind, always in this order:
 * another order gives other parts with the same sum. Null when either score is none.
 */
export function explainChange(before: readonly ScoreInput[], after: readonly ScoreInput[]): ScoreChange | null {
  const [from, to] = [byKey(before), byKey(after)];
  const start = percentOf(from);
  if (start === null || percentOf(to) === null) return null;
  const steps = [withScope, withCatalogue, withCoverage, withDecisions, (): Inputs => to];
  const parts: number[] = [];
  let current = from;
  let percent = start;
  for (const step of steps) {
    current = step(current, to);
    // A set that can't be judged on the way has no percentage of its own: the difference falls to the next step.
    const next = percentOf(current) ?? percent;
    parts.push(next - percent);
    percent = next;
  }
  const [scope, catalogue, coverage, decisions, configuration] = parts as [number, number, number, number, number];
  return { scope, catalogue, coverage, decisions, configuration };
}

function withScope(current: Inputs, to: Inputs): Inputs {
  const [old, now] = [connectorsOf(current), connectorsOf(to)];
  const kept = [...current].filter(([, input]) => now.has(input.connectorId));
  const added = [...to].filter(([, input]) => !old.has(input.connectorId));
  return new Map([...kept, ...added]);
}

function withCatalogue(current: Inputs, to: Inputs): Inputs {
  return new Map([...to].map(([key, input]) => [key, current.get(key)?.version === input.version ? current.get(key)! : input]));
}

function withCoverage(current: Inputs, to: Inputs): Inputs {
  return replace(current, to, (old, next) =>
    isKnown(old) === isKnown(next) && old.readShare === next.readShare
      ? old
      : { ...old, result: next.result, share: next.share, readShare: next.readShare },
  );
}

function withDecisions(current: Inputs, to: Inputs): Inputs {
  return replace(current, to, (old, next) => ({ ...old, decision: next.decision }));
}

function replace(current: Inputs, to: Inputs, by: (old: ScoreInput, next: ScoreInput) => ScoreInput): Inputs {
  return new Map([...current].map(([key, old]) => [key, by(old, to.get(key) ?? old)]));
}

function isKnown({ result }: ScoreInput): boolean {
  return result !== 'unknown';
}

function byKey(inputs: readonly ScoreInput[]): Inputs {
  return new Map(inputs.map((input) => [`${input.connectorId}/${input.controlId}`, input]));
}

function connectorsOf(inputs: Inputs): ReadonlySet<string> {
  return new Set([...inputs.values()].map(({ connectorId }) => connectorId));
}

/** Decisions of inputs are resolved and have no expiry: any moment will do. */
const ANY_TIME = 0;

function percentOf(inputs: Inputs): number | null {
  return percentagesOf(scoreOf([...inputs.values()], ANY_TIME)).percent;
}
