import { parseArgs } from 'node:util';

import { sampleReaders } from '#libs/providers/samples';

import { measure, type Report } from './samples/measure.js';
import { reportText } from './samples/table.js';

const USAGE = `npm run samples [-- --dir FOLDER] [--json]

Maps other people's events with our providers, and compares with what those people say about them (docs/samples.md).
  --dir    where activities/<app>.jsonl and rawonly/<app>.jsonl are; ../shared/samples by default
  --json   one line of JSON instead of the table`;

/** What was typed does not say what to measure. */
class CommandUnclear extends Error {}

async function main(): Promise<void> {
  const { dir, json } = parsed(process.argv.slice(2));
  const report = await measure(dir, sampleReaders);
  if (!report) process.stderr.write(`There are no samples in ${dir}: nothing to measure.\n`);
  if (json) process.stdout.write(`${JSON.stringify(report ?? ({ apps: [], notMeasured: [] } satisfies Report))}\n`);
  else if (report) process.stdout.write(`${reportText(report)}\n`);
}

function parsed(args: readonly string[]): { readonly dir: string; readonly json: boolean } {
  try {
    const options = { dir: { type: 'string', default: '../shared/samples' }, json: { type: 'boolean', default: false } } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new CommandUnclear(error instanceof Error ? error.message : String(error));
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof CommandUnclear)) throw error;
  process.stderr.write(`${error.message}\n\n${USAGE}\n`);
  process.exitCode = 2;
}
