import type { Principal, Scope } from '#libs/contracts';
import type { TenantId } from '#libs/kernel';
import DataLoader from 'dataloader';

/** What a resolver knows of the request. One for each call of a subgraph; never shared between principals. */
export class RequestContext {
  private readonly loaders = new Map<string, DataLoader<unknown, unknown>>();
  private readonly scopes: ReadonlySet<string>;

  constructor(
    readonly principal: Principal,
    readonly requestId: string,
  ) {
    this.scopes = new Set(principal.scopes);
  }

  get tenant(): TenantId {
    return this.principal.tenant;
  }

  may(scope: Scope | string): boolean {
    return this.scopes.has(scope);
  }

  /** The loader of this name, made at its first use: entity look-ups of one request go out in one batch. */
  loader<K, V>(name: string, batch: (keys: readonly K[]) => Promise<readonly (V | Error)[]>): DataLoader<K, V> {
    let loader = this.loaders.get(name) as DataLoader<K, V> | undefined;
    if (!loader) {
      loader = new DataLoader<K, V>(batch, { maxBatchSize: 1_000 });
      this.loaders.set(name, loader as unknown as DataLoader<unknown, unknown>);
    }
    return loader;
  }
}
