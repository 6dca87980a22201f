import { Inject, Injectable } from '@nestjs/common';
import type { StreamName } from '#libs/contracts';
import { Clock, DAY_MS, newId, type DomainError, type TenantId } from '#libs/kernel';
import { CONFIG, type Config } from '#libs/platform';
import type { Provider } from '#libs/providers';
import { checkSettings } from '#libs/providers/clients';

import { lasting, type Connector, type ConnectorSettings, type Stream, type TestedCapability } from '../domain/connector.js';
import { ConnectionFailed, ConnectorNameTaken, SetupFieldInvalid } from '../domain/errors.js';
import { ConnectorStore, type ConnectionTest, type Secrets } from '../domain/ports.js';
import { AppCatalogue } from './app-catalogue.js';
import { AppConnections } from './app-connections.js';
import { Wake } from './wake.js';

export interface ConnectInput {
  readonly app: string;
  readonly name?: string | null;
  readonly settings: unknown;
  readonly secrets: unknown;
  /** In milliseconds. */
  readonly backfill?: number | null;
}

/** What an attempt to connect came to. */
export interface ConnectOutcome {
  readonly connector: Connector | null;
  readonly test: ConnectionTest | null;
  readonly problems: readonly DomainError[];
}

/** Tests a connection; connects when the sign-in works, even if some capabilities are refused. */
@Injectable()
export class ConnectApp {
  constructor(
    private readonly connectors: ConnectorStore,
    private readonly catalogue: AppCatalogue,
    private readonly connections: AppConnections,
    private readonly clock: Clock,
    private readonly wake: Wake,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Saves nothing. */
  async test(tenant: TenantId, input: ConnectInput): Promise<ConnectOutcome> {
    const provider = this.catalogue.get(input.app);
    const entered = enteredFields(provider, input.settings, input.secrets);
    if (entered.problems.length > 0) return { connector: null, test: null, problems: entered.problems };
    const test = await this.connections.test(provider, entered.settings, entered.secrets, { tenant });
    return { connector: null, test, problems: failureOf(test) };
  }

  async connect(tenant: TenantId, input: ConnectInput): Promise<ConnectOutcome> {
    const provider = this.catalogue.get(input.app);
    const entered = enteredFields(provider, input.settings, input.secrets);
    if (entered.problems.length > 0) return { connector: null, test: null, problems: entered.problems };
    const name = input.name?.trim() || provider.manifest.name;
    if (await this.isTaken(tenant, name)) return { connector: null, test: null, problems: [new ConnectorNameTaken(name)] };
    const test = await this.connections.test(provider, entered.settings, entered.secrets, { tenant });
    if (!test.isConnected) return { connector: null, test, problems: failureOf(test) };

    const now = this.clock.now();
    const connector = newConnector(tenant, provider, name, entered.settings, test, this.backfillDays(provider, input.backfill), now);
    try {
      await this.connectors.add(tenant, connector, entered.secrets, newStreams(provider, connector, now.getTime()));
    } catch (error) {
      if (error instanceof ConnectorNameTaken) return { connector: null, test, problems: [error] };
      throw error;
    }
    this.wake.now();
    return { connector, test, problems: [] };
  }

  private backfillDays(provider: Provider, asked: number | null | undefined): number {
    const days = asked === null || asked === undefined ? this.config.defaultBackfillDays : Math.ceil(asked / DAY_MS);
    return Math.min(days, provider.manifest.retentionDays);
  }

  private async isTaken(tenant: TenantId, name: string): Promise<boolean> {
    return (await this.connectors.list(tenant)).some((connector) => connector.name.toLowerCase() === name.toLowerCase());
  }
}

/** What was entered, checked against the setup fields; a secret among the settings (or the reverse) is named, never stored where it would show. */
export function enteredFields(
  provider: Provider,
  settings: unknown,
  secrets: unknown,
): { readonly settings: ConnectorSettings; readonly secrets: Secrets; readonly problems: readonly DomainError[] } {
  const problems: DomainError[] = [];
  const parts: Record<string, unknown>[] = [];
  for (const [part, given] of [
    ['settings', settings],
    ['secrets', secrets],
  ] as const) {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      problems.push(new SetupFieldInvalid(['input', part], `${part} must be an object of the app's setup fields.`));
      continue;
    }
    const fields = given as Record<string, unknown>;
    for (const field of provider.manifest.setup.fields) {
      const isMisplaced = field.name in fields && field.secret !== (part === 'secrets');
      if (isMisplaced)
        problems.push(
          new SetupFieldInvalid(['input', part, field.name], `${field.label} belongs in ${field.secret ? 'secrets' : 'settings'}.`),
        );
    }
    parts.push(fields);
  }
  if (problems.length > 0) return { settings: {}, secrets: {}, problems };
  const checked = checkSettings(provider.manifest.setup.fields, Object.assign({}, ...parts) as Record<string, unknown>);
  const isSecret = new Set(provider.manifest.setup.fields.filter((field) => field.secret).map((field) => field.name));
  return {
    settings: checked.settings,
    secrets: checked.secrets,
    problems: checked.problems.map(
      (fault) => new SetupFieldInvalid(['input', isSecret.has(fault.field) ? 'secrets' : 'settings', fault.field], fault.message),
    ),
  };
}

