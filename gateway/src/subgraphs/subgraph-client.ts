import type { Principal, ServiceName } from '#libs/contracts';
import { DomainError } from '#libs/kernel';
import type { SubgraphRequest } from '#libs/platform';
import type { FormattedExecutionResult } from 'graphql';

/** For whom and for how long a subgraph is asked. */
export interface SubgraphCall {
  readonly principal: Principal;
  readonly requestId: string;
  readonly timeoutMs: number;
}

/** One service as the gateway reaches it: in this process or over HTTP. */
export interface SubgraphClient {
  readonly name: ServiceName;
  /** The service's answer with its errors already named; throws {@link SubgraphUnavailable} when there is none. */
  run(request: SubgraphRequest, call: SubgraphCall): Promise<FormattedExecutionResult>;
  isReachable(): Promise<boolean>;
  close(): Promise<void>;
}

const WHY = {
  unreachable: 'no connection to it',
  late: 'it did not answer in time',
  unreadable: 'its answer can not be read',
  refused: 'it refused the call',
  resting: 'it failed several times in a row and is given a rest',
} as const;

/** What kept a service from answering. */
export type WhyUnavailable = keyof typeof WHY;

/** A service gave no usable answer; its fields are missing in the answer, all others are right. */
export class SubgraphUnavailable extends DomainError {
  readonly code = 'SUBGRAPH_UNAVAILABLE';
  readonly kind = 'unavailable';
  override readonly remedy: string;

  constructor(
    readonly service: ServiceName,
    readonly why: WhyUnavailable,
    readonly isMutation: boolean,
    options?: ErrorOptions,
  ) {
    super(`The ${service} service gave no answer: ${WHY[why]}. What other services own is in the answer.`, options);
    // A resting service was not called at all: then a mutation certainly did nothing.
    this.remedy =
      isMutation && why !== 'resting'
        ? 'Whether the change was made is not known: look before you repeat it, or repeat it with the same idempotencyKey.'
        : 'Try again in some seconds; /health/ready tells which services can be reached.';
  }
}

/** True for text that may change something; the planner writes the operation's kind first. */
export function isMutation(query: string): boolean {
  return query.startsWith('mutation');
}
