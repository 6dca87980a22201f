import { runServiceProcess } from '#libs/platform';

import { inventoryService } from './inventory.module.js';

await runServiceProcess(inventoryService);
