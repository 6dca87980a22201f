import { CONNECTOR_PROBLEM_CODES } from '#libs/contracts';

import { namedErrors } from '../../scripts/documents/named-errors.js';
import { productSources } from '../../scripts/write-documents.js';
import { fromRoot, textOf } from './repository.js';

const document = textOf('docs/errors.md');
const NAMED_AROUND_IT = /## Named around it([\s\S]*?)\n## /;

describe('docs/errors.md', () => {
  it('lists every code that the sources name, and none that is gone', async () => {
    const inSources = await codesInSources();
    expect(codesIn(sectionOf('errors'))).toEqual(inSources);
    expect(inSources.length).toBeGreaterThan(20);
  });

  it('finds a code wherever it is written, as a plain search does', async () => {
    const found = (await productSources(fromRoot('.'))).flatMap(({ text }) =>
      [...text.matchAll(/^ {2}readonly code = '([A-Z0-9_]+)';$/gm)].map(([, code]) => code!),
    );
    expect(await codesInSources()).toEqual([...new Set(found)].sort());
  });

  it('gives each code a kind, a meaning and a next step', () => {
    const rows = sectionOf('errors')
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows.filter((row) => row.split(' | ').some((cell) => ['', '|', 'unknown'].includes(cell.trim())))).toEqual([]);
  });

  it('explains every problem that a connector can have', () => {
    const section = /## Problems of a connector([\s\S]*?)\n## /.exec(document)?.[1] ?? '';
    expect(codesIn(section)).toEqual([...CONNECTOR_PROBLEM_CODES].sort());
  });

  it('explains what has no class: codes of the GraphQL server that the gateway lets through, and what nobody expected', () => {
    const allowed = /CODES_OF_SERVER[^[]*\[([^\]]*)\]/.exec(textOf('gateway/src/public-error.ts'))?.[1] ?? '';
    const codes = [...allowed.matchAll(/'([A-Z_]+)'/g)].map(([, code]) => code!);
    expect(codes).toContain('GRAPHQL_VALIDATION_FAILED');
    expect(codesIn(NAMED_AROUND_IT.exec(document)?.[1] ?? '')).toEqual([...codes, 'INTERNAL', 'VALUE_MISSING'].sort());
  });
});

describe('the list of errors', () => {
  it('takes kind and next step from the class that another one extends', () => {
    const text = `
      abstract class Refusal extends DomainError { readonly kind = 'forbidden'; constructor(m: string, readonly remedy: string) { super(m); } }
      /** Nobody may. */
      export class Nobody extends Refusal { readonly code = 'NOBODY'; constructor(who: string) { super(\`\${who} may not.\`, 'Ask somebody else to do it.'); } }`;
    expect(namedErrors([{ path: 'services/posture/src/domain/errors.ts', text }])).toEqual([
      { code: 'NOBODY', kind: 'forbidden', from: 'posture', meaning: 'Nobody may.', nextStep: 'Ask somebody else to do it.' },
    ]);
  });

  it('takes the sentences after the first of a message that has no remedy', () => {
    const text = `export class Gone extends DomainError { readonly code = 'GONE'; readonly kind = 'missing'; constructor(id: string) { super(\`There is no \${id}. List them again.\`); } }`;
    expect(namedErrors([{ path: 'gateway/src/x.ts', text }])).toEqual([
      { code: 'GONE', kind: 'missing', from: 'gateway', meaning: 'There is no ….', nextStep: 'List them again.' },
    ]);
  });
});

async function codesInSources(): Promise<readonly string[]> {
  const errors = namedErrors(await productSources(fromRoot('.')));
  return [...new Set(errors.map(({ code }) => code))].sort();
}

function sectionOf(name: string): string {
  return document.slice(document.indexOf(`<!-- generated:${name} -->`), document.indexOf(`<!-- /generated:${name} -->`));
}

function codesIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/^\| `([A-Z0-9_]+)`/gm)].map(([, code]) => code!))].sort();
}
