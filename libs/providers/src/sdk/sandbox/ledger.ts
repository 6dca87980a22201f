/** What the app itself knows of our calls: the word that is believed when a test asks what really happened. */
export interface Ledger {
  readonly requests: number;
  readonly operations: Readonly<Record<string, OperationCount>>;
  /** Writes that took effect, in order. */
  readonly effects: readonly Effect[];
  /** Older effects that were let go to bound memory. */
  readonly effectsDropped: number;
  /** Calls that no route serves, `GET /nowhere`, each once. */
  readonly unknown: readonly string[];
  /** Exceptions in routes: always a fault of the sandbox. */
  readonly unhandled: readonly { readonly operation: string; readonly message: string }[];
}

export interface OperationCount {
  readonly calls: number;
  /** Rows of the lists in its answers, events of a log among them; repeated ones count again. */
  readonly rows: number;
  readonly statuses: Readonly<Record<string, number>>;
}

export interface Effect {
  readonly at: string;
  readonly operation: string;
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly status: number;
  /** False when the caller never got the answer. */
  readonly wasAnswered: boolean;
}

const MOST_EFFECTS = 20_000;
const MOST_UNKNOWN = 200;

/** Counts, and keeps nothing that grows with what is read: a million events served cost three numbers. */
export class LedgerBook {
  private requests = 0;
  private readonly counts = new Map<string, { calls: number; rows: number; statuses: Record<string, number> }>();
  private readonly effects: Effect[] = [];
  private effectsDropped = 0;
  private readonly unknown = new Set<string>();
  private readonly unhandled: { operation: string; message: string }[] = [];

  /** The number of this request, from 1. */
  begin(): number {
    return ++this.requests;
  }

  /** `outcome` is the status, or what became of the call instead: `hung`, `lost`. */
  called(operation: string, outcome: number | 'hung' | 'lost', answered: unknown): void {
    const count = this.counts.get(operation) ?? { calls: 0, rows: 0, statuses: {} };
    count.calls++;
    count.rows += rowsIn(answered);
    count.statuses[outcome] = (count.statuses[outcome] ?? 0) + 1;
    this.counts.set(operation, count);
  }

  effect(effect: Effect): void {
    this.effects.push(effect);
    if (this.effects.length <= MOST_EFFECTS) return;
    this.effects.shift();
    this.effectsDropped++;
  }

  unserved(method: string, path: string): void {
    if (this.unknown.size < MOST_UNKNOWN) this.unknown.add(`${method} ${path}`);
  }

  failed(operation: string, error: unknown): void {
    this.unhandled.push({ operation, message: error instanceof Error ? error.message : String(error) });
  }

  /** A copy, which later calls do not change. */
  read(): Ledger {
    const operations = Object.fromEntries(
      [...this.counts].map(([operation, count]) => [operation, { ...count, statuses: { ...count.statuses } }]),
    );
    const { requests, effectsDropped } = this;
    return { requests, operations, effects: [...this.effects], effectsDropped, unknown: [...this.unknown], unhandled: [...this.unhandled] };
  }
}

// The answer itself when it is a list, else the longest list right inside it: `{ value: […] }`, `{ endCursor, data: […] }`.
function rowsIn(answered: unknown): number {
  if (Array.isArray(answered)) return answered.length;
  if (typeof answered !== 'object' || answered === null) return 0;
  return Math.max(0, ...Object.values(answered).map((value) => (Array.isArray(value) ? value.length : 0)));
}
