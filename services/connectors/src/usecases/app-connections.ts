import { Inject, Injectable } from '@nestjs/common';
import { DAY_MS, Clock, type Json, type TenantId } from '#libs/kernel';
import { CONFIG, LOGGER, type Config, type Logger } from '#libs/platform';
import { AppFailure, type Provider } from '#libs/providers';
import { createAppClient, problemOf, type EngineClient, type EngineEvent, type QuotaLine } from '#libs/providers/clients';

import type { Connector, ConnectorSettings } from '../domain/connector.js';
import { ConnectorStore, type ConnectionTest, type Secrets } from '../domain/ports.js';
import { AppCatalogue } from './app-catalogue.js';

/** A way to an app for one use; `close` it when the use is over. */
export interface Connection {
  readonly provider: Provider;
  readonly client: EngineClient;
}

interface Kept extends Connection {
  readonly createdFor: string;
}

/** The ways to the connected apps: one for each connector, made at first use, anew when its credential or settings change. Nothing else holds secrets. */
@Injectable()
export class AppConnections {
  private readonly kept = new Map<string, Kept>();

  constructor(
    private readonly connectors: ConnectorStore,
    private readonly catalogue: AppCatalogue,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** The way to a connector's app, with what discovery found at most a day ago. */
  async of(connector: Connector): Promise<Connection> {
    const kept = this.kept.get(connector.id) ?? (await this.make(connector));
    const isOld = connector.factsAt === null || this.clock.now().getTime() - connector.factsAt > DAY_MS;
    if (kept.provider.discover && isOld) await this.discover(connector, kept);
    return kept;
  }

  /** Forgets the way: its credential or settings changed, or it was stopped. Calls in flight end. */
  async forget(connectorId: string): Promise<void> {
    const kept = this.kept.get(connectorId);
    this.kept.delete(connectorId);
    await kept?.client.close();
  }

  quota(connectorId: string): readonly QuotaLine[] | null {
    return this.kept.get(connectorId)?.client.quota() ?? null;
  }

  /** Signs in with what was entered, discovers, and makes one cheap call for each capability. Keeps nothing. */
  async test(
    provider: Provider,
    settings: ConnectorSettings,
    secrets: Secrets,
    context: { tenant: TenantId; connectorId?: string },
  ): Promise<ConnectionTest> {
    const client = this.open(provider, settings, secrets, undefined, { ...context, isTest: true });
    try {
      return await testWith(provider, client);
    } finally {
      await client.close();
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.kept.keys()].map((id) => this.forget(id)));
  }

  private async make(connector: Connector): Promise<Kept> {
    const provider = this.catalogue.get(connector.app);
    const secrets = await this.connectors.secrets(connector.tenant, connector.id);
    const client = this.open(provider, connector.settings, secrets, connector.facts ?? undefined, {
      tenant: connector.tenant,
      connectorId: connector.id,
    });
    const kept: Kept = { provider, client, createdFor: connector.id };
    this.kept.set(connector.id, kept);
    return kept;
  }

  private open(
    provider: Provider,
    settings: ConnectorSettings,
    secrets: Secrets,
    facts: Json | undefined,
    context: Record<string, unknown>,
  ): EngineClient {
    const logger = this.logger.child({ app: provider.manifest.key, ...context });
    return createAppClient({
      provider: withLimits(provider, this.config.appLimitFactor),
      settings,
      secrets,
      facts,
      hostMap: this.config.appHosts,
      clock: this.clock,
      limits: { longestReadWaitMs: LONGEST_READ_WAIT_MS },
      onEvent: (event) => logEvent(logger, event),
    });
  }

  private async discover(connector: Connector, { provider, client }: Connection): Promise<void> {
    const facts = await provider.discover!(client);
    client.learn(facts);
    await this.connectors.change(connector.tenant, connector.id, (one) => ({ ...one, facts, factsAt: this.clock.now().getTime() }));
  }
}

/** The provider with the call limits that the app grants this organization. */
function withLimits(provider: Provider, factor: number): Provider {
  if (factor === 1) return provider;
  const budgets = provider.manifest.budgets.map((budget) => ({ ...budget, calls: Math.max(1, Math.round(budget.calls * factor)) }));
  return { ...provider, manifest: { ...provider.manifest, budgets } };
}

/** A listing that is larger than an hour's share of the app's limit sleeps through to the next hour, instead of beginning anew. */
const LONGEST_READ_WAIT_MS = 65 * 60_000;

async function testWith(provider: Provider, client: EngineClient): Promise<ConnectionTest> {
  const nothing = { capabilities: [], facts: null, ownAccountExternalId: null, actsAs: null, credentialExpiresAt: null };
  let credentialExpiresAt: number | null = null;
  let facts: Json | null = null;
  try {
    const session = await client.signIn();
    credentialExpiresAt = session.credentialExpiresAt?.getTime() ?? null;
    if (provider.discover) {
      facts = await provider.discover(client);
      client.learn(facts);
    }
  } catch (error) {
    if (error instanceof AppFailure) return { ...nothing, isConnected: false, problem: problemOf(error) };
    throw error;
  }
  const identity = await provider.identify(client).catch(ifFailure({ accountExternalId: null, name: null }));
  const capabilities = await client.each(provider.probes, async (probe) => {
    try {
      const found = await probe.run(client);
      return { capability: probe.capability, problem: null, note: found?.note ?? null };
    } catch (error) {
      if (error instanceof AppFailure) return { capability: probe.capability, problem: problemOf(error), note: null };
      throw error;
    }
  });
  const refusal = allRefused(capabilities.map((one) => one.problem));
  return {
    isConnected: refusal === null,
    problem: refusal,
    capabilities: refusal ? [] : capabilities,
    facts,
    ownAccountExternalId: identity.accountExternalId,
    actsAs: identity.name ?? identity.accountExternalId,
    credentialExpiresAt,
  };
}

/** A static token is first tried by the probes: when each is refused because of the credential or the host, the sign-in itself failed. */
function allRefused(problems: readonly ConnectionTest['problem'][]): ConnectionTest['problem'] {
  const first = problems[0];
  if (!first || problems.some((problem) => problem === null)) return null;
  const isTotal = problems.every((problem) => problem && TOTAL.includes(problem.code));
  return isTotal ? first : null;
}

const TOTAL: readonly string[] = [
  'CREDENTIAL_INVALID',
  'CREDENTIAL_EXPIRED',
  'CONSENT_REQUIRED',
  'CONFIGURATION_INVALID',
  'ENDPOINT_UNREACHABLE',
  'APP_UNAVAILABLE',
  'APP_RESPONSE_UNREADABLE',
  'RATE_LIMITED',
];

function ifFailure<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof AppFailure) return value;
    throw error;
  };
}

function logEvent(logger: Logger, event: EngineEvent): void {
  if (event.type === 'call') logger.trace(event, 'call');
  else logger.debug(event, event.type);
}
