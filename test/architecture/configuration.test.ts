import { CONFIGURATION_VARIABLES, readConfig } from '#libs/platform';

import { textOf } from './repository.js';

describe('the configuration', () => {
  const sorted = [...CONFIGURATION_VARIABLES].sort();

  it('is explained in docs/configuration.md: every variable once, and no other', () => {
    const explained = [...textOf('docs/configuration.md').matchAll(/^\| `(CASTELLAN_[A-Z_]+)`/gm)].map(([, name]) => name!);
    expect(explained.sort()).toEqual(sorted);
  });

  it('stands in .env.example: every variable once, and no other', () => {
    const offered = [...textOf('.env.example').matchAll(/^#?(CASTELLAN_[A-Z_]+)=/gm)].map(([, name]) => name!);
    expect(offered.sort()).toEqual(sorted);
  });

  it('takes the values of .env.example as they stand there', () => {
    const values = [...textOf('.env.example').matchAll(/^#(CASTELLAN_[A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name!, value!] as const);
    const { database, ...given } = readConfig(Object.fromEntries(values));
    const { database: databaseByDefault, ...byDefault } = readConfig({});
    expect(given).toEqual(byDefault);
    expect(database('posture')).toEqual(databaseByDefault('posture'));
  });

  it('is set by no variable in docker-compose.yml or the Dockerfile that does not exist', () => {
    const used = [...`${textOf('docker-compose.yml')}${textOf('Dockerfile')}`.matchAll(/CASTELLAN_[A-Z_]+/g)].map(([name]) => name);
    expect(used.filter((name) => !CONFIGURATION_VARIABLES.includes(name))).toEqual([]);
  });
});
