/**
 * The transaction in which a change, its log entry and its message are made together. Use cases open it and pass it on; only stores look inside.
 * Between opening and closing nothing may wait for the network.
 */
export type Transaction = object;
