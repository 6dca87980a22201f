import type { GraphClient } from './graph-client.js';

interface StreamProgress {
  readonly name: string;
  readonly feed: string;
  readonly status: string;
  readonly itemsRead: number;
  readonly itemsExpected: number | null;
  readonly ratePerSecond: number | null;
  readonly problem: { readonly message: string } | null;
}

interface Progress {
  readonly connectors: readonly { readonly name: string; readonly status: string; readonly streams: readonly StreamProgress[] }[];
}

const QUERY = '{ connectors { name status streams { name feed status itemsRead itemsExpected ratePerSecond problem { message } } } }';
const LOOK_EVERY_MS = 500;
const LONGEST_MS = 10 * 60_000;

/** Shows the first reading of all connectors until it has ended: redrawn on a terminal, a line per change elsewhere. */
export async function showProgress(graph: GraphClient, out: NodeJS.WriteStream): Promise<void> {
  const until = Date.now() + LONGEST_MS;
  const told = new Map<string, string>();
  let drawn = 0;
  for (;;) {
    const progress = await graph.ask<Progress>(QUERY);
    const lines = progress.connectors.flatMap((connector) =>
      connector.streams.map((stream) => [`${connector.name} ${stream.name}`, lineOf(connector.name, stream)] as const),
    );
    if (out.isTTY) {
      out.write(`${drawn > 0 ? `\u001b[${drawn}A` : ''}${lines.map(([, line]) => `\u001b[2K${line}\n`).join('')}`);
      drawn = lines.length;
    } else {
      for (const [key, line] of lines) {
        if (told.get(key) !== line) out.write(`${line}\n`);
        told.set(key, line);
      }
    }
    const isOver = progress.connectors.every(({ streams }) => streams.every(({ status }) => status !== 'WAITING' && status !== 'RUNNING'));
    if (isOver || Date.now() > until) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

function lineOf(connector: string, stream: StreamProgress): string {
  const name = `${connector} ${stream.name.toLowerCase().replaceAll('_', ' ')}${stream.feed === 'main' ? '' : ` (${stream.feed})`}`;
  const count = stream.itemsExpected ? `${stream.itemsRead} of ${stream.itemsExpected}` : String(stream.itemsRead);
  const rate = stream.ratePerSecond ? `, ${stream.ratePerSecond}/s` : '';
  const state = stream.problem ? stream.problem.message : stream.status.toLowerCase().replaceAll('_', ' ');
  return `  ${name.padEnd(36)} ${count.padStart(10)}${rate.padEnd(10)} ${state}`;
}
