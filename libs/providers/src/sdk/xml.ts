import { XMLParser } from 'fast-xml-parser';

const parser = new XMLParser({
  ignoreAttributes: true,
  removeNSPrefix: true,
  // Texts stay texts: an id of digits must not become a number.
  parseTagValue: false,
  // No entity of the document's own making: an answer must not be able to grow in our memory.
  processEntities: { enabled: true, maxTotalExpansions: 10_000, maxExpandedLength: 1_000_000 },
  htmlEntities: false,
  trimValues: true,
});

/** An XML answer as plain objects: names without prefixes, every leaf a text; `undefined` when it is no XML. A list of one is no list: read it with {@link many}. */
export function parseXml(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.trimStart().startsWith('<') || /<!DOCTYPE|<!ENTITY/i.test(text.slice(0, 2_000))) return undefined;
  try {
    const parsed: unknown = parser.parse(text, true);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** One child or several of one name, as a list; none (an empty element is a text in XML's eyes) is an empty list. */
export function many(node: unknown): readonly unknown[] {
  if (node === undefined || node === null || node === '') return [];
  return Array.isArray(node) ? node : [node];
}
