import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction, type Socket } from 'node:net';

import { Agent, buildConnector } from 'undici';

import { isReachableAddress } from './public-address.js';

/** What the operator, never a tenant, decides about connections to apps. */
export interface NetworkRules {
  /** The app stands in the own network. Per connector, and worth an audit record. */
  readonly allowPrivate?: boolean;
  /** Ports beside 443. */
  readonly ports?: readonly number[];
  /** Names to addresses; the system's resolver unless told. */
  readonly resolve?: (hostname: string) => Promise<readonly LookupAddress[]>;
  readonly connectTimeoutMs?: number;
}

/** The host of a connector's settings leads to where no app may be: an attempt to make us call our own network, or a mistake. */
export class ConnectionRefusedByGuard extends Error {
  constructor(readonly reason: string) {
    super(reason);
    this.name = 'ConnectionRefusedByGuard';
  }
}

const MOST_ADDRESSES = 16;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Connections to the internet only: https, known ports, literal addresses and every resolved address checked before, the peer's address after.
 * Names are resolved once, and the checked addresses are the ones connected to, so that a name can't change its mind in between.
 */
export function guardedAgent(rules: NetworkRules, connections: number): Agent {
  const lookup = guardedLookup(rules);
  const connect = buildConnector({ timeout: rules.connectTimeoutMs ?? CONNECT_TIMEOUT_MS, lookup });
  const guarded: buildConnector.connector = (options, callback) => {
    const refusal = refusalOf(options, rules);
    if (refusal) return callback(refusal, null);
    connect(options, (...args) => {
      const [error, socket] = args;
      if (error || !socket) return callback(error ?? new Error('no connection'), null);
      const peer = refusalOfPeer(socket, rules);
      if (!peer) return callback(null, socket);
      socket.destroy();
      callback(peer, null);
    });
  };
  return new Agent({ connect: guarded, connections });
}

/** Connections to targets that the operator named in the host map, such as sandboxes on loopback. Nothing is resolved or refused. */
export function mappedAgent(rules: NetworkRules, connections: number): Agent {
  return new Agent({ connect: { timeout: rules.connectTimeoutMs ?? CONNECT_TIMEOUT_MS }, connections });
}

function refusalOf(options: buildConnector.Options, rules: NetworkRules): ConnectionRefusedByGuard | undefined {
  if (options.protocol !== 'https:') return new ConnectionRefusedByGuard('only https is allowed');
  const port = Number(options.port || 443);
  if (port !== 443 && !rules.ports?.includes(port)) return new ConnectionRefusedByGuard(`port ${port} is not allowed`);
  const host = options.hostname.replace(/^\[|\]$/g, '');
  // Node never asks the lookup about a literal address: it has to be refused here.
  if (isIP(host) && !isReachableAddress(host, rules)) return new ConnectionRefusedByGuard('the address is not a public one');
  return undefined;
}

function refusalOfPeer(socket: Socket, rules: NetworkRules): ConnectionRefusedByGuard | undefined {
  const peer = socket.remoteAddress;
  if (peer !== undefined && isReachableAddress(peer, rules)) return undefined;
  return new ConnectionRefusedByGuard('the connection ended at an address that is not a public one');
}

/** The addresses of a name, all of them allowed; else an error. One bad address among good ones is a trap. */
export async function allowedAddresses(hostname: string, rules: NetworkRules): Promise<readonly LookupAddress[]> {
  const found = await (rules.resolve ?? resolveBySystem)(hostname);
  if (found.length === 0) throw new Error('the name has no address');
  if (found.length > MOST_ADDRESSES) throw new ConnectionRefusedByGuard(`the name has more than ${MOST_ADDRESSES} addresses`);
  if (!found.every(({ address }) => isReachableAddress(address, rules)))
    throw new ConnectionRefusedByGuard('the name leads to an address that is not a public one');
  return found;
}

function resolveBySystem(hostname: string): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) => {
    systemLookup(hostname, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });
}

function guardedLookup(rules: NetworkRules): LookupFunction {
  return (hostname, options: LookupOptions, callback) => {
    allowedAddresses(hostname, rules).then(
      (addresses) => {
        const family = options.family === 'IPv4' ? 4 : options.family === 'IPv6' ? 6 : (options.family ?? 0);
        const fitting = family === 0 ? addresses : addresses.filter((address) => address.family === family);
        const first = fitting[0];
        if (!first) return callback(new Error('the name has no address of this family'), '', 0);
        if (options.all) callback(null, [...fitting]);
        else callback(null, first.address, first.family);
      },
      (error: Error) => callback(error, '', 0),
    );
  };
}
