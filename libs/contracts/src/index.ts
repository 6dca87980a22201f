export * from './bulk.js';
export * from './messages.js';
export * from './principal.js';
export * from './records.js';
export * from './vocabulary.js';
