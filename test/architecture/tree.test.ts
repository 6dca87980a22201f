import { readdirSync, statSync } from 'node:fs';

import { SERVICE_NAMES } from '#libs/contracts';
import { providers } from '#libs/providers';

import { fromRoot, repositoryFiles, textOf } from './repository.js';

const ROOMS = ['schema', 'resolvers', 'messaging', 'usecases', 'domain', 'persistence'];
const files = repositoryFiles();

describe('the tree', () => {
  it('has the services that the product consists of, and no other', () => {
    expect(foldersIn('services')).toEqual([...SERVICE_NAMES].sort());
  });

  it.each(SERVICE_NAMES)('gives %s the rooms that every service has, with its module and its start beside them', (service) => {
    const entries = readdirSync(fromRoot(`services/${service}/src`));
    const beside = entries.filter((entry) => !ROOMS.includes(entry) && !/\.(test|builders|fixtures)\.ts$/.test(entry));
    expect(beside.sort()).toEqual(['main.ts', `${service}.module.ts`].sort());
    expect(foldersIn(`services/${service}/src`).filter((room) => !ROOMS.includes(room))).toEqual([]);
  });

  it('has a folder for each provider of the catalogue, and no folder that is not in it', () => {
    const folders = foldersIn('libs/providers/src').filter((name) => name !== 'sdk');
    expect(folders).toEqual(providers.map(({ manifest }) => manifest.key).sort());
  });

  it('has no room without an owner', () => {
    expect(files.filter((path) => /(^|\/)(utils?|common|helpers?|shared|misc)\//.test(path))).toEqual([]);
  });

  it('names its files in kebab-case', () => {
    const odd = files.filter(
      (path) =>
        /^(libs|services|gateway|embedded|scripts|test|bench)\/.*\.ts$/.test(path) &&
        !/^[a-z0-9]+([.-][a-z0-9]+)*\.ts$/.test(path.split('/').at(-1)!),
    );
    expect(odd).toEqual([]);
  });

  it('names a test by the file beside it, or by what it is about: .test.ts needs nothing, .integration.test.ts a database', () => {
    const needy = files.filter(
      (path) =>
        path.endsWith('.test.ts') &&
        !path.endsWith('.integration.test.ts') &&
        !path.startsWith('test/') &&
        textOf(path).includes('#libs/testing/databases'),
    );
    expect(needy).toEqual([]);
  });

  it('leaves no task without an issue', () => {
    const sources = files.filter((path) => /\.(ts|mjs|cjs|graphql|md|sh|yml)$/.test(path) && !path.startsWith('test/architecture/'));
    const left = sources.flatMap((path) =>
      textOf(path)
        .split('\n')
        .flatMap((line, index) => (/\b(TODO|FIXME|XXX)\b(?! ?\(?#\d)/.test(line) ? [`${path}:${index + 1}`] : [])),
    );
    expect(left).toEqual([]);
  });

  it('skips no test and runs no test alone', () => {
    const tests = files.filter((path) => path.endsWith('.test.ts') && !path.startsWith('test/architecture/'));
    const marked = tests.filter((path) =>
      /\b(it|test|describe)\.only\b|\b(xit|xdescribe|fit|fdescribe)\(|\b(it|test)\.(skip|todo)\(['"`]/.test(textOf(path)),
    );
    expect(marked).toEqual([]);
  });
});

function foldersIn(path: string): readonly string[] {
  return readdirSync(fromRoot(path))
    .filter((entry) => statSync(fromRoot(`${path}/${entry}`)).isDirectory())
    .sort();
}
