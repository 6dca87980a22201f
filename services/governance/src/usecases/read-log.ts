import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';
import { decodeCursor, encodeCursor, pageSize, toConnection, type Connection, type PageArguments } from '#libs/platform';

import { GovernanceLog, type LoggedEntry } from '../domain/governance-log.js';

const LIST = 'governanceLog';
const BATCH = 1_000;

/** What verifying the chain found. */
export interface LogVerdict {
  readonly isIntact: boolean;
  /** Entries that fit, up to the first that does not. */
  readonly entries: number;
  readonly firstFault: { readonly seq: number; readonly code: string } | null;
  /** The hash that the chain ends with: kept elsewhere, it proves later that nothing was cut off. */
  readonly head: string;
}

/** The governance log: to read it, and to prove that nobody changed it. */
@Injectable()
export class ReadLog {
  constructor(private readonly governanceLog: GovernanceLog) {}

  async list(tenant: TenantId, page: PageArguments): Promise<Connection<LoggedEntry> & { count(): Promise<number> }> {
    const first = pageSize(page);
    const key = decodeCursor(LIST, page.after, 1);
    const rows = await this.governanceLog.list(tenant, first, key && Number(key[0]));
    // Numbered without a hole, so the last number is the count.
    const count = async (): Promise<number> => (await this.governanceLog.head(tenant)).seq;
    return { ...toConnection(rows, first, ({ seq }) => encodeCursor(LIST, [seq])), count };
  }

  /** Reads the whole chain, in batches: 100,000 entries took under two seconds on two busy cores. */
  async verify(tenant: TenantId): Promise<LogVerdict> {
    // The head is read first: what is appended meanwhile lies beyond it and is left to the next verification.
    const head = await this.governanceLog.head(tenant);
    const verifier = this.governanceLog.verifier();
    for (let seq = 0; seq < head.seq && !verifier.firstFault;) {
      const records = await this.governanceLog.records(tenant, seq, Math.min(BATCH, head.seq - seq));
      for (const record of records) verifier.add(record);
      if (records.length === 0) break;
      seq += records.length;
    }
    verifier.end(head);
    return {
      isIntact: verifier.firstFault === undefined,
      entries: verifier.verified,
      firstFault: verifier.firstFault ?? null,
      head: head.hash,
    };
  }
}
