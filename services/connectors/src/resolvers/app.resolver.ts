import { Args, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';
import { CAPABILITIES } from '#libs/contracts';
import { Tenant } from '#libs/platform';
import type { Provider, Settings } from '#libs/providers';

import { AppCatalogue } from '../usecases/app-catalogue.js';
import { ReadConnectors } from '../usecases/read-connectors.js';

@Resolver('App')
export class AppResolver {
  constructor(
    private readonly catalogue: AppCatalogue,
    private readonly connectors: ReadConnectors,
  ) {}

  @Query()
  apps() {
    return this.catalogue.list().map(toApp);
  }

  @Query()
  app(@Args('id') id: string) {
    const provider = this.catalogue.find(id);
    return provider ? toApp(provider) : null;
  }

  @ResolveReference()
  async reference({ id }: { id: string }) {
    const provider = this.catalogue.find(id);
    return provider ? toApp(provider) : null;
  }

  @ResolveField('connectors')
  connectorsOfApp(@Tenant() tenant: string, @Parent() { id }: { id: string }) {
    return this.connectors.list(tenant, { app: id });
  }
}

/** An app as the graph shows it. */
export function toApp({ manifest }: Provider) {
  return {
    id: manifest.key,
    name: manifest.name,
    vendor: manifest.vendor,
    category: manifest.category,
    limitations: manifest.limitations,
    capabilities: CAPABILITIES.map((capability) => {
      const claim = manifest.capabilities[capability];
      return { capability, support: claim.support, note: claim.note ?? null };
    }),
    setup: {
      prerequisites: manifest.setup.prerequisites,
      scopes: manifest.setup.scopes,
      fields: manifest.setup.fields.map((field) => ({
        ...field,
        isList: field.isList ?? false,
        when: field.when ? `${field.when.field}=${field.when.is}` : null,
      })),
      consentUrl: ({ settings }: { settings?: unknown }) => manifest.setup.consentUrl?.((settings ?? {}) as Settings) ?? null,
    },
  };
}
