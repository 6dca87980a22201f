import { Injectable } from '@nestjs/common';

import { BUILT_IN_POLICIES } from '../domain/detection/catalogue.js';
import type { Policy } from '../domain/policy.js';
import type { PolicyKind } from '../domain/vocabulary.js';

/** The rules that raise alerts. */
@Injectable()
export class ListPolicies {
  run(kind?: readonly PolicyKind[] | null, enabled?: boolean | null): readonly Policy[] {
    return BUILT_IN_POLICIES.filter(
      (policy) => (!kind || kind.includes(policy.kind)) && (enabled === null || enabled === undefined || policy.isEnabled === enabled),
    );
  }

  one(id: string): Policy | null {
    return BUILT_IN_POLICIES.find((policy) => policy.id === id) ?? null;
  }
}
