import type { Principal } from '#libs/contracts';

/** What the gateway knows of one operation while it runs. */
export interface OperationContext {
  readonly principal: Principal;
  readonly requestId: string;
  /** When it must end, on the clock of `performance.now()`. */
  readonly deadline: number;
  /** What the access log tells; filled on the way. */
  readonly facts: OperationFacts;
}

/** For the access log: never variables, which can hold secrets. */
export interface OperationFacts {
  operation?: string | undefined;
  kind?: 'query' | 'mutation' | 'subscription' | undefined;
  cost?: number | undefined;
  /** The codes of the answer's errors. */
  errors?: readonly string[] | undefined;
  hasData?: boolean | undefined;
}
