import type { ActionKind } from '#libs/contracts';
import { toProblem, type Problem } from '#libs/platform';

import type { Taken } from './take-actions.js';

/** What would happen to one target. */
export interface ActionPreviewItem {
  readonly accountId: string | null;
  readonly connectorId: string;
  readonly kind: ActionKind | null;
  readonly title: string | null;
  readonly effect: string | null;
  readonly willChange: boolean | null;
  readonly isRevertible: boolean;
  readonly whyNotRevertible: string | null;
  readonly scopes: readonly string[];
  readonly refusals: readonly Problem[];
}

/** The targets of a rehearsal, as the graph shows them. */
export function previewsOf(taken: readonly Taken[]): readonly ActionPreviewItem[] {
  return taken.map(({ assessment: { target, offer, willChange }, refusals }) => ({
    accountId: target.account?.id ?? null,
    connectorId: target.connectorId,
    kind: offer?.kind ?? null,
    title: offer?.title ?? null,
    effect: offer?.effect ?? null,
    willChange: refusals.length > 0 ? false : willChange,
    isRevertible: offer?.revert.isPossible ?? false,
    whyNotRevertible: offer && !offer.revert.isPossible ? offer.revert.why : null,
    scopes: offer?.scopes ?? [],
    refusals: refusals.map(toProblem),
  }));
}
