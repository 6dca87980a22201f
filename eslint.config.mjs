// What the compiler and the import rules (.dependency-cruiser.cjs) cannot see. A message says what to do instead. Layout is Prettier's.
import tseslint from 'typescript-eslint';

const CLOCK = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'A rule is given the time: take a `now`, or a Clock (libs/kernel).',
  },
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'A rule is given the time: take a `now`, or a Clock (libs/kernel).',
  },
];
const ENVIRONMENT = [
  {
    selector: "MemberExpression[object.name='process'][property.name='env'], MemberExpression[object.name='process'][property.value='env']",
    message: 'Add the setting to libs/platform/src/config/config.ts and take it from Config: there it is checked, named and documented.',
  },
];
const DEFAULT_EXPORT = [{ selector: 'ExportDefaultDeclaration', message: 'Export it by name, so that everybody calls it the same.' }];
const GLOBALS = [
  { name: 'fetch', message: 'No I/O here: a use case calls, or a provider asks through the AppClient that it is handed.' },
  { name: 'process', message: 'Rules do not know in what process they run: take what you need as an argument.' },
];

const PURE = ['services/*/src/domain/**/*.ts', 'libs/kernel/src/**/*.ts', 'libs/contracts/src/**/*.ts', 'libs/providers/src/**/*.ts'];
// The half of the SDK that does I/O and keeps the time; SystemClock is where the time comes from.
const NOT_PURE = [
  '**/*.test.ts',
  '**/*.{builders,fixtures}.ts',
  '**/fixtures/**',
  'libs/providers/src/clients.ts',
  'libs/providers/src/sdk/engine/**',
  'libs/providers/src/sdk/sandbox/server.ts',
  'libs/kernel/src/clock.ts',
];
const TESTS = [
  '**/*.test.ts',
  '**/*.{builders,fixtures}.ts',
  '**/fixtures/**',
  '**/fixture-*.ts',
  'libs/testing/**/*.ts',
  'test/**/*.ts',
  'bench/**/*.ts',
];

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'data/**', 'coverage/**', '**/generated.ts'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: {
      parser: tseslint.parser,
      // Decorator metadata needs classes at run time: told so, consistent-type-imports leaves files with decorators alone.
      parserOptions: { emitDecoratorMetadata: true, experimentalDecorators: true },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/no-non-null-asserted-optional-chain': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      'no-restricted-syntax': ['error', ...DEFAULT_EXPORT, ...ENVIRONMENT],
      'no-console': ['error'],
      'no-debugger': 'error',
      'no-eval': 'error',
      'prefer-const': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['warn', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['warn', { max: 60, skipBlankLines: true, skipComments: true, IIFEs: true }],
    },
  },
  {
    // A promise that nobody waits for loses its error. Needs types, so it runs where losing one costs data.
    files: ['libs/**/*.ts', 'services/**/*.ts', 'gateway/**/*.ts', 'embedded/**/*.ts', 'scripts/**/*.ts'],
    ignores: ['**/*.test.ts', '**/fixtures/**'],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: { '@typescript-eslint/no-floating-promises': 'error', '@typescript-eslint/no-misused-promises': 'error' },
  },
  {
    files: PURE,
    ignores: NOT_PURE,
    rules: {
      'no-restricted-globals': ['error', ...GLOBALS],
      'no-restricted-syntax': ['error', ...DEFAULT_EXPORT, ...ENVIRONMENT, ...CLOCK],
    },
  },
  {
    files: TESTS,
    rules: { 'no-restricted-syntax': ['error', ...DEFAULT_EXPORT], 'max-lines-per-function': 'off', 'max-lines': 'off' },
  },
  { files: ['libs/platform/src/config/**/*.ts'], rules: { 'no-restricted-syntax': ['error', ...DEFAULT_EXPORT] } },
);
