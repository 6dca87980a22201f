import type { ActionKind } from '#libs/contracts';
import { providerOf } from '#libs/providers';

import { ActionCatalogue, capabilityOf, type NotOffered, type OfferedAction } from './action-catalogue.js';

/** The catalogue as the providers' pure halves tell it. */
export class ProviderCatalogue extends ActionCatalogue {
  offer(app: string, kind: ActionKind): OfferedAction | NotOffered {
    const provider = providerOf(app);
    if (!provider) return { why: `this version knows no app "${app}"` };
    const plan = provider.actions[kind];
    if (!plan) {
      const claim = provider.manifest.capabilities[capabilityOf(kind)];
      return { why: claim.note ?? `the API of ${provider.manifest.name} has no way to do it` };
    }
    return {
      kind,
      title: plan.title,
      effect: plan.effect,
      target: plan.target,
      scopes: plan.scopes,
      revert: 'impossible' in plan.revert ? { isPossible: false, why: plan.revert.impossible } : { isPossible: true },
      asksWhoIsLeft: plan.administratorsLeft !== undefined,
    };
  }

  kindsOf(app: string): readonly ActionKind[] {
    return Object.keys(providerOf(app)?.actions ?? {}) as ActionKind[];
  }

  nameOf(app: string): string {
    return providerOf(app)?.manifest.name ?? app;
  }

  isIdentityProvider(app: string): boolean {
    return /\bidentity\b/i.test(providerOf(app)?.manifest.category ?? '');
  }
}
