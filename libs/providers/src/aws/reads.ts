import type { Facts } from '../sdk/index.js';
import { AppFailure, many, at, text, type AppClient, type OwnIdentity, type Probe, type Provider } from '../sdk/index.js';

import { askEc2, askIam, callerIdentity } from './calls.js';
import { changes, probeCloudTrail, signIns } from './cloud-trail.js';
import { accounts, appGrants, groups, privileges } from './directory.js';
import { homeRegion, partitionOf, REGION } from './regions.js';

/** Lists of an account. */
export const listings: Provider['listings'] = { ACCOUNTS: accounts, GROUPS: groups, PRIVILEGES: privileges, APP_GRANTS: appGrants };

/** The logs of an account. */
export const feeds: Provider['feeds'] = { changes, signIns };

/** The account's number and its regions. Where we may not ask for the regions, the home region alone is read. */
export async function discover(app: AppClient): Promise<Facts> {
  const { account } = await callerIdentity(app);
  const home = homeRegion(app.settings);
  const found = await enabledRegions(app, home);
  return { accountId: account, regions: [...new Set([partitionOf(home).globalRegion, ...found])] };
}

async function enabledRegions(app: AppClient, home: string): Promise<readonly string[]> {
  try {
    const result = await askEc2(app, 'DescribeRegions', home);
    return many(at(result, 'regionInfo', 'item'))
      .filter((region) => text(at(region, 'optInStatus')) !== 'not-opted-in')
      .map((region) => text(at(region, 'regionName')))
      .filter((region) => region !== null && REGION.test(region)) as string[];
  } catch (error) {
    if (error instanceof AppFailure && error.kind === 'forbidden') return [home];
    throw error;
  }
}

/** The user, or the session of the role, that we are. */
export async function identify(app: AppClient): Promise<OwnIdentity> {
  const { arn } = await callerIdentity(app);
  return { accountExternalId: arn, name: arn.split('/').at(-1) ?? arn };
}

/** One cheap call for each capability. */
export const probes: readonly Probe[] = [
  probe('LIST_ACCOUNTS', (app) => details(app, 'User')),
  probe('LIST_GROUPS', (app) => details(app, 'Group')),
  probe('LIST_PRIVILEGES', (app) => details(app, 'LocalManagedPolicy')),
  probe('VIEW_APP_GRANTS', (app) => details(app, 'Role')),
  probe('REVOKE_APP_GRANTS', writing),
  probe('SIGN_IN_ACTIVITY', probeCloudTrail),
  probe('ADMIN_ACTIVITY', probeCloudTrail),
  probe('USER_GOVERNANCE', writing),
  probe('POSTURE', async (app) => void (await askIam(app, 'GetAccountSummary'))),
];

async function details(app: AppClient, filter: string): Promise<void> {
  await askIam(app, 'GetAccountAuthorizationDetails', { 'Filter.member.1': filter, MaxItems: '1' });
}

// Nothing tells what we may write without writing.
async function writing(app: AppClient): Promise<{ readonly note: string }> {
  await details(app, 'User');
  return { note: 'Users can be read. Whether the writing permissions are there shows only when we act.' };
}

function probe(capability: Probe['capability'], run: Probe['run']): Probe {
  return { capability, run };
}
