import type { PolicyKind, Severity } from './vocabulary.js';
import type { Value } from './explanation.js';

/** A rule that raises alerts. */
export interface Policy {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly kind: PolicyKind;
  /** Grows with every change of what the policy does; part of each alert's identity. */
  readonly version: number;
  /** What an alert has when nothing makes it better or worse. */
  readonly severity: Severity;
  readonly isEnabled: boolean;
  readonly isBuiltIn: boolean;
  /** MITRE ATT&CK. */
  readonly attackTechniques: readonly string[];
  readonly parameters: { readonly [name: string]: Value };
}
