import { runServiceProcess } from '#libs/platform';

import { governanceService } from './governance.module.js';

await runServiceProcess(governanceService);
