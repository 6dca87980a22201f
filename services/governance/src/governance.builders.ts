import type { AccountsChanged, AccountSummary, ActionSettled, ConnectorChanged, Envelope, Message } from '#libs/contracts';
import { accountId, newOrderedId } from '#libs/kernel';

import type { GovernedAccount } from './domain/governed-account.js';

/** For tests: Acme's Okta and DocuSign, the people in them, and what the other services would say. Each builder states a healthy case. */
export const OKTA = 'con_okta';
export const DOCUSIGN = 'con_docusign';

export function aConnector(change: Partial<ConnectorChanged> = {}): ConnectorChanged {
  const connectorId = change.connectorId ?? OKTA;
  return {
    type: 'ConnectorChanged',
    connectorId,
    app: connectorId === DOCUSIGN ? 'docusign' : 'okta',
    name: connectorId === DOCUSIGN ? 'Acme DocuSign' : 'Acme Okta',
    status: 'CONNECTED',
    version: 1,
    connectedAt: 1,
    streams: [],
    capabilities: [
      { capability: 'USER_GOVERNANCE', isAvailable: true },
      { capability: 'REVOKE_APP_GRANTS', isAvailable: true },
    ],
    ownAccountExternalId: 'castellan',
    isRemoved: false,
    ...change,
  };
}

/** An account of Acme's Okta, named by its external id. */
export function anAccount(externalId: string, change: Partial<AccountSummary> = {}, connectorId = OKTA): AccountSummary {
  return {
    id: accountId('acme', connectorId, externalId),
    externalId,
    personId: null,
    username: null,
    email: `${externalId}@acme.example`,
    displayName: null,
    status: 'ACTIVE',
    isAdmin: false,
    isExternal: false,
    type: 'person',
    ...change,
  };
}

/** As {@link anAccount}, as the domain knows it. */
export function aGovernedAccount(externalId: string, change: Partial<GovernedAccount> = {}): GovernedAccount {
  const { id, personId, username, email, displayName, status, isAdmin } = anAccount(externalId);
  return {
    id,
    connectorId: OKTA,
    app: 'okta',
    externalId,
    personId,
    username,
    email,
    displayName,
    status,
    isAdmin,
    heardAt: 1,
    actedAt: null,
    protection: null,
    ...change,
  };
}

export function accountsChanged(accounts: readonly AccountSummary[], connectorId = OKTA, version = 1): AccountsChanged {
  return { type: 'AccountsChanged', connectorId, app: connectorId === DOCUSIGN ? 'docusign' : 'okta', version, accounts };
}

/** Connectors did it, and read it back. */
export function succeeded(
  actionId: string,
  at: number,
  change: { readonly alreadySo?: boolean; readonly attempt?: number } = {},
): ActionSettled {
  const { alreadySo = false, attempt = 1 } = change;
  return {
    type: 'ActionSettled',
    actionId,
    attempt,
    at,
    result: { is: 'succeeded', alreadySo, before: { status: 'ACTIVE' }, after: { status: 'SUSPENDED' } },
  };
}

export function failed(
  actionId: string,
  at: number,
  change: { readonly code?: string; readonly mayRetry?: boolean; readonly attempt?: number } = {},
): ActionSettled {
  const { code = 'APP_UNAVAILABLE', mayRetry = true, attempt = 1 } = change;
  return {
    type: 'ActionSettled',
    actionId,
    attempt,
    at,
    result: { is: 'failed', code, message: 'Okta does not answer.', remedy: 'Try again later.', mayRetry },
  };
}

/** A message as it arrives, with an id of its own. */
export function envelope<M extends Message>(message: M, tenant = 'acme'): Envelope<M> {
  return { id: newOrderedId('evt', new Date(0)), tenant, subject: 'test', sentAt: 0, message };
}
