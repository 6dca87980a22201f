import { readFileSync } from 'node:fs';

import { aws } from './index.js';
import { manifest, SCOPES } from './manifest.js';
import { regionsOf } from './regions.js';

const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');

describe('the manifest of AWS', () => {
  it('has every permission and the number of controls in the README', () => {
    expect(SCOPES.map(({ scope }) => scope).filter((scope) => !readme.includes(`\`${scope}\``))).toEqual([]);
    expect(readme).toContain(`settings for ${aws.controls.length} controls`);
  });

  it('asks for every permission that an action names', () => {
    const asked = new Set(SCOPES.map(({ scope }) => scope));
    for (const { kind, scopes } of Object.values(aws.actions))
      expect([kind, scopes.filter((scope) => !asked.has(scope))]).toEqual([kind, []]);
  });

  it('counts a lookup in each region by itself, and in one budget', () => {
    for (const region of ['us-east-1', 'eu-west-1', 'af-south-1', 'me-central-1']) {
      const lines = manifest.budgets.filter(({ match }) => match!.test(`cloudtrail:LookupEvents ${region}`));
      expect([region, lines.map(({ calls, perSeconds }) => [calls, perSeconds])]).toEqual([region, [[2, 1]]]);
    }
  });

  it('claims what is built', () => {
    const claimed = Object.entries(manifest.capabilities).filter(([, { support }]) => support === 'SUPPORTED' || support === 'PARTIAL');
    expect(claimed.map(([capability]) => capability).sort()).toEqual(aws.probes.map(({ capability }) => capability).sort());
  });

  it.each([
    ['accessKeyId', `AKIA${'EXAMPLE'.repeat(2)}`, `ASIA${'EXAMPLE'.repeat(2)}`],
    ['roleArn', 'arn:aws:iam::111122223333:role/team/Reader', 'arn:aws:iam::111122223333:user/Reader'],
    ['region', 'us-gov-west-1', 'us-east-1.evil.example'],
  ])('takes for %s "%s" and not "%s"', (name, good, bad) => {
    const { pattern } = manifest.setup.fields.find((field) => field.name === name)!;
    expect([pattern!.test(good), pattern!.test(bad)]).toEqual([true, false]);
  });

  it('always reads the region of the global events', () => {
    expect(regionsOf({ regions: ['eu-west-1'] }, undefined)).toEqual(['us-east-1', 'eu-west-1']);
    expect(aws.http.bases({ region: 'us-gov-west-1' }, undefined)).toMatchObject({
      main: 'https://iam.us-gov.amazonaws.com',
      sts: 'https://sts.us-gov-west-1.amazonaws.com',
    });
    expect(aws.http.bases({ region: 'cn-north-1' }, undefined)).toMatchObject({
      main: 'https://iam.cn-north-1.amazonaws.com.cn',
      sts: 'https://sts.cn-north-1.amazonaws.com.cn',
    });
  });
});
