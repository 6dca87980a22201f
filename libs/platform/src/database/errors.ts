import { DomainError } from '#libs/kernel';

import type { DatabaseConfig } from '../config/config.js';

/** The database can't be opened or answers nothing. */
export class DatabaseBusy extends DomainError {
  readonly code = 'DATABASE_UNAVAILABLE';
  readonly kind = 'unavailable';
}

/** The server would lose acknowledged writes in a power loss. */
export class DatabaseUnsafe extends DomainError {
  readonly code = 'DATABASE_UNSAFE';
  readonly kind = 'unavailable';

  constructor(flush: number, sync: number) {
    super(
      `The MySQL or MariaDB server may lose acknowledged writes (innodb_flush_log_at_trx_commit=${flush}, sync_binlog=${sync}). ` +
        'Set innodb_flush_log_at_trx_commit=1 and, with a binary log, sync_binlog=1; or set CASTELLAN_DB_ALLOW_UNSAFE_FLUSH=true to accept the risk.',
    );
  }
}

/** Names a connection without its password. */
export function describeConnection(config: DatabaseConfig): string {
  return config.kind === 'sqlite' ? `SQLite file ${config.file}` : `MySQL ${config.user}@${config.host}:${config.port}/${config.database}`;
}
