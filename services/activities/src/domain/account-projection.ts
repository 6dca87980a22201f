/** What is kept of an account that inventory told of. */
export interface KnownAccount {
  readonly id: string;
  readonly externalId: string;
  readonly personId: string | null;
  readonly username: string | null;
  readonly email: string | null;
  readonly displayName: string | null;
  readonly type: 'person' | 'service' | 'bot' | 'unknown';
}

/** The accounts that this service has heard of. */
export abstract class AccountProjection<Unit> {
  /** Keeps the newest state; an older version changes nothing. */
  abstract hear(tenant: string, unit: Unit, connectorId: string, version: number, accounts: readonly KnownAccount[]): Promise<void>;
  /** Those of the ids that are known. */
  abstract existing(tenant: string, ids: readonly string[]): Promise<ReadonlySet<string>>;
}
