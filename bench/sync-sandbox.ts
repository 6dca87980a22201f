import { providerOf } from '#libs/providers';
import { startSandbox } from '#libs/providers/clients';

// The app of `bench/sync.ts`, as a process of its own: a sandbox without limits that makes its rows as they are asked for.
const [app = 'okta', accounts, activities] = process.argv.slice(2);
const provider = providerOf(app);
if (!provider) throw new Error(`There is no app "${app}".`);
const sandbox = await startSandbox(provider.sandbox, {
  people: 50,
  days: 60,
  bulk: { accounts: Number(accounts), activities: Number(activities) },
});
const appHosts = Object.entries(sandbox.hosts).map(([from, to]) => `${from}=${to}`);
process.stdout.write(JSON.stringify({ appHosts: appHosts.join(','), credentials: sandbox.credentials }));
