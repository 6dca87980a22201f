import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { SampleReader } from '#libs/providers/samples';

import { isStrict, shown } from './fields.js';
import { judgeActivity, missingOf } from './judge-sample.js';
import { linesOf } from './lines.js';

/** How many values were asserted, and how many of them we say too. */
export interface Score {
  readonly asserted: number;
  readonly right: number;
}

/** One value that we say otherwise, or one line that we do not accept. */
export interface Disagreement {
  /** Below the folder: activities/okta.jsonl. */
  readonly file: string;
  readonly line: number;
  /** A strict field; `line` for a line that cannot be read; `accepted` for one of rawonly/. */
  readonly field: string;
  readonly expected: string | null;
  readonly got: string | null;
  readonly why?: string;
}

/** How well we agree with the samples of one app. */
export interface AppReport extends Score {
  readonly app: string;
  /** Lines of activities/ that are not blank. */
  readonly lines: number;
  readonly byField: Readonly<Record<string, Score>>;
  /** Fields that sources disagree on: not in `asserted`, nor in `disagreements`. */
  readonly information: Readonly<Record<string, Score>>;
  /** Lines of rawonly/, which assert no values. */
  readonly rawOnly: { readonly lines: number; readonly accepted: number };
  readonly disagreements: readonly Disagreement[];
}

/** What a folder of samples says. */
export interface Report {
  readonly apps: readonly AppReport[];
  /** Apps that no provider is there for. */
  readonly notMeasured: readonly { readonly app: string; readonly lines: number }[];
}

const KINDS = ['activities', 'rawonly'] as const;
type Kind = (typeof KINDS)[number];

/** Samples that are called by another name than the app: by a product of it. */
const APP_OF_FILE: Readonly<Record<string, string>> = {
  entra: 'microsoft365',
  entraid: 'microsoft365',
  azuread: 'microsoft365',
  office365: 'microsoft365',
  m365: 'microsoft365',
  gsuite: 'googleworkspace',
};

/** The key of the app that a file of samples is about: `google_workspace.jsonl` is about `googleworkspace`. */
export function appOf(file: string): string {
  const name = file
    .replace(/\.jsonl$/, '')
    .toLowerCase()
    .replace(/[-_ .]/g, '');
  return Object.hasOwn(APP_OF_FILE, name) ? APP_OF_FILE[name]! : name;
}

/** Maps every line of a folder of samples and compares; `undefined` when there is no such folder, or it holds no samples. */
export async function measure(folder: string, readers: Readonly<Record<string, SampleReader>>): Promise<Report | undefined> {
  const files = (await Promise.all(KINDS.map((kind) => filesOf(folder, kind)))).flat();
  if (files.length === 0) return undefined;
  const tallies = new Map<string, Tally>();
  const notMeasured = new Map<string, number>();
  for (const file of files) {
    const read = Object.hasOwn(readers, file.app) ? readers[file.app] : undefined;
    if (!read) {
      notMeasured.set(file.app, (notMeasured.get(file.app) ?? 0) + (await count(join(folder, file.path))));
      continue;
    }
    const tally = tallies.get(file.app) ?? new Tally();
    tallies.set(file.app, tally);
    await tallyFile(tally, folder, file, read);
  }
  return {
    apps: sorted(tallies).map(([app, tally]) => tally.report(app)),
    notMeasured: sorted(notMeasured).map(([app, lines]) => ({ app, lines })),
  };
}

interface SampleFile {
  readonly kind: Kind;
  readonly path: string;
  readonly app: string;
}

async function filesOf(folder: string, kind: Kind): Promise<readonly SampleFile[]> {
  const entries = await readdir(join(folder, kind), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.name.endsWith('.jsonl') && !entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .map((name) => ({ kind, path: `${kind}/${name}`, app: appOf(name) }));
}

async function tallyFile(tally: Tally, folder: string, { kind, path }: SampleFile, read: SampleReader): Promise<void> {
  for await (const { number, text } of linesOf(join(folder, path))) {
    if (kind === 'activities') tally.addActivity(path, number, judgeActivity(text, read));
    else tally.addRawOnly(path, number, missingOf(text, read));
  }
}

async function count(path: string): Promise<number> {
  let lines = 0;
  for await (const _line of linesOf(path)) lines++;
  return lines;
}

/** The counts of one app, while its files are read. */
class Tally {
  private lines = 0;
  private rawLines = 0;
  private accepted = 0;
  private readonly scores = new Map<string, { asserted: number; right: number }>();
  private readonly disagreements: Disagreement[] = [];

  addActivity(file: string, line: number, verdicts: ReturnType<typeof judgeActivity>): void {
    this.lines++;
    for (const { isRight, ...verdict } of verdicts) {
      const score = this.scores.get(verdict.field) ?? { asserted: 0, right: 0 };
      this.scores.set(verdict.field, score);
      score.asserted++;
      if (isRight) score.right++;
      else if (isStrict(verdict.field)) this.disagreements.push({ file, line, ...verdict });
    }
  }

  addRawOnly(file: string, line: number, missing: readonly string[]): void {
    this.rawLines++;
    if (missing.length === 0) this.accepted++;
    else {
      const why = shown(`without ${missing.join(', ')}`);
      this.disagreements.push({ file, line, field: 'accepted', expected: 'time, actor, action', got: null, why });
    }
  }

  report(app: string): AppReport {
    const byField = this.scoresOf(isStrict);
    const total = (part: keyof Score): number => Object.values(byField).reduce((sum, score) => sum + score[part], 0);
    return {
      app,
      lines: this.lines,
      asserted: total('asserted'),
      right: total('right'),
      byField,
      information: this.scoresOf((field) => !isStrict(field)),
      rawOnly: { lines: this.rawLines, accepted: this.accepted },
      disagreements: this.disagreements,
    };
  }

  private scoresOf(wanted: (field: string) => boolean): Readonly<Record<string, Score>> {
    return Object.fromEntries([...this.scores].filter(([field]) => wanted(field)));
  }
}

function sorted<T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
