import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { TextDecoder } from 'node:util';
import { isNativeError } from 'node:util/types';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/** The body can't be taken in: too large, wrongly packed. The message says which, in words that fit behind "the answer". */
export class BodyUnreadable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BodyUnreadable';
  }
}

/** Reads a body to its end, unpacked. No more than `mostBytes` are taken from the wire or come out of the packing. */
export async function readBody(body: Readable, encoding: string | undefined, mostBytes: number): Promise<Buffer> {
  const unpack = unpacker(encoding);
  const chunks: Buffer[] = [];
  let size = 0;
  const stream = unpack ? pipeline(body, unpack, () => undefined) : body;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > mostBytes) throw new BodyUnreadable(`is larger than ${mostBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    body.destroy();
    if (isPackingError(error)) throw new BodyUnreadable('is not packed as it says', { cause: error });
    throw error;
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
}

function unpacker(encoding: string | undefined): NodeJS.ReadWriteStream | undefined {
  switch ((encoding ?? 'identity').trim().toLowerCase()) {
    case 'identity':
    case '':
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      throw new BodyUnreadable('is packed in a way that was not asked for');
  }
}

function isPackingError(error: unknown): boolean {
  const code = isNativeError(error) ? (error as NodeJS.ErrnoException).code : undefined;
  return code !== undefined && /^(Z_|ERR_BROTLI|ERR__ERROR)/.test(code);
}

/** The text of a body in the charset of its content type, UTF-8 unless told, without a byte order mark. */
export function decodeText(bytes: Buffer, contentType: string | undefined): string {
  const charset = /charset\s*=\s*"?([A-Za-z0-9_.:-]{1,40})/i.exec(contentType ?? '')?.[1] ?? 'utf-8';
  return decoder(charset).decode(bytes);
}

function decoder(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch {
    // An unknown label is the app's slip; nearly everything is UTF-8.
    return new TextDecoder('utf-8');
  }
}

const DEEPEST = 200;

/** Parsed JSON, or `undefined` when the text is none or is nested absurdly deep. Whole numbers too large to be exact become text, to the letter. */
export function parseJson(text: string): { readonly value: unknown } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(keepLargeNumbers(text));
  } catch {
    return undefined;
  }
  return isShallow(value, DEEPEST) ? { value } : undefined;
}

/** True when the text is a web page instead of data: a login page behind a proxy, an error page of a gateway. */
export function isHtml(text: string, contentType: string | undefined): boolean {
  return /\btext\/html\b/i.test(contentType ?? '') || /^\s*<(?:!doctype html|html)\b/i.test(text.slice(0, 200));
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0) return false;
  if (Array.isArray(value)) return value.every((item) => isShallow(item, levels - 1));
  for (const key in value) if (!isShallow((value as Record<string, unknown>)[key], levels - 1)) return false;
  return true;
}

// Ids of 17 and more digits occur, and JSON.parse would change their last digits without a word.
function keepLargeNumbers(text: string): string {
  if (!/[:[,]\s*-?\d{16}/.test(text)) return text;
  let kept = '';
  let from = 0;
  while (from < text.length) {
    const quote = text.indexOf('"', from);
    kept += quoteLargeNumbers(text.slice(from, quote < 0 ? text.length : quote));
    if (quote < 0) break;
    const end = endOfString(text, quote + 1);
    kept += text.slice(quote, end);
    from = end;
  }
  return kept;
}

function quoteLargeNumbers(between: string): string {
  return between.replace(/-?\d[\d.eE+-]*/g, (number) =>
    /^-?\d{16,}$/.test(number) && !Number.isSafeInteger(Number(number)) ? `"${number}"` : number,
  );
}

function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (text[quote - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return quote + 1;
  }
  return text.length;
}
