import { mkdir } from 'node:fs/promises';

import { readConfigOfProcess } from '../config/config.js';
import { AccessTokens } from '../identity/access-tokens.js';
import { InternalTokens } from '../identity/internal-token.js';
import { loadSigningKeys } from '../identity/keys.js';
import { armCrashPoint } from '../lifecycle/crash-point.js';
import { onShutdown } from '../lifecycle/shutdown.js';
import { makeLogger } from '../logging/logger.js';
import { exitOnError } from '../lifecycle/exit-on-error.js';
import { HttpPeers } from './peers.js';
import { serveService } from './serve-service.js';
import { startService, type ServiceDefinition } from './start-service.js';

/** A service as a process of its own: `node dist/services/<name>/src/main.js`, sister services over HTTP. */
export async function runServiceProcess(definition: ServiceDefinition): Promise<void> {
  await exitOnError(async () => {
    const config = readConfigOfProcess();
    const logger = makeLogger(config);
    armCrashPoint(config.crashAt);
    await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
    const tokens = new InternalTokens(await loadSigningKeys(config.keysDir, 'internal', { mayCreate: true }));
    const peers = new HttpPeers(definition.name, config.serviceUrls, tokens);
    const service = await startService(definition, { config, logger, peers });
    const accessTokens = await AccessTokens.open(config, { mayCreate: true });
    const where = { host: config.host, port: config.servicePorts[definition.name] };
    // A client's own token too, for installations with another router before us (docs/other-routers.md).
    const url = await serveService(service, where, tokens, logger, (token) => accessTokens.verify(token));
    await service.begin();
    logger.info({ service: definition.name, url }, `${definition.name} answers on ${url}`);
    onShutdown(logger, async () => {
      await service.close();
      await peers.close();
    });
  });
}
