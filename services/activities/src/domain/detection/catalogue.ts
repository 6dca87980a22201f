import type { Atlas } from '../enrichment/atlas.js';
import { DomainError } from '#libs/kernel';
import type { Policy } from '../policy.js';
import { APP_ALERT, appAlert } from './app-alert.js';
import type { Detector } from './detector.js';
import { DORMANT_ACCOUNT, dormantAccount } from './dormant-account.js';
import { FAILED_LOGINS, failedLogins } from './failed-logins.js';
import { INFREQUENT_COUNTRY, infrequentCountry } from './infrequent-country.js';
import { NEW_ADMINISTRATOR, newAdministrator } from './new-administrator.js';
import { ANONYMOUS_IP, anonymousIp } from './anonymous-ip.js';
import { MFA_FATIGUE, mfaFatigue } from './mfa-fatigue.js';
import { IMPOSSIBLE_TRAVEL, impossibleTravel } from './impossible-travel.js';

/** The policies that come with the product. */
export const BUILT_IN_POLICIES: readonly Policy[] = [
  IMPOSSIBLE_TRAVEL,
  FAILED_LOGINS,
  NEW_ADMINISTRATOR,
  INFREQUENT_COUNTRY,
  ANONYMOUS_IP,
  MFA_FATIGUE,
  DORMANT_ACCOUNT,
  APP_ALERT,
];

/** The detections that run on every new activity. */
export function detectors(atlas: Atlas): readonly Detector[] {
  return [
    impossibleTravel(atlas),
    failedLogins,
    newAdministrator,
    infrequentCountry(atlas),
    anonymousIp,
    mfaFatigue,
    dormantAccount,
    appAlert,
  ];
}

export class PolicyNotFound extends DomainError {
  readonly code = 'POLICY_NOT_FOUND';
  readonly kind = 'missing';
  override readonly path = ['policyId'];

  constructor(id: string) {
    super(`There is no policy ${id.slice(0, 100)}. Read policies for those there are.`);
  }
}
