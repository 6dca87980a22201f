import { INFORMATION_FIELDS, STRICT_FIELDS } from './fields.js';
import type { AppReport, Disagreement, Report, Score } from './measure.js';

/** The report for people: a table of what counts, one of what does not, and each disagreement. */
export function reportText({ apps, notMeasured }: Report): string {
  const parts = [
    table(
      ['app', 'lines', 'agrees', ...STRICT_FIELDS, 'line', 'rawonly'],
      apps.map((app) => [
        app.app,
        String(app.lines),
        `${ratio(app)} ${percent(app)}`,
        ...[...STRICT_FIELDS, 'line'].map((field) => ratio(app.byField[field])),
        ratio({ asserted: app.rawOnly.lines, right: app.rawOnly.accepted }),
      ]),
    ),
    informationText(apps),
    ...apps.filter(({ disagreements }) => disagreements.length > 0).map(disagreementsText),
    notMeasured.length === 0
      ? ''
      : `No provider, so not measured: ${notMeasured.map(({ app, lines }) => `${app} (${lines} lines)`).join(', ')}`,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function informationText(apps: readonly AppReport[]): string {
  const told = apps.filter(({ information }) => Object.keys(information).length > 0);
  if (told.length === 0) return '';
  const rows = told.map(({ app, information }) => [app, ...INFORMATION_FIELDS.map((field) => ratio(information[field]))]);
  return `For information only, sources disagree on these:\n${table(['app', ...INFORMATION_FIELDS], rows)}`;
}

function disagreementsText({ app, disagreements }: AppReport): string {
  return [`${app}, ${disagreements.length} disagreement(s):`, ...disagreements.map((one) => `  ${disagreementText(one)}`)].join('\n');
}

/** One disagreement in a line. */
export function disagreementText({ file, line, field, expected, got, why }: Disagreement): string {
  const values = field === 'line' || field === 'accepted' ? '' : `: expected ${quoted(expected)}, we say ${quoted(got)}`;
  return `${file}:${line} ${field}${values}${why === undefined ? '' : ` (${oneLine(why)})`}`;
}

function quoted(value: string | null): string {
  return value === null ? 'nothing' : `"${oneLine(value)}"`;
}

// A sample may hold line feeds and escape codes, which a terminal would obey.
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function ratio(score: Score | undefined): string {
  return score === undefined || score.asserted === 0 ? '-' : `${score.right}/${score.asserted}`;
}

// Cut and not rounded: 97.996 % is not 98 %.
function percent({ asserted, right }: Score): string {
  return asserted === 0 ? '' : `${(Math.floor((right * 10_000) / asserted) / 100).toFixed(2)} %`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  return [lines[0], '-'.repeat(Math.max(...lines.map(({ length }) => length))), ...lines.slice(1)].join('\n');
}
