import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';

import type { RequestContext } from './context.js';

/** The tenant of the caller, proven by its token. */
export const Tenant = createParamDecorator((_: unknown, context: ExecutionContext) => contextOf(context).tenant);

/** Who calls: subject, roles, scopes. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext) => contextOf(context).principal);

/** The whole request context, for its loaders. */
export const Request = createParamDecorator((_: unknown, context: ExecutionContext) => contextOf(context));

function contextOf(context: ExecutionContext): RequestContext {
  return GqlExecutionContext.create(context).getContext<RequestContext>();
}
