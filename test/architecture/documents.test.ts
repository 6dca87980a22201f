import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

import { SERVICE_NAMES } from '#libs/contracts';
import { providers } from '#libs/providers';

import { freshDocuments } from '../../scripts/write-documents.js';
import { documents, fromRoot, textOf } from './repository.js';

interface PackageJson {
  readonly scripts: Readonly<Record<string, string>>;
}

const { scripts } = JSON.parse(textOf('package.json')) as PackageJson;
const readme = textOf('README.md');

describe('the documents', () => {
  it('name only npm commands that exist', () => {
    const named = documents().flatMap((path) => commandsIn(textOf(path)).map((command) => ({ path, command })));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter(({ command }) => !(command in scripts))).toEqual([]);
  });

  it('lead somewhere by every relative link', () => {
    const links = documents().flatMap((path) => linksIn(path).map((target) => ({ path, target })));
    expect(links.length).toBeGreaterThan(20);
    expect(links.filter(({ target }) => !existsSync(fromRoot(target)))).toEqual([]);
  });

  it('find their headings by every link into a page', () => {
    const lost = documents().flatMap((path) =>
      [...withoutCode(textOf(path)).matchAll(/\]\(([^)\s:]*\.md)?#([^)\s]+)\)/g)].flatMap(([, file, heading]) => {
        const target = file === undefined ? path : normalize(join(dirname(path), file));
        return existsSync(fromRoot(target)) && headingsIn(target).includes(heading!) ? [] : [`${path} → ${target}#${heading}`];
      }),
    );
    expect(lost).toEqual([]);
  });

  it('list every service in the README and in the architecture, each with a page of its own', () => {
    for (const service of SERVICE_NAMES) {
      expect(readme).toContain(`(services/${service}/README.md)`);
      expect(textOf('docs/architecture.md')).toContain(`(../services/${service}/README.md)`);
      expect(textOf(`services/${service}/README.md`).length).toBeGreaterThan(200);
    }
  });

  it('list every provider in the README, each with a page that names its scopes', () => {
    for (const { manifest } of providers) {
      const page = `libs/providers/src/${manifest.key}/README.md`;
      expect(readme).toContain(`[${manifest.name}](${page})`);
      const text = textOf(page);
      expect(manifest.setup.scopes.map(({ scope }) => scope).filter((scope) => !text.includes(scope))).toEqual([]);
    }
  });

  it('list every decision in their index', () => {
    const decisions = documents().filter((path) => /^docs\/decisions\/\d/.test(path));
    expect(decisions.length).toBeGreaterThan(5);
    expect(decisions.filter((path) => !textOf('docs/decisions/README.md').includes(`(${path.split('/').at(-1)})`))).toEqual([]);
  });

  it('are up to date where they are made from the sources', async () => {
    const stale = [...(await freshDocuments(fromRoot('.')))].filter(([path, text]) => textOf(path) !== text).map(([path]) => path);
    expect(stale).toEqual([]);
  });
});

describe('the npm commands', () => {
  it('start files that the build makes from sources that are there', () => {
    const started = Object.values(scripts).flatMap((command) =>
      [...command.matchAll(/dist\/(\S+)\.js\b/g)].map(([, path]) => `${path}.ts`),
    );
    expect(started.length).toBeGreaterThan(8);
    expect(started.filter((path) => !existsSync(fromRoot(path)))).toEqual([]);
  });

  it('start each service alone', () => {
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['start:gateway', ...SERVICE_NAMES.map((service) => `start:${service}`)]));
  });

  it('hand signals on where they go on running: npm ends its shell, and only a process in the place of the shell hears of it', () => {
    const lasting = Object.entries(scripts).filter(([name]) => /^(start|demo|sandbox)(:|$)/.test(name));
    expect(lasting.filter(([, command]) => !command.startsWith('exec node ')).map(([name]) => name)).toEqual([]);
  });

  it('are run by .ci/run, which runs nothing else of ours', () => {
    const ci = '.ci/run';
    expect(statSync(fromRoot(ci)).mode & 0o111).not.toBe(0);
    expect(commandsIn(textOf(ci)).filter((command) => !(command in scripts))).toEqual([]);
    expect(commandsIn(textOf(ci))).toEqual(expect.arrayContaining(['test', 'check']));
  });
});

function commandsIn(text: string): readonly string[] {
  return [...text.matchAll(/\bnpm (?:run (?:-s )?([a-z][\w:-]*)|(start|test)\b)/g)].map(([, run, word]) => run ?? word!);
}

function linksIn(path: string): readonly string[] {
  return [...withoutCode(textOf(path)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^([a-z]+:|#)/.test(target))
    .map((target) => normalize(join(dirname(path), target.split('#')[0]!)));
}

function headingsIn(path: string): readonly string[] {
  return [...textOf(path).matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
}

function withoutCode(text: string): string {
  return text.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '');
}
