import { together, type Profile } from '../domain/detection/profile.js';
import type { Subject } from '../domain/detection/detector.js';
import type { AccountRef } from '../domain/page-store.js';

/** The accounts of each person, or an account alone where no person is known. */
export function subjectsOf(
  actorKeys: readonly string[],
  refs: readonly AccountRef[],
  profiles: ReadonlyMap<string, Profile>,
): ReadonlyMap<string, Subject> {
  const byId = new Map(refs.map((ref) => [ref.id, ref]));
  const byPerson = new Map<string, AccountRef[]>();
  for (const ref of refs) if (ref.personId !== null) byPerson.set(ref.personId, [...(byPerson.get(ref.personId) ?? []), ref]);
  const made = new Map<string, Subject>();
  const subjects = new Map<string, Subject>();
  for (const key of actorKeys) {
    const ref = byId.get(key);
    const personId = ref?.personId ?? null;
    const subjectKey = personId ?? key;
    let subject = made.get(subjectKey);
    if (!subject) {
      const accounts = personId === null ? [key] : (byPerson.get(personId) ?? []).map(({ id }) => id).sort();
      subject = {
        key: subjectKey,
        accountKeys: accounts,
        name: ref?.name ?? null,
        isPerson: ref?.isMachine !== true,
        profile: together(accounts.flatMap((account) => profiles.get(account) ?? [])),
      };
      made.set(subjectKey, subject);
    }
    subjects.set(key, subject);
  }
  return subjects;
}
