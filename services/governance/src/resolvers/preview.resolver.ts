import { Parent, ResolveField, Resolver } from '@nestjs/graphql';

import type { ActionPreviewItem } from '../usecases/action-preview.js';
import { reference, referenceOrNull } from './graph-shapes.js';

/** One target of a preview. */
@Resolver('ActionPreviewItem')
export class ActionPreviewItemResolver {
  @ResolveField()
  account(@Parent() item: ActionPreviewItem) {
    return referenceOrNull('Account', item.accountId);
  }

  @ResolveField()
  connector(@Parent() item: ActionPreviewItem) {
    return reference('Connector', item.connectorId);
  }
}
