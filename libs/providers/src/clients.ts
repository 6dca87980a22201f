export * from './sdk/engine/index.js';
export * from './sdk/sandbox/ledger.js';
export * from './sdk/sandbox/server.js';
export * from './sdk/sandbox/switches.js';
/** What a client throws. */
export { AppFailure } from './sdk/provider.js';
