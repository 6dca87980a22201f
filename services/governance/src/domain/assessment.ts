import type { ActionKind, ConnectorChanged } from '#libs/contracts';
import type { TenantId } from '#libs/kernel';

import { type ActionCatalogue, capabilityOf, isOffered, type OfferedAction } from './action-catalogue.js';
import { isGroupOf } from './action-command.js';
import { isAlreadySo, takesAway, type Direction } from './action.js';
import { nameOf, type GovernedAccount } from './governed-account.js';
import {
  ActionInputInvalid,
  ActionNotOffered,
  AlreadySo,
  CallerAccount,
  ConnectorDisabled,
  LeaseNotPossible,
  OwnCredentialAccount,
  ProtectedAccount,
  WriteScopeMissing,
  type Refusal,
} from './refusals.js';

/** One target of a request, with all that must be known to judge it. */
export interface Target {
  readonly path: readonly string[];
  readonly connectorId: string;
  /** Null for a grant that an administrator made for everybody. */
  readonly account: GovernedAccount | null;
  readonly group: { readonly id: string; readonly externalId: string } | null;
  readonly grantExternalId: string | null;
}

/** Who asks for what, the same for all targets of a request. */
export interface Asking {
  readonly tenant: TenantId;
  readonly kind: ActionKind;
  readonly direction: Direction;
  /** Null when nobody in particular asks: the end of a lease. */
  readonly caller: string | null;
  readonly until: number | null;
}

/** What would happen to one target. */
export interface Assessment {
  readonly target: Target;
  readonly app: string;
  readonly offer: OfferedAction | undefined;
  readonly refusals: readonly Refusal[];
  /** Null where the inventory can't tell. */
  readonly willChange: boolean | null;
}

/** Judges one target; pure, so that the preview, the dry run and the act itself can never disagree. */
export function assess(
  asking: Asking,
  target: Target,
  connector: ConnectorChanged | undefined,
  catalogue: ActionCatalogue,
  /** Other accounts of the same person, for an offer where the app itself can't. */
  others: readonly GovernedAccount[],
): Assessment {
  const { account } = target;
  const app = connector?.app ?? account?.app ?? '';
  const answer = catalogue.offer(app, asking.kind);
  const offer = isOffered(answer) ? answer : undefined;
  const label = account ? nameOf(account) : 'the grant';
  const change = offer === undefined ? false : changeOf(asking, account);
  const refusals = [
    ...(account ? guards(asking, account, connector, catalogue.nameOf(app), label, target.path) : []),
    ...(isOffered(answer)
      ? []
      : [
          new ActionNotOffered(
            label,
            catalogue.nameOf(app),
            asking.kind,
            answer.why,
            alternative(asking, account, others, catalogue),
            target.path,
          ),
        ]),
    ...connectorRefusals(asking, target, connector, offer, label),
    ...(change === false && offer && account && asking.direction === 'do'
      ? [new AlreadySo(label, catalogue.nameOf(app), stateWord(asking.kind, account), target.path)]
      : []),
    ...shapeRefusals(asking, target, offer, label),
  ];
  return { target, app, offer, refusals, willChange: refusals.length > 0 ? false : (change ?? null) };
}

function guards(
  asking: Asking,
  account: GovernedAccount,
  connector: ConnectorChanged | undefined,
  app: string,
  label: string,
  path: readonly string[],
): Refusal[] {
  const refusals: Refusal[] = [];
  // Giving back is no danger to a protected account: a lease that ends must not be stopped by a protection that came later.
  const mayHarm = asking.direction === 'do' || takesAway(asking.kind, asking.direction);
  if (mayHarm && account.protection) refusals.push(new ProtectedAccount(label, account.protection.reason, path));
  if (mayHarm && connector && connector.ownAccountExternalId === account.externalId)
    refusals.push(new OwnCredentialAccount(label, app, path));
  if (asking.caller !== null && isCaller(asking.caller, account)) refusals.push(new CallerAccount(label, path));
  return refusals;
}

function isCaller(caller: string, account: GovernedAccount): boolean {
  const name = caller.trim().toLowerCase();
  return name !== '' && [account.email, account.username].some((one) => one?.trim().toLowerCase() === name);
}

function changeOf(asking: Asking, account: GovernedAccount | null): boolean | undefined {
  if (!account || asking.direction === 'undo') return undefined;
  // We acted after inventory last told: what it told may be out of date, so the app is asked.
  if (account.actedAt !== null && account.actedAt >= account.heardAt) return undefined;
  const already = isAlreadySo(asking.kind, account);
  return already === undefined ? undefined : !already;
}

function connectorRefusals(
  asking: Asking,
  target: Target,
  connector: ConnectorChanged | undefined,
  offer: OfferedAction | undefined,
  label: string,
): Refusal[] {
  if (!connector || connector.isRemoved) return [new ConnectorDisabled(label, '', false, target.path)];
  if (connector.status === 'DISABLED') return [new ConnectorDisabled(label, connector.name, true, target.path)];
  if (!offer) return [];
  const state = connector.capabilities.find(({ capability }) => capability === capabilityOf(asking.kind));
  // A capability that was not tested, or that failed for a passing reason, is the app's to decide when it is asked.
  if (!state || state.isAvailable || !state.problem) return [];
  const { code, message, missingScopes } = state.problem;
  if (!['SCOPE_MISSING', 'NOT_ADMINISTRATOR', 'CONSENT_REQUIRED', 'LICENCE_MISSING'].includes(code)) return [];
  return [new WriteScopeMissing(label, connector.name, missingScopes ?? [], message, target.path)];
}

function shapeRefusals(asking: Asking, target: Target, offer: OfferedAction | undefined, label: string): Refusal[] {
  const refusals: Refusal[] = [];
  if (asking.until !== null && offer && !offer.revert.isPossible)
    refusals.push(new LeaseNotPossible(label, offer.revert.why, ['input', 'until']));
  if (target.group && !isGroupOf(asking.tenant, target.connectorId, target.group))
    refusals.push(
      new ActionInputInvalid(
        `The group is not one of the connector of ${label}, or groupId and groupExternalId are not of one group.`,
        target.path,
      ),
    );
  return refusals;
}

function alternative(asking: Asking, account: GovernedAccount | null, others: readonly GovernedAccount[], catalogue: ActionCatalogue) {
  if (!account) return undefined;
  const other = others.find(
    (one) => one.id !== account.id && catalogue.isIdentityProvider(one.app) && isOffered(catalogue.offer(one.app, asking.kind)),
  );
  return other && { app: catalogue.nameOf(other.app), accountId: other.id };
}

function stateWord(kind: ActionKind, account: GovernedAccount): string {
  return kind === 'REVOKE_ADMIN_PRIVILEGES' ? 'no administrator' : account.status.toLowerCase();
}
