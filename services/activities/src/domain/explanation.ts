/** A plain value, as JSON carries it. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** One thing a policy asks, and whether it held. */
export interface Condition {
  readonly name: string;
  readonly value: Value;
  readonly expected: string;
  readonly holds: boolean;
}

/** One reason that would have kept a policy silent, and whether it applied. */
export interface Suppression {
  readonly name: string;
  readonly value: Value;
  readonly applied: boolean;
}

/** Why a policy spoke or kept silent about an activity: the same shape for both, with every value that was looked at. */
export interface Explanation {
  readonly policyId: string;
  readonly policyVersion: number;
  readonly matched: boolean;
  /** One sentence that a person understands without knowing the policy. */
  readonly summary: string;
  readonly conditions: readonly Condition[];
  readonly suppressions: readonly Suppression[];
  /** What was known of the subject when the activity was judged. */
  readonly baseline: Value;
  /** The least that would have made the answer the opposite. */
  readonly smallestChange: string;
}
