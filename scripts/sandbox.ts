import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import type { Json } from '#libs/kernel';
import { providerOf, providers, type Provider } from '#libs/providers';
import { startSandbox, type RunningSandbox } from '#libs/providers/clients';

const USAGE = `npm run sandbox -- <app> [--port N] [--people N] [--days N] [--seed TEXT] [--events FILE.jsonl] [--quiet]

Serves a stand-in for an app on loopback, with a made-up company that goes on working.
  <app>      ${providers.map(({ manifest }) => manifest.key).join(', ')}
  --port     where to listen; a free one by default
  --people   size of the company; 200 by default
  --days     how far back its story reaches; 30 by default
  --seed     another text is another company
  --events   a recorded log to add: one raw event, as JSON, per line
  --quiet    nobody does anything while it runs`;

interface Wanted {
  readonly provider: Provider;
  readonly port: number | undefined;
  readonly people: number | undefined;
  readonly days: number | undefined;
  readonly seed: string | undefined;
  readonly events: readonly Json[] | undefined;
  readonly live: boolean;
}

/** What was typed does not say what to start. */
class CommandUnclear extends Error {}

async function main(): Promise<void> {
  const { provider, ...options } = wanted(process.argv.slice(2));
  const sandbox = await startSandbox(provider.sandbox, options).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? new CommandUnclear(`Port ${options.port} is taken. Name another with --port.`) : error;
  });
  process.stdout.write(`${introduction(provider, sandbox)}\n`);
  const stop = (): void => void sandbox.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

function wanted(args: readonly string[]): Wanted {
  const { values, positionals } = parsed(args);
  const provider = providerOf(positionals[0] ?? '');
  if (!provider || positionals.length !== 1)
    throw new CommandUnclear(positionals[0] ? `There is no sandbox for "${positionals.join(' ')}".` : 'Which app?');
  return {
    provider,
    port: number('--port', values.port, 0, 65_535),
    people: number('--people', values.people, 10, 100_000),
    days: number('--days', values.days, 1, 3_650),
    seed: values.seed,
    events: values.events === undefined ? undefined : eventsOf(values.events),
    live: !values.quiet,
  };
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    const options = { port: text, people: text, days: text, seed: text, events: text, quiet: { type: 'boolean' } } as const;
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new CommandUnclear(error instanceof Error ? error.message : String(error));
  }
}

function number(name: string, value: string | undefined, from: number, to: number): number | undefined {
  if (value === undefined) return undefined;
  const whole = Number(value);
  if (!Number.isInteger(whole) || whole < from || whole > to)
    throw new CommandUnclear(`${name} wants a whole number from ${from} to ${to}, not "${value}".`);
  return whole;
}

function eventsOf(file: string): readonly Json[] {
  return textOf(file)
    .split('\n')
    .flatMap((line, index) => {
      if (line.trim() === '') return [];
      try {
        return [JSON.parse(line) as Json];
      } catch {
        throw new CommandUnclear(`${file}, line ${index + 1}, is not JSON.`);
      }
    });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandUnclear(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

// Everything printed here is made up; a real app's secrets are never in a sandbox.
function introduction({ manifest }: Provider, sandbox: RunningSandbox): string {
  const { url, hosts, company, credentials } = sandbox;
  const map = Object.entries(hosts).map(([origin, target]) => `${origin}=${target}`);
  return [
    `${manifest.name} sandbox: ${url}`,
    `Company: ${company.name}, ${company.people.length} people at ${company.domain}`,
    '',
    'Let Castellan reach it, before it starts:',
    `  export CASTELLAN_APP_HOSTS='${map.join(',')}'`,
    '',
    'Enter in connectApp (made up, they open only this sandbox):',
    `  settings ${JSON.stringify(credentials.settings)}`,
    `  secrets  ${JSON.stringify(credentials.secrets)}`,
    '',
    'Faults and what it saw:',
    `  curl -s ${url}/__sandbox/switches`,
    `  curl -s ${url}/__sandbox/switches -d '{"throttleNext": 3}'`,
    `  curl -s ${url}/__sandbox/ledger`,
    '',
    'Ctrl-C stops it.',
  ].join('\n');
}

try {
  await main();
} catch (error) {
  if (!(error instanceof CommandUnclear)) throw error;
  process.stderr.write(`${error.message}\n\n${USAGE}\n`);
  process.exitCode = 2;
}
