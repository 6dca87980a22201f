import type { WireRecord } from '../sdk/index.js';
import { flag, list, record, text } from '../sdk/index.js';

/** The parameters of an event, flattened: Google gives each as a name and one of seven kinds of value. */
export interface Parameters {
  /** The value as text; the first one of a list. */
  readonly one: (...names: readonly string[]) => string | null;
  readonly all: (name: string) => readonly string[];
  /** A false one may be left out by Google, so absent is null and not "no". */
  readonly flag: (name: string) => boolean | null;
}

/** Reads `parameters` of an event, as a list or, as exports have it, as an object of names. */
export function parametersOf(event: WireRecord): Parameters {
  const values = new Map<string, readonly unknown[]>();
  for (const parameter of list(event['parameters']) ?? []) {
    const wire = record(parameter);
    const name = text(wire?.['name']);
    if (wire && name !== null) values.set(name, valuesOf(wire));
  }
  const named = record(event['parameters']);
  for (const [name, value] of Object.entries(named ?? {})) values.set(name, list(value) ?? [value]);
  const found = (name: string): readonly unknown[] => values.get(name) ?? [];
  return {
    one: (...names) =>
      names
        .map((name) =>
          found(name)
            .map(text)
            .find((value) => value !== null),
        )
        .find((value) => value !== undefined) ?? null,
    all: (name) =>
      found(name)
        .map(text)
        .filter((value) => value !== null),
    flag: (name) => flag(found(name)[0]),
  };
}

function valuesOf(wire: WireRecord): readonly unknown[] {
  return list(wire['multiValue']) ?? list(wire['multiIntValue']) ?? [wire['value'] ?? wire['intValue'] ?? wire['boolValue']];
}
