import { aGrant, aGroup, anAccount, aPrivilege } from '../inventory.fixtures.js';
import { readRecords } from './readable-records.js';

const secretly = 'hunter2';

describe('a page of records', () => {
  it('is readable in all its kinds', () => {
    const records = [
      anAccount({ externalId: 'ada', attributes: { oktaStatus: 'ACTIVE', nested: { a: [1] } } }),
      { kind: 'accountFacts', externalId: 'ada', isAdmin: null },
      aGroup('Everyone'),
      { kind: 'member', groupExternalId: 'Everyone', account: 'ada' },
      { kind: 'member', groupExternalId: 'Everyone', group: 'Sales' },
      aPrivilege('ada', 'Owner', true),
      aGrant('g1'),
    ];
    expect(readRecords(records)).toEqual({ readable: records, rejects: [] });
  });

  it.each<[string, unknown]>([
    ['nothing', null],
    ['a kind of its own', { kind: 'planet', externalId: secretly }],
    ['no id', anAccount({ externalId: '' })],
    ['an id too long for a key', anAccount({ externalId: secretly.repeat(100) })],
    ['a status that is not ours', { ...anAccount({ externalId: 'ada' }), status: secretly }],
    ['a moment that is none', anAccount({ externalId: 'ada', createdAt: Number.NaN })],
    ['a member that is two', { kind: 'member', groupExternalId: 'g', account: 'a', group: 'b' }],
    ['a member that is none', { kind: 'member', groupExternalId: 'g' }],
    ['attributes as large as a file', anAccount({ externalId: 'ada', attributes: { blob: secretly.repeat(20_000) } })],
  ])('sets aside a record with %s, says why without its values, and keeps the rest', (_, bad) => {
    const good = anAccount({ externalId: 'grace' });
    const { readable, rejects } = readRecords([bad, good]);
    expect(readable).toEqual([good]);
    expect(rejects).toHaveLength(1);
    expect(rejects[0]!.reason).not.toBe('');
    expect(rejects[0]!.reason).not.toContain(secretly);
  });
});
