/** After several failures in a row a service is left alone for a while; then one call tries it. Keeps a dead service from costing every request its time limit. */
export class CircuitBreaker {
  private failures = 0;
  private openUntil = 0;
  private isTrying = false;

  constructor(
    private readonly nowMs: () => number,
    private readonly limit = FAILURES_IN_A_ROW,
    private readonly restMs = REST_MS,
  ) {}

  /** May this call go out? A true must be followed by {@link succeeded} or {@link failed}. */
  admits(): boolean {
    if (this.failures < this.limit) return true;
    if (this.nowMs() < this.openUntil || this.isTrying) return false;
    this.isTrying = true;
    return true;
  }

  succeeded(): void {
    this.failures = 0;
    this.isTrying = false;
  }

  failed(): void {
    this.failures += 1;
    this.isTrying = false;
    if (this.failures >= this.limit) this.openUntil = this.nowMs() + this.restMs;
  }
}

const FAILURES_IN_A_ROW = 5;
const REST_MS = 2_000;
