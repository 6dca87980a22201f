import type { ServiceName } from '#libs/contracts';
import { RequestContext, type RunningService, type SubgraphRequest } from '#libs/platform';
import type { FormattedExecutionResult } from 'graphql';

import { isMutation, SubgraphUnavailable, type SubgraphCall, type SubgraphClient } from './subgraph-client.js';

/** A service of this very process: a call is a function call, with a context of its own that nothing else ever sees. */
export class InProcessDataSource implements SubgraphClient {
  readonly name: ServiceName;

  constructor(private readonly service: Pick<RunningService, 'name' | 'subgraph' | 'health'>) {
    this.name = service.name;
  }

  async run(request: SubgraphRequest, call: SubgraphCall): Promise<FormattedExecutionResult> {
    const late = new SubgraphUnavailable(this.name, 'late', isMutation(request.query));
    return withinTime(this.service.subgraph.run(request, new RequestContext(call.principal, call.requestId)), call.timeoutMs, late);
  }

  async isReachable(): Promise<boolean> {
    return (await this.service.health()).isReady;
  }

  async close(): Promise<void> {}
}

// What runs on is not stopped, only no longer waited for.
async function withinTime<T>(work: Promise<T>, timeoutMs: number, late: Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const alarm = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late), timeoutMs);
  });
  try {
    return await Promise.race([work, alarm]);
  } finally {
    clearTimeout(timer);
  }
}
