import type { Failure } from '../activity.js';
import type { Signal } from '../alert.js';
import { dayOf } from '../day-set.js';
import type { Explanation } from '../explanation.js';
import type { Policy } from '../policy.js';
import { merged } from './bursts.js';
import type { Fresh, Need, Seen } from './detector.js';
import { toFailure } from './failed-sign-ins.js';
import { daysOfPlace, placeKey } from './profile.js';

const MINUTE_MS = 60_000;
const SPRAY = { windowMs: 60 * MINUTE_MS, users: 5, attempts: 15, lastsMs: 5 * MINUTE_MS } as const;
const STUFFING = { windowMs: 15 * MINUTE_MS, users: 15, attempts: 25, lastsMs: 0 } as const;
/** Accounts looked at to see whether the address is theirs. */
const MOST_ACCOUNTS = 512;

type Kind = 'spraying' | 'stuffing' | 'guessing';

/** What one neighbourhood of addresses tried within a window that is enough for an alert. */
interface Attack {
  readonly networkKey: string;
  readonly failures: readonly Failure[];
  /** The failures of the densest window: they say what kind it is. */
  readonly densest: readonly Failure[];
  readonly accounts: readonly string[];
}

type FailuresFromNeed = Extract<Need, { kind: 'failuresFrom' }>;
type ProfilesNeed = Extract<Need, { kind: 'profiles' }>;

export function needsOfAddresses(fresh: Fresh, seen: Seen): Need[] {
  const asked: Need[] = [];
  for (const window of windowsOf(fresh)) {
    const failures = seen.failures(window);
    if (!failures) asked.push(window);
    else asked.push(...attacksIn(window.networkKey, failures).map(profilesNeed));
  }
  return asked;
}

/** Attacks against many accounts from one address. More failures never make one go away; only what earlier days taught can. */
export function judgeAddresses(policy: Policy, fresh: Fresh, seen: Seen): Signal[] {
  return windowsOf(fresh)
    .flatMap((window) => attacksIn(window.networkKey, seen.failures(window) ?? []))
    .filter((attack) => !isOwnNetwork(attack, seen).applies)
    .map((attack) => toSignal(policy, attack, seen));
}

/** What an address attack that holds the activity says of itself; undefined where the activity is in none. */
export function explainAddress(policy: Policy, activityId: string, fresh: Fresh, seen: Seen): Explanation | undefined {
  const attack = windowsOf(fresh)
    .flatMap((window) => attacksIn(window.networkKey, seen.failures(window) ?? []))
    .find(({ failures }) => failures.some((failure) => failure.activityId === activityId));
  return attack && explanationOf(policy, attack, kindOf(attack.densest), seen);
}

function windowsOf(fresh: Fresh): FailuresFromNeed[] {
  const times = new Map<string, number[]>();
  for (const activity of fresh.activities) {
    const failure = toFailure(activity);
    if (failure?.networkKey) times.set(failure.networkKey, [...(times.get(failure.networkKey) ?? []), failure.at]);
  }
  return [...times].flatMap(([networkKey, at]) =>
    merged(at.map((time) => ({ from: time - SPRAY.windowMs, to: time + SPRAY.windowMs }))).map((stretch) => ({
      kind: 'failuresFrom' as const,
      networkKey,
      ...stretch,
    })),
  );
}

/** Every failure that lies in a window with enough of them. */
function attacksIn(networkKey: string, failures: readonly Failure[]): Attack[] {
  const windows = [...windowsWith(failures, SPRAY), ...windowsWith(failures, STUFFING)];
  if (windows.length === 0) return [];
  const all = merged(windows.map(({ start, end }) => ({ from: start, to: end }))).flatMap(({ from, to }) => failures.slice(from, to + 1));
  const { start, end } = windows.reduce((a, b) => (b.end - b.start > a.end - a.start ? b : a));
  return [{ networkKey, failures: all, densest: failures.slice(start, end + 1), accounts: accountsOf(all) }];
}

/** The positions of all windows, each ending at one failure, that hold enough attempts against enough accounts for long enough. */
function windowsWith(
  failures: readonly Failure[],
  { windowMs, users, attempts, lastsMs }: typeof SPRAY | typeof STUFFING,
): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  const perAccount = new Map<string, number>();
  let start = 0;
  failures.forEach((failure, end) => {
    perAccount.set(failure.actorKey, (perAccount.get(failure.actorKey) ?? 0) + 1);
    for (; failure.at - failures[start]!.at > windowMs; start++) {
      const { actorKey } = failures[start]!;
      const left = perAccount.get(actorKey)! - 1;
      if (left === 0) perAccount.delete(actorKey);
      else perAccount.set(actorKey, left);
    }
    const lasts = failure.at - failures[start]!.at;
    if (end - start + 1 >= attempts && perAccount.size >= users && lasts >= lastsMs) found.push({ start, end });
  });
  return found;
}

