import { runServiceProcess } from '#libs/platform';

import { activitiesService } from './activities.module.js';

await runServiceProcess(activitiesService);
