export * from './clock.js';
export * from './duration.js';
export * from './errors.js';
export * from './ids.js';
export * from './json.js';
export * from './transaction.js';
