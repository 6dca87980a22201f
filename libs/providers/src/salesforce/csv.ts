import { malformed } from '../sdk/index.js';

/** Rows of a CSV text (RFC 4180) as objects by the names in its first row, one by one: files have hundreds of thousands of rows. */
export function* csvRows(csv: string, operation: string): Generator<Record<string, string>> {
  const lines = csvLines(csv);
  const head = lines.next();
  if (head.done) return;
  const names = head.value;
  // An error page or a cut file must not pass for a file without events.
  if (!names.includes('EVENT_TYPE')) throw malformed(operation, 'the column EVENT_TYPE');
  for (const cells of lines) {
    if (cells.length === 1 && cells[0] === '') continue;
    if (cells.length !== names.length) throw malformed(operation, `a row of ${names.length} cells`);
    yield Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
  }
}

function* csvLines(csv: string): Generator<string[]> {
  let cells: string[] = [];
  let place = 0;
  while (place < csv.length) {
    const cell = csv[place] === '"' ? quoted(csv, place) : plain(csv, place);
    cells.push(cell.text);
    place = cell.end;
    if (csv[place] === ',') {
      place += 1;
      // A comma at the very end is followed by an empty cell.
      if (place === csv.length) cells.push('');
      continue;
    }
    yield cells;
    cells = [];
    if (csv[place] === '\r') place += 1;
    if (csv[place] === '\n') place += 1;
    else if (place < csv.length && csv[place - 1] !== '\r') place += 1;
  }
  if (cells.length > 0) yield cells;
}

interface Cell {
  readonly text: string;
  /** Where the comma, the line's end or the text's end stands. */
  readonly end: number;
}

function quoted(csv: string, from: number): Cell {
  let text = '';
  let place = from + 1;
  for (;;) {
    const close = csv.indexOf('"', place);
    if (close < 0) return { text: text + csv.slice(place), end: csv.length };
    text += csv.slice(place, close);
    if (csv[close + 1] !== '"') return { text, end: close + 1 };
    text += '"';
    place = close + 2;
  }
}

function plain(csv: string, from: number): Cell {
  let end = from;
  while (end < csv.length && csv[end] !== ',' && csv[end] !== '\n' && csv[end] !== '\r') end += 1;
  return { text: csv.slice(from, end), end };
}
