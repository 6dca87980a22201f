import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { accountId } from '#libs/kernel';
import { Tenant } from '#libs/platform';

import type { AffectedEntity } from '../domain/control-verdict.js';
import { reference } from './views.js';

type AffectedView = AffectedEntity & { readonly connectorId: string };

@Resolver('AffectedEntity')
export class AffectedEntityResolver {
  @ResolveField()
  type(@Parent() { type }: AffectedView) {
    return type.toUpperCase();
  }

  @ResolveField()
  id(@Parent() { externalId }: AffectedView) {
    return externalId;
  }

  @ResolveField()
  account(@Tenant() tenant: string, @Parent() { type, externalId, connectorId }: AffectedView) {
    return type === 'account' && externalId !== null ? reference('Account', accountId(tenant, connectorId, externalId)) : null;
  }
}
