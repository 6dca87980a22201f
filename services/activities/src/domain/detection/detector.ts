import type { Signal } from '../alert.js';
import type { Activity, Failure, Sighting } from '../activity.js';
import type { Explanation } from '../explanation.js';
import type { Policy } from '../policy.js';
import type { Profile } from './profile.js';

/**
 * One detection. It is pure: it is shown activities, asks for what else it must see, and answers with signals. The answer depends on the set of
 * stored activities only, never on the order or the pages in which they came: judging the same activities again gives the same signals.
 */
export interface Detector {
  readonly policy: Policy;
  /** What has to be read before judging. Asked again with what was read, until it asks for nothing new. */
  needs(fresh: Fresh, seen: Seen): readonly Need[];
  judge(fresh: Fresh, seen: Seen): readonly Signal[];
  /** As {@link needs}, for {@link explain}: also where the activity alone would not be worth a look. */
  explainNeeds(activity: Activity, fresh: Fresh, seen: Seen): readonly Need[];
  /** Why the policy speaks or keeps silent about one stored activity. */
  explain(activity: Activity, fresh: Fresh, seen: Seen): Explanation;
}

/** The activities to be judged, with whom they are about. */
export interface Fresh {
  /** In the order of time. */
  readonly activities: readonly Activity[];
  /** What an app's own alert points to, by the alert's activity id and the app's event ids. */
  readonly relatedEvents: ReadonlyMap<string, readonly string[]>;
  /** By the key of an actor. All accounts of one person share one subject. */
  readonly subjects: ReadonlyMap<string, Subject>;
}

/** A person with all accounts known to be theirs, or one account alone. */
export interface Subject {
  /** The person's id, or the account's. */
  readonly key: string;
  readonly accountKeys: readonly string[];
  readonly name: string | null;
  /** False for accounts known to be machines. */
  readonly isPerson: boolean;
  readonly profile: Profile | undefined;
}

/** Something to read before judging. Times are inclusive. */
export type Need =
  /** Successes of these accounts, of all kinds or sign-ins only. */
  | {
      readonly kind: 'history';
      readonly of: 'all' | 'signIns';
      readonly accountKeys: readonly string[];
      readonly from: number;
      readonly to: number;
    }
  /** Failures of these accounts. */
  | { readonly kind: 'failures'; readonly accountKeys: readonly string[]; readonly from: number; readonly to: number }
  /** Failures from this neighbourhood of addresses. */
  | { readonly kind: 'failuresFrom'; readonly networkKey: string; readonly from: number; readonly to: number }
  /** How many failures these accounts had in each slice of `slice` ms. */
  | {
      readonly kind: 'failureCounts';
      readonly accountKeys: readonly string[];
      readonly from: number;
      readonly to: number;
      readonly slice: number;
    }
  /** Where these accounts usually act from. */
  | { readonly kind: 'profiles'; readonly accountKeys: readonly string[] }
  /** How many people were seen in a country before a day. */
  | { readonly kind: 'countryPeople'; readonly country: string; readonly before: number };

/** Counting people ends here: beyond it a country is usual for any organization. */
export const ENOUGH_PEOPLE = 50;

export interface CountryPeople {
  /** At most {@link ENOUGH_PEOPLE}. */
  readonly there: number;
  /** People seen anywhere; at most a hundred times as many. */
  readonly all: number;
}

/** What was read, by {@link needKey}; undefined: not asked for yet. */
export interface Seen {
  history(need: Extract<Need, { kind: 'history' }>): readonly Sighting[] | undefined;
  failures(need: Extract<Need, { kind: 'failures' | 'failuresFrom' }>): readonly Failure[] | undefined;
  failureCounts(need: Extract<Need, { kind: 'failureCounts' }>): readonly number[] | undefined;
  profiles(need: Extract<Need, { kind: 'profiles' }>): ReadonlyMap<string, Profile> | undefined;
  countryPeople(need: Extract<Need, { kind: 'countryPeople' }>): CountryPeople | undefined;
}

/** One text for one need. */
export function needKey(need: Need): string {
  switch (need.kind) {
    case 'failuresFrom':
      return `${need.kind} ${need.networkKey} ${need.from} ${need.to}`;
    case 'profiles':
      return `${need.kind} ${need.accountKeys.join()}`;
    case 'failureCounts':
      return `${need.kind} ${need.accountKeys.join()} ${need.from} ${need.to} ${need.slice}`;
    case 'countryPeople':
      return `${need.kind} ${need.country} ${need.before}`;
    case 'history':
      return `${need.kind} ${need.of} ${need.accountKeys.join()} ${need.from} ${need.to}`;
    default:
      return `${need.kind} ${need.accountKeys.join()} ${need.from} ${need.to}`;
  }
}

/** The answers to needs, as the engine collects them. */
export class SeenSoFar implements Seen {
  private readonly answers = new Map<string, unknown>();

  has(need: Need): boolean {
    return this.answers.has(needKey(need));
  }

  keep(need: Need, answer: unknown): void {
    this.answers.set(needKey(need), answer);
  }

  history(need: Extract<Need, { kind: 'history' }>): readonly Sighting[] | undefined {
    return this.answers.get(needKey(need)) as readonly Sighting[] | undefined;
  }

  failures(need: Extract<Need, { kind: 'failures' | 'failuresFrom' }>): readonly Failure[] | undefined {
    return this.answers.get(needKey(need)) as readonly Failure[] | undefined;
  }

  failureCounts(need: Extract<Need, { kind: 'failureCounts' }>): readonly number[] | undefined {
    return this.answers.get(needKey(need)) as readonly number[] | undefined;
  }

  profiles(need: Extract<Need, { kind: 'profiles' }>): ReadonlyMap<string, Profile> | undefined {
    return this.answers.get(needKey(need)) as ReadonlyMap<string, Profile> | undefined;
  }

  countryPeople(need: Extract<Need, { kind: 'countryPeople' }>): CountryPeople | undefined {
    return this.answers.get(needKey(need)) as CountryPeople | undefined;
  }
}

/** The fresh activities of each subject, in the order of time. */
export function bySubject(fresh: Fresh): ReadonlyMap<Subject, readonly Activity[]> {
  const groups = new Map<Subject, Activity[]>();
  for (const activity of fresh.activities) {
    const subject = activity.actorKey === null ? undefined : fresh.subjects.get(activity.actorKey);
    if (!subject) continue;
    const group = groups.get(subject);
    if (group) group.push(activity);
    else groups.set(subject, [activity]);
  }
  return groups;
}
