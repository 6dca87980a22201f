import { fromRoot, repositoryFiles } from './repository.js';
import { readFileSync, statSync } from 'node:fs';

// What must never be written into the repository. Each pattern is tried below on something that it must find; the examples are put together at run
// time, so that they are not in this file themselves.
const LEAKS: Readonly<Record<string, { readonly pattern: RegExp; readonly example: string }>> = {
  'a path of one machine': {
    pattern: /(?:^|[\s"'`(=:])(?:file:\/\/)?\/(?:home|Users|root|work|private\/var)\/[\w.-]+|[A-Z]:\\Users\\/m,
    example: ['see ', 'home', 'ada', 'castellan'].join('/'),
  },
  'a package registry': {
    pattern:
      /\b(?:registry\.(?:npmjs|yarnpkg|npmmirror)\.\w+|npm\.pkg\.\w+\.\w+|[\w-]+\.jfrog\.io|[\w.-]+\.codeartifact\.[\w.-]+)|"resolved": "https?:/,
    example: ['https://registry', 'npmjs', 'org/left-pad'].join('.'),
  },
  'a private key': {
    pattern: /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----(?:\\n|\s)+[A-Za-z0-9+/=]{40}/,
    example: `-----BEGIN PRIVATE ${'KEY'}-----\n${'M'.repeat(64)}`,
  },
  'a signed token': {
    pattern: /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}/,
    example: [`eyJ${'a'.repeat(20)}`, `eyJ${'b'.repeat(20)}`, 'c'.repeat(43)].join('.'),
  },
  'a private JWK': { pattern: /"d"\s*:\s*"[\w-]{40,}"/, example: `{ "d": "${'x'.repeat(43)}" }` },
  'a token of GitHub': { pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,})/, example: `ghp_${'a'.repeat(36)}` },
  'a token of Slack': { pattern: /\bxox[abeprs]-[\w-]{20,}/, example: `xoxb-${'1'.repeat(24)}` },
  'a key of AWS': { pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/, example: `AKIA${'A'.repeat(16)}` },
  'an API token of Okta': { pattern: /(?<![\w+/-])00[A-Za-z0-9_-]{40}(?![\w+/=-])/, example: `00${'aB3'.repeat(13)}x` },
  'a login in an address': {
    pattern: /\b[a-z][a-z+]*:\/\/[^\s:/@'"`{$]+:[^\s:/@'"`{$]{3,}@(?![\w.-]+\.(?:example|test|invalid)\b)[\w.-]+/,
    example: ['mysql://castellan', 'hunter2@db'].join(':'),
  },
};

const MOST_BYTES = 5_000_000;
const texts = repositoryFiles()
  .filter((path) => statSync(fromRoot(path)).size < MOST_BYTES)
  .map((path) => ({ path, text: readFileSync(fromRoot(path), 'utf8') }))
  .filter(({ text }) => !text.includes('\0'));

describe('the repository', () => {
  it('is read whole by this test', () => expect(texts.length).toBeGreaterThan(100));

  it.each(Object.entries(LEAKS))('holds no %s', (_name, { pattern, example }) => {
    expect(example).toMatch(pattern);
    const found = texts.flatMap(({ path, text }) => {
      const line = lineOf(text, pattern);
      return line === undefined ? [] : [`${path}:${line}`];
    });
    expect(found).toEqual([]);
  });
});

// The line and not its words: a report must not repeat a secret.
function lineOf(text: string, pattern: RegExp): number | undefined {
  const match = pattern.exec(text);
  return match ? text.slice(0, match.index).split('\n').length : undefined;
}
