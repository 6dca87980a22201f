/**
 * The transaction in which evidence, findings, score and messages change together. Use cases open it and pass it on; only stores look inside.
 * Between opening and closing nothing may wait for the network.
 */
export type Transaction = object;
