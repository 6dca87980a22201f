import ipaddr from 'ipaddr.js';

/** Which addresses an app may have: those of the internet, or, when the operator allows it, also those of the own network. */
export interface AddressRules {
  /** The operator says that this connector's app stands in the own network. Addresses of cloud metadata services stay refused. */
  readonly allowPrivate?: boolean;
}

/** ipaddr.js calls it public; it is the host agent of Azure's machines. */
const REFUSED_BY_NAME = new Set(['168.63.129.16']);
const OWN_NETWORK = new Set(['private', 'uniqueLocal', 'loopback', 'carrierGradeNat']);

/** True when we may connect to this IP address, in whatever spelling. What is no address is refused. */
export function isReachableAddress(address: string, { allowPrivate = false }: AddressRules = {}): boolean {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (!ipaddr.isValid(bare)) return false;
  // process() unwraps IPv4 addresses that are written as IPv6.
  const parsed = ipaddr.process(bare);
  if (REFUSED_BY_NAME.has(parsed.toString())) return false;
  const range = parsed.range();
  return range === 'unicast' || (allowPrivate && OWN_NETWORK.has(range));
}
