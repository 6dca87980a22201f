import type { BulkSink, Envelope, Message, MessageType, ServiceName } from '#libs/contracts';

import type { Tx } from '../database/database.js';
import type { Subgraph } from '../graphql/subgraph.js';

/** A started service, as the process that holds it sees it. */
export interface RunningService {
  readonly name: ServiceName;
  readonly subgraph: Subgraph;
  readonly sink: BulkSink | undefined;
  /** Takes one message for good, or throws; a repeat has no effect. */
  receive(envelope: Envelope): Promise<void>;
  health(): Promise<Health>;
  /** Stops taking work, ends what is in hand, closes the database. */
  close(): Promise<void>;
}

export interface Health {
  readonly isReady: boolean;
  readonly checks: Readonly<Record<string, { readonly isOk: boolean; readonly detail?: string }>>;
}

/** What a service does with the messages it hears; each runs inside the transaction that records the arrival. */
export type MessageHandlers = {
  readonly [T in MessageType]?: (tx: Tx, envelope: Envelope<Extract<Message, { type: T }>>) => Promise<void>;
};

/** Nest tokens that a service's module provides for the platform to find. */
export const MESSAGE_HANDLERS = Symbol('MESSAGE_HANDLERS');
export const BULK_SINK = Symbol('BULK_SINK');

/** Work that runs while the service runs: started after all services of the process are up, stopped first. */
export interface BackgroundWork {
  start(): void | Promise<void>;
  stop(): Promise<void>;
}
export const BACKGROUND_WORK = Symbol('BACKGROUND_WORK');
