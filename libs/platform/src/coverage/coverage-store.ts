import type { ConnectorChanged, ConnectorProblemCode, ConnectorStreamState, StreamName } from '#libs/contracts';
import type { Clock, TenantId } from '#libs/kernel';
import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

import { column } from '../database/columns.js';
import type { Database, Tx } from '../database/database.js';
import { sql } from '../database/sql.js';

/** Makes the projection of connectors; a service that hears ConnectorChanged lists it among its migrations. */
export class CreateConnectorView1790000000004 implements MigrationInterface {
  readonly name = 'CreateConnectorView1790000000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'connector_view',
        columns: [
          column.key('tenant', { isPrimary: true, length: '64' }),
          column.key('connector_id', { isPrimary: true, length: '64' }),
          column.key('app', { length: '64' }),
          column.count('version'),
          column.flag('is_removed', { isNullable: false }),
          column.text('state', { isNullable: false }),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('connector_view');
  }
}

export type CoverageReasonCode = 'MISSING_SCOPE' | 'NOT_LICENSED' | 'NOT_SUPPORTED_BY_APP' | 'FIRST_SYNC_RUNNING' | 'SYNC_FAILING' | 'SYNC_LATE' | 'DISABLED';
export type CoverageState = 'COMPLETE' | 'PARTIAL' | 'STALE' | 'UNAVAILABLE';

/** As the graph's `Coverage`. */
export interface Coverage {
  readonly state: CoverageState;
  readonly asOf: number | null;
  readonly reasons: readonly {
    readonly code: CoverageReasonCode;
    readonly connector: { readonly __typename: 'Connector'; readonly id: string };
    readonly message: string;
    readonly missingScopes: readonly string[];
  }[];
}

/** What this service knows of the connectors: heard from the connectors service, kept so that an answer can say what it rests on. */
export class CoverageStore {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Keeps the newest state of a connector; an older message changes nothing. */
  async hear(tx: Tx, tenant: TenantId, change: ConnectorChanged): Promise<void> {
    const [known] = await tx.query<{ version: number }>(
      sql`select version from connector_view where tenant = ${tenant} and connector_id = ${change.connectorId}${tx.dialect.forUpdate}`,
    );
    if (known && Number(known.version) >= change.version) return;
    await tx.insert(
      'connector_view',
      [
        {
          tenant,
          connector_id: change.connectorId,
          app: change.app,
          version: change.version,
          is_removed: change.isRemoved,
          state: JSON.stringify(change),
        },
      ],
      { key: ['tenant', 'connector_id'], update: ['version', 'is_removed', 'state'] },
    );
  }

  /** The connectors that are not removed, as last heard. */
  async connectors(tenant: TenantId): Promise<ConnectorChanged[]> {
    const rows = await this.database.query<{ state: string }>(
      sql`select state from connector_view where tenant = ${tenant} and is_removed = 0 order by connector_id`,
    );
    return rows.map((row) => JSON.parse(row.state) as ConnectorChanged);
  }

  async connector(tenant: TenantId, connectorId: string): Promise<ConnectorChanged | undefined> {
    const [row] = await this.database.query<{ state: string }>(
      sql`select state from connector_view where tenant = ${tenant} and connector_id = ${connectorId}`,
    );
    return row ? (JSON.parse(row.state) as ConnectorChanged) : undefined;
  }

  /** How much an answer resting on `streams` shows, of all connectors or of those given. */
  async coverage(tenant: TenantId, streams: readonly StreamName[], connectorIds?: readonly string[]): Promise<Coverage> {
    const all = await this.connectors(tenant);
    const asked = connectorIds ? all.filter((connector) => connectorIds.includes(connector.connectorId)) : all;
    return coverageOf(asked, streams, this.clock.now());
  }
}

const LATE_AFTER_MS = 26 * 3_600_000;

/** Pure: the coverage of an answer, from the states of the streams it rests on. */
export function coverageOf(connectors: readonly ConnectorChanged[], streams: readonly StreamName[], now: Date): Coverage {
  const reasons: Coverage['reasons'][number][] = [];
  let oldest: number | null = null;
  let hasNothing = connectors.length === 0;
  let seen = 0;
  for (const connector of connectors) {
    const add = (code: CoverageReasonCode, message: string, missingScopes: readonly string[] = []): void => {
      reasons.push({ code, connector: { __typename: 'Connector', id: connector.connectorId }, message: `${connector.name}: ${message}`, missingScopes });
    };
    if (connector.status === 'DISABLED') add('DISABLED', 'disabled by a person; what it had read before is shown.');
    for (const name of streams) {
      const stream = connector.streams.find((one) => one.name === name);
      if (!stream) {
        add('NOT_SUPPORTED_BY_APP', `the app's API does not tell its ${words(name)}.`);
        continue;
      }
      explain(stream, connector.status === 'DISABLED', now, add);
      if (stream.lastSuccessAt === null) hasNothing = true;
      else {
        seen += 1;
        oldest = oldest === null ? stream.lastSuccessAt : Math.min(oldest, stream.lastSuccessAt);
      }
    }
  }
  return { state: stateOf(reasons, seen, hasNothing), asOf: oldest, reasons };
}

function explain(
  stream: ConnectorStreamState,
  isDisabled: boolean,
  now: Date,
  add: (code: CoverageReasonCode, message: string, missingScopes?: readonly string[]) => void,
): void {
  const what = words(stream.name);
  const { problem } = stream;
  if (stream.status === 'NOT_AVAILABLE') {
    add(reasonOf(problem?.code), `${what} can't be read: ${problem?.message ?? 'the app refuses it'}`, problem?.missingScopes ?? []);
    return;
  }
  if (isDisabled) return;
  if (problem) add(problem.code === 'SCOPE_MISSING' ? 'MISSING_SCOPE' : 'SYNC_FAILING', `reading ${what} fails: ${problem.message}`, problem.missingScopes ?? []);
  if (!stream.isFirstSyncDone) add('FIRST_SYNC_RUNNING', `the first reading of ${what} has not ended yet.`);
  else if (stream.lastSuccessAt !== null && now.getTime() - stream.lastSuccessAt > LATE_AFTER_MS) add('SYNC_LATE', `${what} were last read more than a day ago.`);
}

function stateOf(reasons: Coverage['reasons'], seen: number, hasNothing: boolean): CoverageState {
  if (seen === 0) return 'UNAVAILABLE';
  const isStale = reasons.some((reason) => reason.code === 'SYNC_LATE' || reason.code === 'DISABLED');
  const isPartial = hasNothing || reasons.some((reason) => reason.code !== 'SYNC_LATE' && reason.code !== 'DISABLED' && reason.code !== 'NOT_SUPPORTED_BY_APP');
  if (isPartial) return 'PARTIAL';
  if (isStale) return 'STALE';
  return reasons.length > 0 ? 'PARTIAL' : 'COMPLETE';
}

function reasonOf(code: ConnectorProblemCode | undefined): CoverageReasonCode {
  if (code === 'LICENCE_MISSING') return 'NOT_LICENSED';
  if (code === 'SCOPE_MISSING' || code === 'NOT_ADMINISTRATOR' || code === 'CONSENT_REQUIRED') return 'MISSING_SCOPE';
  return 'SYNC_FAILING';
}

function words(stream: StreamName): string {
  return stream.toLowerCase().replaceAll('_', ' ');
}
