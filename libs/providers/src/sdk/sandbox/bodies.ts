import type { IncomingMessage, ServerResponse } from 'node:http';

import type { SandboxAnswer } from './definition.js';

const MOST_BYTES = 16 * 1024 * 1024;

/** The whole body as text. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new Error(`A body of more than ${MOST_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** JSON, the fields of a form, or the text itself when it is neither; undefined when nothing was sent. Broken JSON stays text, for the app to refuse. */
export function bodyOf(contentType: string | undefined, raw: string): unknown {
  if (raw === '') return undefined;
  if (contentType?.includes('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(raw));
  try {
    return JSON.parse(raw) as unknown;
  } catch {
    return raw;
  }
}

/** Sends an answer; JSON unless it says otherwise. */
export function send(response: ServerResponse, answer: SandboxAnswer): void {
  const body = answer.text ?? (answer.json === undefined ? undefined : JSON.stringify(answer.json));
  const type = answer.text === undefined ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8';
  if (body !== undefined) response.setHeader('content-type', type);
  for (const [name, value] of Object.entries(answer.headers ?? {}))
    response.setHeader(name, typeof value === 'string' ? value : [...value]);
  response.writeHead(answer.status);
  response.end(answer.status === 204 || answer.status === 304 ? undefined : body);
}
