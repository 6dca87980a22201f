import { readFile } from 'node:fs/promises';

import { SERVICE_NAMES } from '#libs/contracts';
import { InternalTokens, loadSigningKeys, makeLogger, onShutdown, readConfigOfProcess, type Config, type Logger } from '#libs/platform';

import { AccessTokens } from './access-tokens.js';
import { ensureAdminToken } from './admin-token.js';
import { startGateway, type RunningGateway } from './gateway.js';
import { HttpDataSource } from './subgraphs/http.js';
import { SUPERGRAPH_FILE } from './supergraph-file.js';

const config = readConfigOfProcess();
const logger = makeLogger(config);
const gateway = await startDistributed(config, logger);
onShutdown(logger, () => gateway.close());

/** The gateway alone, with each service at its address. */
async function startDistributed(config: Config, logger: Logger): Promise<RunningGateway> {
  const internal = new InternalTokens(await loadSigningKeys(config.keysDir, 'internal', { mayCreate: true }));
  const accessTokens = await AccessTokens.open(config, { mayCreate: true });
  const clients = SERVICE_NAMES.map((name) => [name, new HttpDataSource({ name, url: config.serviceUrls[name], tokens: internal, logger })] as const);
  const supergraphSdl = await readFile(SUPERGRAPH_FILE, 'utf8');
  const gateway = await startGateway({ config, logger, subgraphs: Object.fromEntries(clients), accessTokens, supergraphSdl });
  const access = await ensureAdminToken(config, gateway.url, accessTokens);
  // Not through the logger: logs are kept and sent elsewhere, this is shown once.
  if (access.isNew) process.stdout.write(`Administrator token (shown once; also in access.json of the data folder):\n${access.token}\n`);
  return gateway;
}
