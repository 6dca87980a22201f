import { runServiceProcess } from '#libs/platform';

import { postureService } from './posture.module.js';

await runServiceProcess(postureService);
