import type { Clock, TenantId } from '#libs/kernel';
import { sql, type Tx } from '#libs/platform';

import type { ManagedDomains } from '../domain/managed-domain.js';
import type { DomainRows } from '../domain/ports.js';
import { line, parsed, textOrNull } from './cells.js';

/** The managed domains of a tenant within one transaction. */
export class DomainTable implements DomainRows {
  constructor(
    private readonly tx: Tx,
    private readonly tenant: TenantId,
    private readonly clock: Clock,
  ) {}

  async managed(): Promise<ManagedDomains> {
    // A page that joins by the old domains must be stored before the new ones count, or the pass over all accounts would miss it.
    const shared = this.tx.dialect.name === 'mysql' ? sql` lock in share mode` : sql``;
    const [row] = await this.tx.query(sql`select domains from managed_domains where tenant = ${this.tenant}${shared}`);
    return new Set(row ? parsed<string[]>(row, 'domains') : []);
  }

  async replace(domains: readonly string[], by: string): Promise<boolean> {
    await this.tx.insert(
      'managed_domains',
      [{ tenant: this.tenant, domains: '[]', changed_by: null, changed_at: null, rejoin_after: null }],
      {
        key: ['tenant'],
        update: 'keep',
      },
    );
    const [row] = await this.tx.query(sql`select domains from managed_domains where tenant = ${this.tenant}${this.tx.dialect.forUpdate}`);
    const text = JSON.stringify(domains);
    if (row!['domains'] === text) return false;
    const now = this.clock.now().getTime();
    await this.tx.execute(
      sql`update managed_domains set domains = ${text}, changed_by = ${line(by)}, changed_at = ${now}, rejoin_after = ${''} where tenant = ${this.tenant}`,
    );
    return true;
  }

  async rejoin(): Promise<{ readonly afterId: string } | undefined> {
    const [row] = await this.tx.query(
      sql`select rejoin_after from managed_domains where tenant = ${this.tenant}${this.tx.dialect.forUpdate}`,
    );
    const afterId = row ? textOrNull(row, 'rejoin_after') : null;
    return afterId === null ? undefined : { afterId };
  }

  async saveRejoin(afterId: string | null): Promise<void> {
    await this.tx.execute(sql`update managed_domains set rejoin_after = ${afterId} where tenant = ${this.tenant}`);
  }
}
