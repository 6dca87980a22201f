import type { Type } from '@nestjs/common';
import type { BulkSink, ConnectorChanged, InventoryRecord, Principal, StreamName } from '#libs/contracts';
import { Outbox } from '#libs/platform';
import { mariadbDatabase, mariadbIsThere, type TemporaryDatabase } from '#libs/testing/databases';
import { anAdmin, startTestService, type TestService } from '#libs/testing/services';

import { Feeder, NOON, SetClock, streamOf } from './inventory.fixtures.js';
import { inventoryService } from './inventory.module.js';

/** The service on a database of its own. Each test takes a tenant of its own, so that they share the start and nothing else. */
export class Stage {
  private tenants = 0;
  private heard = 0;

  private constructor(
    readonly service: TestService,
    readonly clock: SetClock,
    private readonly temporary: TemporaryDatabase | undefined,
  ) {}

  static async open(kind: 'SQLite' | 'MariaDB'): Promise<Stage> {
    const temporary = kind === 'MariaDB' ? await mariadbDatabase() : undefined;
    const clock = new SetClock();
    return new Stage(
      await startTestService(inventoryService, { clock, ...(temporary && { database: temporary.config }) }),
      clock,
      temporary,
    );
  }

  async close(): Promise<void> {
    await this.service.close();
    await this.temporary?.remove();
  }

  get<T>(token: { readonly prototype: T }): T {
    return this.service.service.app.get<T>(token as Type<T>, { strict: false });
  }

  tenant(): Acting {
    this.tenants += 1;
    return new Acting(this, `acme${this.tenants}`);
  }

  async hear(tenant: string, message: ConnectorChanged): Promise<void> {
    this.heard += 1;
    await this.service.service.receive({ id: `evt_${this.heard}`, tenant, subject: message.connectorId, sentAt: NOON, message });
  }
}

/** One tenant's side of the stage. */
export class Acting {
  constructor(
    private readonly stage: Stage,
    readonly name: string,
  ) {}

  get sink(): BulkSink<InventoryRecord> {
    return this.stage.service.service.sink as unknown as BulkSink<InventoryRecord>;
  }

  feeder(connectorId: string, stream: StreamName): Feeder {
    return new Feeder((page) => this.sink.store(page), streamOf(connectorId, stream, this.name));
  }

  async hear(message: ConnectorChanged): Promise<void> {
    await this.stage.hear(this.name, message);
  }

  async ask(query: string, variables?: Record<string, unknown>, change: Partial<Principal> = {}) {
    return this.stage.service.ask(query, variables, anAdmin({ tenant: this.name, ...change }));
  }

  /** The answer's data; an error fails the test. */
  async read(query: string, variables?: Record<string, unknown>) {
    const answer = await this.ask(query, variables);
    if (answer.errors) throw new Error(JSON.stringify(answer.errors));
    return answer.data;
  }

  /** What was told to the other services since the last time. */
  async told() {
    const outbox = this.stage.get(Outbox);
    const mine = (await outbox.waiting(1_000)).filter((envelope) => envelope.tenant === this.name);
    await outbox.markPublished(mine.map((envelope) => envelope.id));
    return mine.map((envelope) => envelope.message).filter((message) => message.type === 'AccountsChanged');
  }
}

/** The next call of a method fails; the one after that is its own again. */
export function failOnce<T extends object>(object: T, method: keyof T & string, message: string): void {
  const failing = (): Promise<never> => {
    Reflect.deleteProperty(object, method);
    return Promise.reject(new Error(message));
  };
  Object.defineProperty(object, method, { value: failing, configurable: true });
}

/** Runs the same stories on SQLite and, where one runs on this machine, on MariaDB. */
export function onEachStage(title: string, stories: (stage: () => Stage) => void): void {
  describe.each(['SQLite', 'MariaDB'] as const)(`${title} on %s`, (kind) => {
    const skips = kind === 'MariaDB' && !mariadbIsThere;
    let stage: Stage;
    beforeAll(async () => {
      if (!skips) stage = await Stage.open(kind);
    }, 60_000);
    afterAll(async () => {
      if (!skips) await stage.close();
    });
    if (skips) it.skip('(no server on 127.0.0.1:3306)', () => undefined);
    else stories(() => stage);
  });
}
