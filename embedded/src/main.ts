import { armCrashPoint, exitOnError, makeLogger, onShutdown, readConfigOfProcess } from '#libs/platform';

import { startEmbedded } from './start-embedded.js';

// Everything in one process, on SQLite in the data folder: `npm start`.
await exitOnError(async () => {
  const config = readConfigOfProcess();
  const logger = makeLogger(config);
  armCrashPoint(config.crashAt);
  const castellan = await startEmbedded({ config, logger });
  onShutdown(logger, () => castellan.close());
  process.stdout.write(
    [
      '',
      `  Graph      ${castellan.url}`,
      `  GraphiQL   ${castellan.origin}/`,
      castellan.access.isNew
        ? `  Token      ${castellan.access.token}\n             (administrator, shown once; also in ${config.dataDir}/access.json)`
        : `  Token      in ${config.dataDir}/access.json`,
      '  Ctrl-C stops it. Connect an app with the connectApp mutation; what each needs is in the apps query.',
      '',
    ].join('\n'),
  );
});
