/** The markers in a document do not say where to write. */
export class SectionMissing extends Error {
  constructor(document: string, name: string) {
    super(`${document} has no section between <!-- generated:${name} --> and <!-- /generated:${name} -->.`);
  }
}

/** The document with the section's text between its markers replaced. */
export function withSection(document: string, text: string, name: string, body: string): string {
  const [begin, end] = [`<!-- generated:${name} -->`, `<!-- /generated:${name} -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new SectionMissing(document, name);
  return `${text.slice(0, from + begin.length)}\n\n${body}\n\n${text.slice(to)}`;
}
