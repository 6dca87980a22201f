import type { ActionKind, Capability } from '#libs/contracts';

/** What a person should know of an action before pressing the button; from the provider's plan. */
export interface OfferedAction {
  readonly kind: ActionKind;
  /** The app's own word for it: "Close membership". */
  readonly title: string;
  /** The exact effect, in one sentence. */
  readonly effect: string;
  readonly target: 'account' | 'group-member' | 'app-grant';
  readonly scopes: readonly string[];
  readonly revert: { readonly isPossible: true } | { readonly isPossible: false; readonly why: string };
  /** The plan counts the administrators that would be left: it may take an administrator's rights away. */
  readonly asksWhoIsLeft: boolean;
}

/** Why an app has no such action, in its provider's words. */
export interface NotOffered {
  readonly why: string;
}

/** What each app lets us do. */
export abstract class ActionCatalogue {
  abstract offer(app: string, kind: ActionKind): OfferedAction | NotOffered;
  abstract kindsOf(app: string): readonly ActionKind[];
  abstract nameOf(app: string): string;
  /** True for the apps that people sign in to the others with. */
  abstract isIdentityProvider(app: string): boolean;
}

/** Tells the two answers of {@link ActionCatalogue.offer} apart. */
export function isOffered(answer: OfferedAction | NotOffered): answer is OfferedAction {
  return 'effect' in answer;
}

/** The capability of a connector that an action rests on. */
export function capabilityOf(kind: ActionKind): Capability {
  return kind === 'REVOKE_APP_GRANT' ? 'REVOKE_APP_GRANTS' : 'USER_GOVERNANCE';
}
