/** The words of this service. They are those of the graph; the contracts between services say the same. */
export const SEVERITIES = ['INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
export type Severity = (typeof SEVERITIES)[number];

export type Category =
  | 'SIGN_IN'
  | 'CREDENTIAL'
  | 'USER'
  | 'GROUP'
  | 'PRIVILEGE'
  | 'APP_GRANT'
  | 'ADMIN'
  | 'SHARING'
  | 'DATA'
  | 'RESOURCE'
  | 'THREAT'
  | 'UNMAPPED';

export type Outcome = 'SUCCESS' | 'FAILURE' | 'UNKNOWN';
export type ActorType = 'person' | 'service' | 'system' | 'anonymous' | 'unknown';
export type AlertStatus = 'OPEN' | 'IN_PROGRESS' | 'CLOSED';
export type Classification = 'TRUE_POSITIVE' | 'BENIGN_POSITIVE' | 'FALSE_POSITIVE';
export type PolicyKind = 'ACTIVITY' | 'ANOMALY' | 'SIGMA';

/** What an address is, first match wins: the operator's word, then the app's, then the network's owner. */
export type NetworkType = 'corporate' | 'vpn' | 'tor' | 'proxy' | 'relay' | 'satellite' | 'hosting' | 'mobile' | 'unknown';

/** The worse of two. */
export function worse(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) >= SEVERITIES.indexOf(b) ? a : b;
}