function kindOf(held: readonly Failure[]): Kind {
  const perAccount = new Map<string, number>();
  for (const { actorKey } of held) perAccount.set(actorKey, (perAccount.get(actorKey) ?? 0) + 1);
  const counts = [...perAccount.values()];
  const share = (test: (count: number) => boolean): number => counts.filter(test).length / counts.length;
  if (counts.length >= STUFFING.users && share((count) => count <= 2) >= 0.8) return 'stuffing';
  return Math.max(...counts) <= 8 && share((count) => count >= 2 && count <= 6) >= 0.6 ? 'spraying' : 'guessing';
}

function profilesNeed(attack: Attack): ProfilesNeed {
  return { kind: 'profiles', accountKeys: attack.accounts.slice(0, MOST_ACCOUNTS) };
}

/** An office at nine in the morning has failures, too: then most of the accounts know the network. */
function isOwnNetwork(attack: Attack, seen: Seen): { readonly applies: boolean; readonly known: number; readonly asked: number } {
  const [first] = attack.failures;
  const need = profilesNeed(attack);
  const profiles = seen.profiles(need) ?? new Map();
  const known = need.accountKeys.filter((key) => daysOfPlace(profiles.get(key), placeKey(first!), dayOf(first!.at)) > 0).length;
  const isTrusted = first!.network === 'corporate' || first!.network === 'vpn';
  return { applies: isTrusted || known >= need.accountKeys.length / 2, known, asked: need.accountKeys.length };
}

const TECHNIQUE: Readonly<Record<Kind, string>> = { spraying: 'T1110.003', stuffing: 'T1110.004', guessing: 'T1110.001' };
const TITLE: Readonly<Record<Kind, string>> = {
  spraying: 'Password spraying',
  stuffing: 'Credential stuffing',
  guessing: 'Password guessing',
};

function toSignal(policy: Policy, attack: Attack, seen: Seen): Signal {
  const kind = kindOf(attack.densest);
  const from = attack.failures[0]!;
  return {
    policyId: policy.id,
    policyVersion: policy.version,
    groupKeys: [`ip:${attack.networkKey}`],
    part: 'address',
    day: dayOf(from.at),
    severity: 'MEDIUM',
    title: `${TITLE[kind]} from ${from.ip ?? 'one address'} against ${attack.accounts.length} accounts`,
    firstAt: from.at,
    lastAt: attack.failures.at(-1)!.at,
    rank: attack.failures.length,
    explanation: explanationOf(policy, attack, kind, seen),
    attackTechniques: [TECHNIQUE[kind]],
    accountIds: attack.accounts,
    connectorId: null,
    activityIds: attack.failures.map(({ activityId }) => activityId),
  };
}

function explanationOf(policy: Policy, attack: Attack, kind: Kind, seen: Seen): Explanation {
  const { failures, densest, accounts } = attack;
  const own = isOwnNetwork(attack, seen);
  const minutes = Math.ceil((densest.at(-1)!.at - densest[0]!.at) / MINUTE_MS);
  const { ip, asn, organization, country, network } = failures[0]!;
  return {
    policyId: policy.id,
    policyVersion: policy.version,
    matched: !own.applies,
    summary: `${failures.length} sign-ins of ${accounts.length} accounts failed from ${ip ?? 'one address'} (${organization ?? 'unknown operator'}), ${densest.length} of them within ${minutes} minutes.`,
    conditions: [
      {
        name: 'attemptsInWindow',
        value: densest.length,
        expected: `at least ${SPRAY.attempts} in an hour, or ${STUFFING.attempts} in 15 minutes`,
        holds: true,
      },
      {
        name: 'accountsInWindow',
        value: accountsOf(densest).length,
        expected: `at least ${SPRAY.users} in an hour, or ${STUFFING.users} in 15 minutes`,
        holds: true,
      },
      { name: 'kind', value: kind, expected: 'spraying, stuffing or guessing, by attempts per account', holds: true },
      { name: 'address', value: { ip, asn, organization, country, network }, expected: 'any', holds: true },
    ],
    suppressions: [
      { name: 'ownNetwork', value: { accountsThatKnowIt: own.known, accountsAsked: own.asked, network }, applied: own.applies },
    ],
    baseline: null,
    smallestChange: own.applies
      ? 'An alert would have needed an address that fewer than half of these accounts had used before, outside of the trusted IP ranges.'
      : 'No alert if half of these accounts had signed in from this network before, or if an IP range marked it as corporate.',
  };
}

function accountsOf(failures: readonly Failure[]): string[] {
  return [...new Set(failures.map(({ actorKey }) => actorKey))].sort();
}
