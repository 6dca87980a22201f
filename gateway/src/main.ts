import { readFile } from 'node:fs/promises';

import { SERVICE_NAMES } from '#libs/contracts';
import { AccessTokens, exitOnError, InternalTokens, loadSigningKeys, makeLogger, onShutdown, readConfigOfProcess } from '#libs/platform';

import { ensureAdminToken } from './admin-token.js';
import { startGateway } from './gateway.js';
import { HttpDataSource } from './subgraphs/http.js';
import { SUPERGRAPH_FILE } from './supergraph-file.js';

// The gateway as a process of its own, with each service at its address; embedded/ starts it together with the services.
await exitOnError(async () => {
  const config = readConfigOfProcess();
  const logger = makeLogger(config);
  const tokens = new InternalTokens(await loadSigningKeys(config.keysDir, 'internal', { mayCreate: true }));
  const accessTokens = await AccessTokens.open(config, { mayCreate: true });
  const clients = SERVICE_NAMES.map((name) => [name, new HttpDataSource({ name, url: config.serviceUrls[name], tokens, logger })] as const);
  const supergraphSdl = await readFile(SUPERGRAPH_FILE, 'utf8');
  const gateway = await startGateway({ config, logger, subgraphs: Object.fromEntries(clients), accessTokens, supergraphSdl });
  onShutdown(logger, () => gateway.close());
  const access = await ensureAdminToken(config, gateway.url, accessTokens);
  // Not through the logger: logs are kept and sent elsewhere, this is shown once.
  if (access.isNew) process.stdout.write(`Administrator token (shown once; also in access.json of the data folder):\n${access.token}\n`);
});
