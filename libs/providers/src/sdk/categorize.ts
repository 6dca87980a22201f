import type { ActivityCategory } from '#libs/contracts';

import { ruleVerdict } from './category-rules.js';
import { normalizeEventName } from './event-words.js';

/** Event names of an app and what they mean. A name may hold `*` for any text. Rows are tried in their order, names without `*` before all others. */
export interface CategoryRow {
  readonly events: readonly string[];
  readonly category: ActivityCategory;
  /** OCSF class. */
  readonly classUid: number;
  readonly activityId: number;
}

/** What an event is, and what decided it: the app's table, the rules on words, or nothing. */
export interface Categorized {
  readonly category: ActivityCategory;
  readonly classUid: number;
  readonly activityId: number;
  readonly mapping: 'exact' | 'rule' | 'none';
}

export interface CategorizerOptions {
  /** The app is a cloud: settings and resources are API Activity, and a name that no rule knows is a call on a resource. */
  readonly isCloud?: boolean;
}

// An app can invent names without end; what was found for the latest ones is kept.
const MOST_CACHED = 5_000;

/** Makes the function that tells what an event is by its name: the table first, then rules on its words, then UNMAPPED. */
export function categorizer(table: readonly CategoryRow[], options: CategorizerOptions = {}): (eventName: string) => Categorized {
  const lookUp = tableLookup(table);
  const known = new Map<string, Categorized>();
  return (eventName) => {
    const cached = known.get(eventName);
    if (cached) return cached;
    const found = lookUp(eventName) ?? byRules(eventName, options.isCloud ?? false);
    if (known.size >= MOST_CACHED) known.clear();
    known.set(eventName, found);
    return found;
  };
}

function byRules(eventName: string, isCloud: boolean): Categorized {
  const verdict = ruleVerdict(normalizeEventName(eventName), isCloud);
  return verdict ? { ...verdict, mapping: 'rule' } : { category: 'UNMAPPED', classUid: 0, activityId: 99, mapping: 'none' };
}

function tableLookup(table: readonly CategoryRow[]): (eventName: string) => Categorized | undefined {
  const literal = new Map<string, Categorized>();
  const withoutCase = new Map<string, Categorized>();
  const wild: { readonly parts: readonly string[]; readonly row: Categorized }[] = [];
  for (const { events, category, classUid, activityId } of table) {
    const row: Categorized = { category, classUid, activityId, mapping: 'exact' };
    for (const event of events) {
      if (event.includes('*')) wild.push({ parts: event.toLowerCase().split('*'), row });
      else if (!literal.has(event)) literal.set(event, row);
      if (!withoutCase.has(event.toLowerCase())) withoutCase.set(event.toLowerCase(), row);
    }
  }
  return (eventName) => {
    const lower = eventName.toLowerCase();
    return literal.get(eventName) ?? withoutCase.get(lower) ?? wild.find(({ parts }) => fits(lower, parts))?.row;
  };
}

// Walks the parts between the stars from left to right: never slower than the length of the name times that of the pattern.
function fits(name: string, parts: readonly string[]): boolean {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let from = first.length;
  const end = name.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, from);
    if (found < 0 || found + part.length > end) return false;
    from = found + part.length;
  }
  return true;
}
