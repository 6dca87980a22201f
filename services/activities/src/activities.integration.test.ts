import { activitiesService } from './activities.module.js';
import { startTestService } from '#libs/testing/services';
it('starts', async () => {
  const s = await startTestService(activitiesService);
  console.log(JSON.stringify(await s.ask('{ activities { nodes { id } totalCount coverage { state } } policies { id } ipRanges { id } alerts { totalCount } }')));
  await s.close();
});
