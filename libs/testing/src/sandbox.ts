import type { Clock } from '#libs/kernel';
import type { Provider, Secrets, Settings } from '#libs/providers';
import {
  createAppClient,
  startSandbox,
  type AppClientOptions,
  type EngineClient,
  type Exchange,
  type RunningSandbox,
  type SandboxOptions,
} from '#libs/providers/clients';

import { FakeClock } from './clock.js';
import type { AppSpec, Leniency } from './specs.js';

export interface SandboxAppOptions extends SandboxOptions {
  /** Every call and answer is held against it; see {@link SandboxApp.problems}. */
  readonly spec?: AppSpec;
  /** Operations that the description lacks though the app has them, by name: `POST /oauth2/v1/token`. */
  readonly beyondSpec?: readonly string[];
  /** By operation: where the description is poorer than the app. */
  readonly leniency?: Readonly<Record<string, Leniency>>;
  /** What differs from the sandbox's own working credentials. */
  readonly settings?: Settings;
  readonly secrets?: Secrets;
  readonly client?: Pick<AppClientOptions, 'limits' | 'onEvent' | 'random' | 'sleep' | 'facts' | 'signal'>;
  /** Default true; volume tests set it to false. */
  readonly keepExchanges?: boolean;
}

export interface SandboxApp {
  readonly app: EngineClient;
  readonly sandbox: RunningSandbox;
  /** All calls and answers so far, in order. */
  readonly exchanges: readonly Exchange[];
  /** How calls and answers differ from the description, each once, with its operation. Faults made by switches are not judged. */
  problems(): readonly string[];
  /** Another client of the same sandbox, such as one with a wrong secret. */
  connect(change?: Pick<SandboxAppOptions, 'settings' | 'secrets' | 'client'>): EngineClient;
  close(): Promise<void>;
}

/** A provider's sandbox and the engine's client on it: what a contract test needs. With a {@link FakeClock}, waits take no time. */
export async function sandboxApp(provider: Provider, options: SandboxAppOptions = {}): Promise<SandboxApp> {
  const exchanges: Exchange[] = [];
  const problems = new Set<string>();
  const { spec, beyondSpec = [], leniency = {}, keepExchanges = true } = options;
  const onExchange = (exchange: Exchange): void => {
    if (keepExchanges) exchanges.push(exchange);
    if (spec && !exchange.isFault && !beyondSpec.includes(exchange.operation ?? ''))
      judged(spec, exchange, leniency).forEach((problem) => problems.add(problem));
    options.onExchange?.(exchange);
  };
  const sandbox = await startSandbox(provider.sandbox, { ...options, onExchange });
  const clients: EngineClient[] = [];
  const connect: SandboxApp['connect'] = (change = options) => {
    const { settings, secrets } = sandbox.credentials;
    const client = createAppClient({
      provider,
      settings: { ...settings, ...change.settings },
      secrets: { ...secrets, ...change.secrets },
      hostMap: sandbox.hosts,
      ...timing(options.clock),
      ...change.client,
    });
    clients.push(client);
    return client;
  };
  return {
    app: connect(),
    sandbox,
    exchanges,
    problems: () => [...problems],
    connect,
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await sandbox.close();
    },
  };
}

function timing(clock: Clock | undefined): Partial<AppClientOptions> {
  if (!clock) return {};
  return clock instanceof FakeClock ? { clock, sleep: clock.sleep, random: () => 0.5 } : { clock };
}

function judged(spec: AppSpec, exchange: Exchange, leniency: Readonly<Record<string, Leniency>>): readonly string[] {
  const { operation, method, path, query, body, status, answer } = exchange;
  // A refused request is often refused for being wrong: only its answer is judged.
  const inRequest = status < 400 ? spec.validateRequest(method, path, query, body, leniency[operation ?? '']) : [];
  const inAnswer = spec.validateAnswer(method, path, status, answer);
  return [...new Set([...inRequest, ...inAnswer])].map((problem) => `${operation ?? `${method} ${path}`}: ${problem}`);
}