export function failureOf(test: ConnectionTest): readonly DomainError[] {
  return test.problem ? [new ConnectionFailed(test.problem.code, test.problem.message, test.problem.remedy)] : [];
}

/** The capabilities as tested at `now`; a problem that lasts keeps its beginning. */
export function testedCapabilities(test: ConnectionTest, before: readonly TestedCapability[], now: number): TestedCapability[] {
  return test.capabilities.map(({ capability, problem, note }) => {
    const known = before.find((one) => one.capability === capability)?.problem ?? null;
    return { capability, isAvailable: problem === null, problem: problem && lasting(problem, known, now), note };
  });
}

function newConnector(
  tenant: TenantId,
  provider: Provider,
  name: string,
  settings: ConnectorSettings,
  test: ConnectionTest,
  backfillDays: number,
  at: Date,
): Connector {
  const now = at.getTime();
  return {
    id: newId('con', at),
    tenant,
    app: provider.manifest.key,
    name: name.slice(0, 120),
    settings,
    facts: test.facts,
    factsAt: test.facts === null ? null : now,
    capabilities: testedCapabilities(test, [], now),
    problem: null,
    ownAccountExternalId: test.ownAccountExternalId,
    actsAs: test.actsAs,
    backfillDays,
    isDisabled: false,
    createdAt: now,
    lastTestedAt: now,
    credentialExpiresAt: test.credentialExpiresAt,
    version: 1,
    removedAt: null,
    mustErase: false,
  };
}

/** One stream for each listing, feed and the evidence. Accounts go first; the others wait until they have been read once. */
export function newStreams(provider: Provider, connector: Pick<Connector, 'tenant' | 'id'>, now: number): Stream[] {
  const keys: { name: StreamName; feed: string }[] = [
    ...(Object.keys(provider.listings) as StreamName[]).map((name) => ({ name, feed: 'main' })),
    ...Object.keys(provider.feeds).map((feed) => ({ name: 'ACTIVITIES' as const, feed })),
    ...(provider.evidence ? [{ name: 'SETTINGS' as const, feed: 'main' }] : []),
  ];
  const hasAccounts = provider.listings.ACCOUNTS !== undefined;
  return keys.map(({ name, feed }) => ({
    tenant: connector.tenant,
    connectorId: connector.id,
    name,
    feed,
    status: 'WAITING',
    phase: null,
    itemsRead: 0,
    itemsExpected: null,
    ratePerSecond: null,
    lastSuccessAt: null,
    nextRunAt: name === 'ACCOUNTS' || !hasAccounts ? now : null,
    cursorAt: null,
    isFirstSyncDone: false,
    failures: 0,
    problem: null,
  }));
}
