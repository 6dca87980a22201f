import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { Secrets, Settings } from '#libs/providers';

/** The apps of the demo's company, as they were started. */
export interface DemoApps {
  readonly apps: readonly {
    readonly key: string;
    readonly url: string;
    readonly hosts: Readonly<Record<string, string>>;
    readonly credentials: { readonly settings: Settings; readonly secrets: Secrets };
  }[];
  readonly domain: string;
  /** Whose account is taken over in the story. */
  readonly victim: string;
}

/** Starts the apps beside this process; they end when it does. */
export async function startDemoApps(story: {
  readonly now: Date;
  readonly people: number;
  readonly days: number;
}): Promise<DemoApps & { stop(): void }> {
  const child = fork(fileURLToPath(new URL('./sandbox-process.js', import.meta.url)), [JSON.stringify(story)]);
  const started = await new Promise<DemoApps>((resolve, reject) => {
    child.once('message', (message) => resolve(message as DemoApps));
    child.once('exit', (code) => reject(new Error(`The demo's apps ended with ${code} before they had started.`)));
  });
  return { ...started, stop: () => void child.disconnect() };
}
