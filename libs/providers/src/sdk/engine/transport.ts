import type { Agent } from 'undici';

import { type AppAnswer, type AppRequest, AppFailure } from '../provider.js';
import { type Address, type HostMap, addressOf, checkedBases, redirectOf } from './address.js';
import { isHtml, parseJson } from './body.js';
import { bodyOf, exchange } from './exchange.js';
import { type NetworkRules, guardedAgent, mappedAgent } from './network.js';

/** An answer with what the transport knows about it. */
export interface Delivered {
  readonly answer: AppAnswer;
  /** False when JSON was asked for and the body is none; the answer's body is then the text. */
  readonly isReadable: boolean;
}

/** Makes the headers of one call; asked again for each hop of a redirect, since a proof is made for one address. */
export type HeaderMaker = (call: {
  readonly method: string;
  readonly url: string;
  readonly body?: string;
}) => Promise<Readonly<Record<string, string>>>;

/** What the transport may reach, and within which limits. */
export interface TransportOptions {
  readonly bases: () => Readonly<Record<string, string>>;
  readonly hostMap: HostMap;
  readonly network: NetworkRules;
  readonly connections: number;
  readonly timeoutMs: number;
  readonly mostBytes: number;
  readonly signal: AbortSignal;
}

const MOST_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Sends requests to the hosts of one app and to nobody else. */
export class Transport {
  private bases: ReadonlyMap<string, URL> | undefined;
  private guarded: Agent | undefined;
  private mapped: Agent | undefined;

  constructor(private readonly options: TransportOptions) {}

  /** The app's hosts may have changed: they are read again at the next call. */
  forgetBases(): void {
    this.bases = undefined;
  }

  /** Sends the request once, following redirects of reads on the app's own hosts. Every answer comes back, whatever its status. */
  async send(request: AppRequest, headersOf: HeaderMaker): Promise<Delivered> {
    this.bases ??= checkedBases(this.options.bases(), this.options.hostMap);
    const bases = this.bases;
    const method = request.method ?? 'GET';
    let address = addressOf(request, bases, this.options.hostMap);
    for (let hop = 0; ; hop++) {
      const headers = await headersOf({ method, url: address.url.href, body: bodyOf(request) });
      const raw = await exchange(this.agentFor(address), address, request, headers, {
        timeoutMs: request.timeoutMs ?? this.options.timeoutMs,
        mostBytes: this.options.mostBytes,
        signal: this.options.signal,
      });
      const location = raw.headers['location'];
      const isFollowed =
        REDIRECTS.has(raw.status) && method === 'GET' && typeof location === 'string' && !request.accept?.includes(raw.status);
      const next = isFollowed ? redirectOf(location, address.url, bases, this.options.hostMap) : undefined;
      if (!next) return deliver(raw, request);
      if (hop === MOST_REDIRECTS) {
        throw new AppFailure(
          { kind: 'malformed', message: `The app redirects ${request.operation} in a circle.` },
          request.operation,
          raw.status,
        );
      }
      address = next;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.guarded?.destroy(), this.mapped?.destroy()]);
  }

  private agentFor(address: Address): Agent {
    const { network, connections } = this.options;
    if (address.isMapped) return (this.mapped ??= mappedAgent(network, connections));
    return (this.guarded ??= guardedAgent(network, connections));
  }
}

function deliver(raw: { status: number; headers: AppAnswer['headers']; text: string }, request: AppRequest): Delivered {
  const { status, headers, text } = raw;
  const answer = (body: unknown, isReadable: boolean): Delivered => ({ answer: { status, headers, body, request }, isReadable });
  if (text.trim() === '') return answer(undefined, true);
  if (request.as === 'text') return answer(text, true);
  const type = headers['content-type'];
  const parsed = isHtml(text, typeof type === 'string' ? type : undefined) ? undefined : parseJson(text);
  return parsed ? answer(parsed.value, true) : answer(text, false);
}
