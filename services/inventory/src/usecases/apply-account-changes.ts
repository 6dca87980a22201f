import { isAnnounced, isPersonAffected, type AccountChange } from '../domain/account.js';
import { personOf, type Person } from '../domain/person.js';
import type { InventoryUnit } from '../domain/ports.js';

/** Saves accounts with all that follows: their people's fields, and the word to the other services. The only way an account is changed. */
export async function applyAccountChanges(unit: InventoryUnit, changes: readonly AccountChange[]): Promise<void> {
  if (changes.length === 0) return;
  await unit.accounts.save(changes);
  const affected = changes.filter(({ before, after }) => isPersonAffected(before, after));
  await refreshPeople(
    unit,
    affected.flatMap(({ before, after }) => [before?.personId, after.personId]).filter((id) => id !== null && id !== undefined),
  );
  await unit.announce(changes.filter(({ before, after }) => isAnnounced(before, after)).map((change) => change.after));
}

/** Works out people's fields from their accounts; somebody without any account is nobody to us any more. */
export async function refreshPeople(unit: InventoryUnit, personIds: readonly string[]): Promise<void> {
  const ids = [...new Set(personIds)];
  if (ids.length === 0) return;
  const known = await unit.people.lock(ids);
  const accounts = await unit.accounts.ofPeople(ids);
  const changed: Person[] = [];
  const gone: string[] = [];
  for (const id of ids) {
    const own = accounts.get(id);
    if (!own) {
      gone.push(id);
      continue;
    }
    const person = personOf(id, own);
    if (!isSame(known.get(id), person)) changed.push(person);
  }
  await unit.people.save(changed);
  await unit.people.remove(gone);
}

function isSame(known: Person | undefined, person: Person): boolean {
  return (
    known !== undefined &&
    known.email === person.email &&
    known.displayName === person.displayName &&
    known.isTerminated === person.isTerminated
  );
}
