import { runServiceProcess } from '#libs/platform';

import { connectorsService } from './connectors.module.js';

await runServiceProcess(connectorsService);
