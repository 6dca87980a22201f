export * from './clock.js';
export * from './recording-app.js';
export * from './sandbox.js';
export * from './specs.js';
