import type { Json } from '#libs/kernel';
import type { Severity } from '#libs/contracts';

/** One checkable setting of an app, as data: judged by the one evaluator of the posture service. The catalogue is each provider's `posture.json`. */
export interface Control {
  /** `okta.session-idle`: findings refer to it, so it is never renamed and never reused. */
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly description: string;
  readonly category: 'identity' | 'access' | 'data' | 'network' | 'logging' | 'apps' | 'devices';
  readonly severity: Exclude<Severity, 'INFORMATIONAL'>;
  /** 1 to 10. */
  readonly points: number;
  readonly evidence: ControlEvidence;
  readonly scoring: 'binary' | 'ratio';
  readonly remediation: readonly string[];
  readonly references: readonly { readonly standard: string; readonly section: string }[];
  /** What fixing it does to people's work. */
  readonly impact: 'low' | 'moderate' | 'high';
  /** The endpoint and field were found in an official description; else treat with care. */
  readonly isVerified: boolean;
}

export interface ControlEvidence {
  /** Name of the operation whose {@link EvidenceRecord} is judged. A name to look up, never a URL to call. */
  readonly operation: string;
  /** RFC 9535. */
  readonly path: string;
  /** With `all`: what is counted. */
  readonly subjects?: string;
  /** Must select exactly one array, so that an error page cannot pass. */
  readonly requires?: string;
  readonly expected: Expected;
  readonly unit?: string;
  readonly note?: string;
  /** Where the entities at fault stand in the document: what to show as their name and id. */
  readonly affected?: {
    readonly type: 'account' | 'policy' | 'token' | 'webhook' | 'domain' | 'setting';
    readonly id?: string;
    readonly name?: string;
  };
}

export interface Expected {
  readonly operator:
    | 'eq'
    | 'ne'
    | 'lt'
    | 'lte'
    | 'gt'
    | 'gte'
    | 'between'
    | 'in'
    | 'not_in'
    | 'in_list'
    | 'matches'
    | 'exists'
    | 'absent'
    | 'within_days'
    | 'older_than_days'
    | 'date_past'
    | 'duration_lte'
    | 'empty'
    | 'not_empty'
    | 'count_lte'
    | 'count_gte'
    | 'count_between';
  readonly value?: Json;
  readonly quantifier?: 'all' | 'any';
}
