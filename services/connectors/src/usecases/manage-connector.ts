import { Injectable } from '@nestjs/common';
import type { StreamName } from '#libs/contracts';
import { canonicalJson, Clock, type TenantId } from '#libs/kernel';

import { isConnectionBroken, lasting, type Connector } from '../domain/connector.js';
import { ConnectorDisabled, ConnectorNameTaken, ConnectorUnknown, SecretsNeededAgain } from '../domain/errors.js';
import { ConnectorStore, StreamStore, type ConnectionTest, type Secrets } from '../domain/ports.js';
import { AppCatalogue } from './app-catalogue.js';
import { AppConnections } from './app-connections.js';
import { enteredFields, failureOf, testedCapabilities, type ConnectOutcome } from './connect-app.js';
import { Wake } from './wake.js';

export interface UpdateInput {
  readonly name?: string | null;
  readonly settings?: unknown;
  readonly secrets?: unknown;
}

/** All that can be done to a connector once it is there. */
@Injectable()
export class ManageConnector {
  constructor(
    private readonly connectors: ConnectorStore,
    private readonly streams: StreamStore,
    private readonly connections: AppConnections,
    private readonly catalogue: AppCatalogue,
    private readonly clock: Clock,
    private readonly wake: Wake,
  ) {}

  async update(tenant: TenantId, id: string, input: UpdateInput): Promise<ConnectOutcome> {
    const connector = await this.get(tenant, id);
    const name = input.name?.trim();
    const isMoved =
      input.settings !== undefined && input.settings !== null && canonicalJson(input.settings) !== canonicalJson(connector.settings);
    if (isMoved && !input.secrets) return failed(new SecretsNeededAgain());
    if (input.secrets) return this.replace(connector, input.settings ?? connector.settings, input.secrets, name);
    if (!name) return { connector, test: null, problems: [] };
    try {
      return {
        connector: await this.connectors.change(tenant, id, (one) => ({ ...one, name: name.slice(0, 120) })),
        test: null,
        problems: [],
      };
    } catch (error) {
      if (error instanceof ConnectorNameTaken) return failed(new ConnectorNameTaken(name));
      throw error;
    }
  }

  async rotate(tenant: TenantId, id: string, secrets: unknown): Promise<ConnectOutcome> {
    const connector = await this.get(tenant, id);
    return this.replace(connector, connector.settings, secrets, undefined);
  }

  /** Tests with the stored credential; streams that waited for a scope, a licence or a person run again. */
  async test(tenant: TenantId, id: string): Promise<ConnectOutcome> {
    const connector = await this.get(tenant, id);
    const provider = this.catalogue.get(connector.app);
    const secrets = await this.connectors.secrets(tenant, id);
    const test = await this.connections.test(provider, connector.settings, secrets, { tenant, connectorId: id });
    const after = await this.takeTest(connector, test);
    return { connector: after, test, problems: failureOf(test) };
  }

  async sync(tenant: TenantId, id: string, names: readonly StreamName[] | null | undefined): Promise<ConnectOutcome> {
    const connector = await this.get(tenant, id);
    if (connector.isDisabled) return failed(new ConnectorDisabled(), connector);
    await this.streams.wake(tenant, id, this.clock.now().getTime(), names ?? undefined);
    this.wake.now();
    return { connector, test: null, problems: [] };
  }

  async disable(tenant: TenantId, id: string): Promise<ConnectOutcome> {
    await this.get(tenant, id);
    const connector = await this.connectors.change(tenant, id, (one) => ({ ...one, isDisabled: true }));
    await this.connections.forget(id);
    return { connector, test: null, problems: [] };
  }

  async enable(tenant: TenantId, id: string): Promise<ConnectOutcome> {
    await this.get(tenant, id);
    const connector = await this.connectors.change(tenant, id, (one) => ({ ...one, isDisabled: false }));
    await this.streams.wake(tenant, id, this.clock.now().getTime());
    this.wake.now();
    return { connector, test: null, problems: [] };
  }

  async remove(tenant: TenantId, id: string, deleteData: boolean): Promise<string> {
    await this.get(tenant, id);
    const removedAt = this.clock.now().getTime();
    await this.connectors.change(tenant, id, (one) => ({ ...one, removedAt, isDisabled: true, mustErase: deleteData }));
    await this.connectors.forgetSecrets(tenant, id);
    await this.connections.forget(id);
    this.wake.now();
    return id;
  }

  private async replace(connector: Connector, settings: unknown, secrets: unknown, name: string | undefined): Promise<ConnectOutcome> {
    const provider = this.catalogue.get(connector.app);
    const entered = enteredFields(provider, settings, secrets);
    if (entered.problems.length > 0) return { connector: null, test: null, problems: entered.problems };
    const test = await this.connections.test(provider, entered.settings, entered.secrets, {
      tenant: connector.tenant,
      connectorId: connector.id,
    });
    if (!test.isConnected) return { connector: null, test, problems: failureOf(test) };
    const after = await this.takeTest(connector, test, entered.secrets, (one) => ({
      ...one,
      settings: entered.settings,
      name: name?.slice(0, 120) ?? one.name,
    }));
    return { connector: after, test, problems: [] };
  }

  private async takeTest(
    connector: Connector,
    test: ConnectionTest,
    secrets?: Secrets,
    by: (one: Connector) => Connector = (one) => one,
  ): Promise<Connector | null> {
    const now = this.clock.now().getTime();
    const after = await this.connectors.change(
      connector.tenant,
      connector.id,
      (one) => ({
        ...by(one),
        lastTestedAt: now,
        problem: test.problem && isConnectionBroken(test.problem) ? lasting(test.problem, one.problem, now) : null,
        ...(test.isConnected
          ? {
              capabilities: testedCapabilities(test, one.capabilities, now),
              facts: test.facts ?? one.facts,
              factsAt: test.facts === null ? one.factsAt : now,
              ownAccountExternalId: test.ownAccountExternalId,
              actsAs: test.actsAs,
              credentialExpiresAt: test.credentialExpiresAt,
            }
          : {}),
      }),
      secrets,
    );
    await this.connections.forget(connector.id);
    if (test.isConnected) {
      await this.streams.wake(connector.tenant, connector.id, now);
      this.wake.now();
    }
    return after;
  }

  private async get(tenant: TenantId, id: string): Promise<Connector> {
    const connector = await this.connectors.find(tenant, id);
    if (!connector || connector.removedAt !== null) throw new ConnectorUnknown();
    return connector;
  }
}

function failed(problem: ConnectOutcome['problems'][number], connector: Connector | null = null): ConnectOutcome {
  return { connector, test: null, problems: [problem] };
}
