import { thirdPartyAppOf, type GrantTally } from './third-party-app.js';

const calendly = { id: 'tpa_1', app: 'okta', externalId: 'calendly', name: 'Calendly' };
const tally: GrantTally = { grants: 3, accounts: 3, withoutAccount: 0, level: 'HIGH', scopes: [], firstGrantedAt: null, lastUsedAt: null };

describe('the rarity of a third-party app', () => {
  it.each([
    ['RARE', 2, 4],
    ['RARE', 9, 1_000],
    ['UNCOMMON', 10, 1_000],
    ['COMMON', 100, 1_000],
  ] as const)('is %s with %i of %i accounts', (rarity, accounts, inUse) => {
    expect(thirdPartyAppOf(calendly, { ...tally, accounts }, inUse).rarity).toBe(rarity);
  });

  it('is unknown when a grant may be for everybody, or nobody could use it', () => {
    expect(thirdPartyAppOf(calendly, { ...tally, withoutAccount: 1 }, 100).rarity).toBe('UNKNOWN');
    expect(thirdPartyAppOf(calendly, tally, 0)).toMatchObject({ rarity: 'UNKNOWN', accountShare: null });
  });
});
