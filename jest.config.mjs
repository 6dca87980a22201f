/** One configuration for all tests: sources are run as they stand, through the `source` condition of package.json's imports. */
export default {
  roots: ['<rootDir>/libs', '<rootDir>/services', '<rootDir>/gateway', '<rootDir>/embedded', '<rootDir>/test', '<rootDir>/scripts'],
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['@swc/jest', {}] },
  testMatch: ['**/*.test.ts'],
  testTimeout: 20_000,
  forceExit: false,
  reporters: ['default', '<rootDir>/test/reporters/plain-counts.mjs'],
};
