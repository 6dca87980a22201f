import { createReadStream } from 'node:fs';

/** One line of a file as it stands there; `text` is missing where it is too long to be held. */
export interface Line {
  /** Counted from 1, blank lines too. */
  readonly number: number;
  readonly text: string | undefined;
}

const LINE_FEED = 0x0a;
/** JavaScript holds no text beyond half a gigabyte, and parsing needs room for several copies. */
const MOST_BYTES = 256 * 1_024 * 1_024;

/** The lines of a file that are not blank, one after the other: a file may be larger than memory. */
export async function* linesOf(path: string, mostBytes = MOST_BYTES): AsyncGenerator<Line> {
  const chunks = createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>;
  let number = 1;
  let parts: Buffer[] = [];
  let size = 0;

  function add(part: Buffer): void {
    size += part.length;
    if (size > mostBytes) parts = [];
    else if (part.length > 0) parts.push(part);
  }
  function take(): Line {
    const line = { number, text: size > mostBytes ? undefined : Buffer.concat(parts, size).toString('utf8') };
    number++;
    parts = [];
    size = 0;
    return line;
  }

  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      add(chunk.subarray(from, end));
      from = end + 1;
      const line = take();
      if (!isBlank(line)) yield line;
    }
    add(chunk.subarray(from));
  }
  const last = take();
  if (!isBlank(last)) yield last;
}

function isBlank({ text }: Line): boolean {
  return text !== undefined && !/\S/.test(text);
}
