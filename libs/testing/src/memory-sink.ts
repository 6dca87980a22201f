import type { BulkPage, BulkRecord, BulkSink, SinkPosition, StoredPage, StreamKey } from '#libs/contracts';
import { BulkPageStale } from '#libs/platform';

/** A sink without a database that keeps every record it was handed, and obeys the fence and the cursor as a real one does. */
export class MemorySink implements BulkSink {
  readonly pages: BulkPage[] = [];
  readonly touched: BulkRecord[] = [];
  readonly erased: string[] = [];
  private readonly positions = new Map<string, SinkPosition>();

  get records(): readonly BulkRecord[] {
    return this.pages.flatMap((page) => page.records);
  }

  async position(key: StreamKey): Promise<SinkPosition> {
    return (
      this.positions.get(nameOf(key)) ?? { cursor: null, fence: 0, pages: 0, records: 0, storedAt: null, listedAt: null, newestAt: null }
    );
  }

  async store(page: BulkPage): Promise<StoredPage> {
    const before = await this.position(page.key);
    if (page.fence < before.fence || page.from !== before.cursor) throw new BulkPageStale(page.key);
    const newest = page.records.reduce(
      (most, record) => (record.kind === 'activity' ? Math.max(most, record.occurredAt) : most),
      before.newestAt ?? 0,
    );
    const position: SinkPosition = {
      cursor: page.next,
      fence: page.fence,
      pages: before.pages + 1,
      records: before.records + page.records.length,
      storedAt: page.readAt,
      listedAt: page.listing?.isLast ? page.readAt : before.listedAt,
      newestAt: newest || null,
    };
    this.positions.set(nameOf(page.key), position);
    this.pages.push(page);
    return { position, changed: page.records.length, quarantined: 0 };
  }

  async erase(_tenant: string, connectorId: string): Promise<void> {
    this.erased.push(connectorId);
  }

  async restart(key: StreamKey, fence: number, cursor: string | null): Promise<SinkPosition> {
    const before = await this.position(key);
    if (fence < before.fence) throw new BulkPageStale(key);
    const position = { ...before, cursor, fence };
    this.positions.set(nameOf(key), position);
    return position;
  }

  async touch(_key: StreamKey, records: readonly BulkRecord[]): Promise<void> {
    this.touched.push(...records);
  }
}

function nameOf(key: StreamKey): string {
  return [key.tenant, key.connectorId, key.stream, key.feed].join('/');
}
