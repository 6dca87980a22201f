// Who may import whom: `npm run boundaries`. Each rule was seen to fire on a planted violation, see test/architecture/boundaries.test.ts.
// Globals (fetch, process, the clock) are ESLint's: dependencies do not show them.

const onlyForTests = ['/fixtures/', '/fixture-[^/]*$', '\\.(builders|fixtures)\\.ts$'];
const test = ['\\.test\\.ts$', ...onlyForTests];
const ROOMS = ['schema', 'resolvers', 'messaging', 'usecases', 'domain', 'persistence'];
const room = (...rooms) => `^services/[^/]+/src/(${rooms.join('|')})/`;
const roomsBut = (...rooms) => room(...ROOMS.filter((name) => !rooms.includes(name)));

// Arithmetic in a package's clothes: no I/O, no clock, no state. A rule of a service may stand on it.
const PURE_PACKAGES = ['ipaddr.js', 're2js', 'json-p3', 'bowser', 'i18n-iso-countries', 'mmdb-lib', 'world-countries'];
const purePackage = `node_modules/(${PURE_PACKAGES.map((name) => name.replace('.', '\\.')).join('|')})/`;
const pureBuiltin = '^(node:)?(crypto|buffer|util|zlib|url)$';
const ioBuiltin = '^(node:)?(fs|fs/promises|http|http2|https|net|tls|dns|dgram|child_process|worker_threads)$';

// What package.json's imports lead to.
const doors = Object.values(require('./package.json').imports).map(({ source }) => `^${source.slice(2).replaceAll('.', '\\.')}$`);

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    rule('no-circles', 'Two files that need each other are one file, or hide a third.', {}, { circular: true }),

    rule('no-dead-imports', 'The path does not lead anywhere.', {}, { couldNotResolve: true }),

    rule(
      'domain-is-pure',
      'A rule takes values and returns values. Move the I/O into a use case or a store.',
      { path: room('domain'), pathNot: test },
      { pathNot: [room('domain'), '^libs/(kernel|contracts|providers)/', purePackage, pureBuiltin] },
    ),

    rule(
      'use-cases-see-ports-not-tables',
      'Ask for a store declared in domain/; persistence/ implements it.',
      { path: room('usecases'), pathNot: test },
      { path: [roomsBut('usecases', 'domain'), 'node_modules/typeorm'] },
    ),

    rule(
      'doors-open-on-use-cases',
      'A resolver or a message handler calls one use case; it never reaches a table.',
      { path: room('resolvers', 'messaging'), pathNot: test },
      { path: [room('persistence'), 'node_modules/typeorm'] },
    ),

    rule(
      'persistence-serves-domain',
      'Rows become domain values here; nothing here decides.',
      { path: room('persistence'), pathNot: test },
      { path: roomsBut('persistence', 'domain') },
    ),

    rule(
      'services-do-not-meet-in-code',
      'Services meet in the supergraph, or in libs/contracts.',
      { path: '^services/([^/]+)/' },
      { path: '^services/', pathNot: '^services/$1/' },
    ),

    rule(
      'gateway-knows-only-the-supergraph',
      'The gateway reads supergraph.graphql; it runs no service code and knows no provider.',
      { path: '^gateway/', pathNot: test },
      { path: ['^services/', '^embedded/', '^libs/providers/'] },
    ),

    rule(
      'embedded-starts-what-others-define',
      'embedded/ puts services and gateway into one process: it imports a service by its module and nothing deeper.',
      { path: '^embedded/', pathNot: test },
      { path: '^services/', pathNot: '^services/([^/]+)/src/\\1\\.module\\.ts$' },
    ),

    rule(
      'nothing-imports-embedded',
      'It is a way to start the product, not a part of it.',
      { path: '^(services|gateway|libs|scripts)/' },
      { path: '^embedded/' },
    ),

    rule(
      'kernel-imports-nothing',
      'Ids, errors and the clock depend on no one.',
      { path: '^libs/kernel/', pathNot: test },
      { pathNot: ['^libs/kernel/', pureBuiltin] },
    ),

    rule(
      'contracts-are-only-shapes',
      'A message is data. Logic belongs to the service that sends or reads it.',
      { path: '^libs/contracts/', pathNot: test },
      { pathNot: '^libs/(contracts|kernel)/' },
    ),

    rule(
      'libs-never-look-up',
      'A library does not know who uses it.',
      { path: '^libs/' },
      { path: '^(services|gateway|embedded|scripts|bench|test)/' },
    ),

    rule(
      'platform-knows-no-app',
      'What is true for one app belongs to its provider.',
      { path: '^libs/platform/', pathNot: test },
      { path: '^libs/(providers|testing)/' },
    ),

    rule(
      'libs-have-doors',
      'Import #libs/<name>, never a file inside.',
      { path: '^(services|gateway|embedded|scripts|bench|test)/' },
      { path: '^libs/', pathNot: doors },
    ),

    rule(
      'only-the-connectors-service-calls-providers',
      'It alone holds the credentials.',
      { path: '^(services|gateway)/', pathNot: ['^services/connectors/', ...test] },
      { path: '^libs/providers/src/clients\\.ts$' },
    ),

    rule(
      'providers-are-strangers',
      'What two providers share belongs in sdk/.',
      { path: '^libs/providers/src/([^/]+)/', pathNot: '^libs/providers/src/sdk/' },
      { path: '^libs/providers/src/[^/]+/', pathNot: '^libs/providers/src/($1|sdk)/' },
    ),

    rule(
      'sdk-knows-no-provider',
      'The SDK is the same for every app.',
      { path: '^libs/providers/src/sdk/', pathNot: test },
      { path: '^libs/providers/src/[^/]+/', pathNot: '^libs/providers/src/sdk/' },
    ),

    rule(
      'providers-stay-pure',
      'A provider is values and functions: it asks through the AppClient that it is handed, so every service may load it. No npm package, no I/O.',
      { path: '^libs/providers/src/[^/]+/', pathNot: ['^libs/providers/src/sdk/', ...test] },
      { path: ['node_modules', ioBuiltin, '^libs/providers/src/sdk/engine/'] },
    ),

    rule(
      'only-the-engine-does-io',
      'In the SDK, calls go out from engine/ and come in at sandbox/server.ts.',
      { path: '^libs/providers/src/sdk/', pathNot: ['^libs/providers/src/sdk/(engine/|sandbox/(server|bodies)\\.ts$)', ...test] },
      { path: [ioBuiltin, 'node_modules/(undici|jose)/'] },
    ),

    rule(
      'the-engine-is-behind-clients',
      'The half that does I/O is reached through clients.ts, for the connectors service, scripts and tests.',
      { path: '^libs/providers/src/', pathNot: ['^libs/providers/src/(clients\\.ts$|sdk/engine/)', ...test] },
      { path: '^libs/providers/src/sdk/(engine/|sandbox/server\\.ts$)' },
    ),

    rule(
      'test-helpers-stay-in-tests',
      'Production code never loads a fake.',
      { path: '^(services|gateway|embedded|scripts|bench|libs)/', pathNot: [...test, '^libs/testing/'] },
      { path: ['^libs/testing/', ...test] },
    ),

    rule(
      'tools-stay-out-of-the-product',
      'What runs in production is among the dependencies, not the devDependencies.',
      { path: '^(services|gateway|embedded|libs)/', pathNot: [...test, '^libs/testing/', '^gateway/graphiql/'] }, // graphiql is bundled by the build
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
  ],

  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true, // a type-only import is still a dependency
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.(graphql|json)$' },
    moduleSystems: ['es6'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      extensions: ['.ts', '.js', '.json'],
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
    },
  },
};
