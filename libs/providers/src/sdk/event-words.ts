/** What an event's verb does to its object. */
export type Verb = 'create' | 'read' | 'update' | 'delete' | 'enable' | 'disable' | 'lock' | 'unlock';

const LONGEST_NAME = 200;

/** An event's name as words: no API version, no feed prefix, camelCase split, everything else than letters and digits a space, lower case. */
export function normalizeEventName(name: string): string {
  return name
    .slice(0, LONGEST_NAME)
    .replace(/\bv\d+(?:(?:alpha|beta)\d*)?\./g, '')
    .replace(/^(?:admin\.|ELF )/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .trim()
    .toLowerCase();
}

/** True when the normalized name holds a word of the pattern. */
export function hasWord(name: string, words: RegExp): boolean {
  return words.test(name);
}

// The first group with a word in the name wins. Words that take away stand first: "remove role assignment" takes, though it says assignment.
const VERBS: readonly (readonly [Verb, string])[] = [
  [
    'delete',
    'delete remove destroy purge revoke detach unassign disconnect uninstall terminate unpublish erase trash reject close deletion removal',
  ],
  ['unlock', 'unlock'],
  ['enable', 'enable activate reactivate unsuspend unblock restore enroll resume'],
  ['disable', 'disable deactivate suspend block unenroll'],
  ['lock', 'lock'],
  ['create', 'create add new insert register put grant assign attach invite install connect run creation registration'],
  ['update', 'update change edit modify set rename'],
  ['read', 'get read list describe view search load access download export preview open'],
];

const VERB_OF_WORD: ReadonlyMap<string, readonly [rank: number, verb: Verb]> = new Map(
  VERBS.flatMap(([verb, bases], rank) =>
    bases.split(' ').flatMap((base) => inflections(base).map((word) => [word, [rank, verb]] as const)),
  ),
);

/** What the normalized name says was done; `update` when no verb is known. */
export function verbOf(name: string): Verb {
  let best: readonly [rank: number, verb: Verb] = [VERBS.length, 'update'];
  for (const word of name.split(' ')) {
    const found = VERB_OF_WORD.get(word);
    if (found && found[0] < best[0]) best = found;
  }
  return best[1];
}

function inflections(base: string): string[] {
  const stem = base.endsWith('e') ? base.slice(0, -1) : base;
  const doubled = base + base.slice(-1);
  const forms = [base, `${base}s`, `${stem}es`, `${stem}ed`, `${stem}ing`, `${doubled}ed`, `${doubled}ing`];
  return base === 'get' || base === 'new' ? [base] : forms;
}
