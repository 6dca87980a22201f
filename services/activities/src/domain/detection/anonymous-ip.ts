import type { Activity } from '../activity.js';
import { dayOf } from '../day-set.js';
import type { Condition, Suppression } from '../explanation.js';
import type { Policy } from '../policy.js';
import type { Severity } from '../vocabulary.js';
import type { Subject } from './detector.js';
import { daysOfDevice, daysOfPlace, placeKey } from './profile.js';
import { missing, nameOf, singleActivityDetector, type Assessment } from './single-activity.js';

const KNOWN_DEVICE_DAYS = 3;
const KNOWN_PLACE_DAYS = 2;

type Hiding = 'tor' | 'proxy' | 'vpn';

const SEVERITY: Readonly<Record<Hiding, Severity>> = { tor: 'HIGH', proxy: 'MEDIUM', vpn: 'LOW' };
const WORDS: Readonly<Record<Hiding, string>> = { tor: 'the Tor network', proxy: 'an anonymous proxy', vpn: "somebody's VPN" };

export const ANONYMOUS_IP: Policy = {
  id: 'pol_anonymous_ip',
  name: 'Activity from anonymous IP address',
  description: 'A person acts through Tor, an anonymous proxy or a VPN that is not ours, as the app or an IP range says of the address.',
  kind: 'ANOMALY',
  version: 1,
  severity: 'MEDIUM',
  isEnabled: true,
  isBuiltIn: true,
  attackTechniques: ['T1090.003'],
  parameters: { severity: { ...SEVERITY }, knownDeviceDays: KNOWN_DEVICE_DAYS, knownPlaceDays: KNOWN_PLACE_DAYS },
};

/** An address that hides who uses it. Only what the app or the operator says of an address counts: nothing is guessed from its owner. */
export const anonymousIp = singleActivityDetector({
  policy: ANONYMOUS_IP,
  isCandidate: (activity, subject) => hidingOf(activity) !== undefined && isOwnSuccess(activity, subject),
  assess,
});

function hidingOf({ network, ipTags }: Activity): Hiding | undefined {
  if (ipTags.length === 0) return undefined;
  return (['tor', 'proxy', 'vpn'] as const).find((word) => network === word || ipTags.includes(word));
}

function isOwnSuccess({ outcome, isInteractive, actorType }: Activity, subject: Subject | undefined): boolean {
  return (
    outcome === 'SUCCESS' && isInteractive !== false && (actorType === 'person' || actorType === 'unknown') && subject?.isPerson === true
  );
}

function assess(activity: Activity, subject: Subject | undefined): Assessment {
  const hiding = hidingOf(activity);
  const day = dayOf(activity.occurredAt);
  const deviceDays = daysOfDevice(subject?.profile, activity.deviceKey, day);
  const placeDays = activity.country === null ? 0 : daysOfPlace(subject?.profile, placeKey(activity), day);
  const isOurs = activity.network === 'corporate' || activity.ipTags.includes('company-vpn');
  const conditions: Condition[] = [
    {
      name: 'personsOwnSuccess',
      value: { outcome: activity.outcome, isInteractive: activity.isInteractive, actorType: activity.actorType },
      expected: 'a success of a person',
      holds: isOwnSuccess(activity, subject),
    },
    {
      name: 'addressHides',
      value: { network: activity.network, ipTags: [...activity.ipTags] },
      expected: 'tor, proxy or vpn, said by the app or by an IP range',
      holds: hiding !== undefined,
    },
  ];
  const suppressions: Suppression[] = [
    { name: 'trustedNetwork', value: activity.network, applied: isOurs },
    {
      name: 'habitualOnKnownDevice',
      value: { deviceDays, placeDays, appliesToTor: false },
      applied: hiding !== undefined && hiding !== 'tor' && deviceDays >= KNOWN_DEVICE_DAYS && placeDays >= KNOWN_PLACE_DAYS,
    },
  ];
  const name = nameOf(activity, subject);
  const matched = conditions.every(({ holds }) => holds);
  const silent = suppressions.find(({ applied }) => applied);
  const why = silent?.name === 'trustedNetwork' ? 'the organization trusts the address' : 'they often do so on this very device';
  return {
    conditions,
    suppressions,
    baseline: { daysWithThisDevice: deviceDays, daysWithThisNetwork: placeDays },
    summary: !matched
      ? 'This is no success of a person from an address that is known to hide who uses it.'
      : `${name} acted through ${WORDS[hiding!]} (${activity.ip ?? 'unknown address'}, ${activity.organization ?? 'unknown operator'})${silent ? `, but ${why}` : ''}.`,
    smallestChange:
      matched && !silent
        ? `No alert if an IP range marked the address as corporate or as the company's VPN${hiding === 'tor' ? '' : `, or if the person had come this way on ${KNOWN_PLACE_DAYS} earlier days with a device known for ${KNOWN_DEVICE_DAYS} days`}.`
        : missing({ conditions, suppressions }),
    severity: hiding ? SEVERITY[hiding] : 'MEDIUM',
    title: `Anonymous address: ${name} through ${hiding ? WORDS[hiding] : 'an ordinary address'}`,
    part: hiding ?? '-',
  };
}
