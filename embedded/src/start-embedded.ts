import { mkdir, readFile } from 'node:fs/promises';

import type { Clock } from '#libs/kernel';
import {
  AccessTokens,
  type Config,
  EmbeddedPeers,
  type Logger,
  type ServiceDefinition,
  type StartedService,
  startService,
} from '#libs/platform';

import { ensureAdminToken } from '../../gateway/src/admin-token.js';
import { startGateway, type RunningGateway } from '../../gateway/src/gateway.js';
import { InProcessDataSource } from '../../gateway/src/subgraphs/in-process.js';
import { SUPERGRAPH_FILE } from '../../gateway/src/supergraph-file.js';
import { activitiesService } from '../../services/activities/src/activities.module.js';
import { connectorsService } from '../../services/connectors/src/connectors.module.js';
import { governanceService } from '../../services/governance/src/governance.module.js';
import { inventoryService } from '../../services/inventory/src/inventory.module.js';
import { postureService } from '../../services/posture/src/posture.module.js';

/** Castellan in one process: five services and the gateway, calls between them are function calls. */
export interface Castellan {
  /** The graph's address. */
  readonly url: string;
  /** Where GraphiQL is. */
  readonly origin: string;
  /** An administrator's token; print it only when it is new. */
  readonly access: { readonly token: string; readonly isNew: boolean };
  close(): Promise<void>;
}

// Connectors last: what it reads is handed to the others, which must be there.
const SERVICES: readonly ServiceDefinition[] = [inventoryService, activitiesService, postureService, governanceService, connectorsService];

export interface EmbeddedOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** Starts everything, in the order in which it is needed; what was started is stopped again when something fails. */
export async function startEmbedded({ config, logger, clock }: EmbeddedOptions): Promise<Castellan> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const accessTokens = await AccessTokens.open(config, { mayCreate: true });
  const supergraphSdl = await readFile(SUPERGRAPH_FILE, 'utf8');
  const peers = new EmbeddedPeers();
  const services: StartedService[] = [];
  let gateway: RunningGateway | undefined;
  const close = async (): Promise<void> => {
    await gateway?.close();
    for (const service of [...services].reverse()) await service.close();
  };
  try {
    for (const definition of SERVICES) {
      const service = await startService(definition, { config, logger, peers, clock });
      services.push(service);
      peers.join(service);
    }
    const subgraphs = Object.fromEntries(services.map((service) => [service.name, new InProcessDataSource(service)]));
    gateway = await startGateway({ config, logger, subgraphs, accessTokens, supergraphSdl });
    const access = await ensureAdminToken(config, gateway.url, accessTokens);
    for (const service of services) await service.begin();
    return { url: gateway.url, origin: gateway.origin, access, close };
  } catch (error) {
    await close();
    throw error;
  }
}
