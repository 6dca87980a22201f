export * from './control.js';
export * from './provider.js';
export * from './sandbox/company.js';
export * from './sandbox/definition.js';
