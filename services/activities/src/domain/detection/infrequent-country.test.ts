import { infrequentCountry } from './infrequent-country.js';
import { anActivity, aFailure, at, atlas, FROM, workdays, World } from './world.builders.js';

const detector = infrequentCountry(atlas);
type Activities = ReturnType<typeof workdays>;
const judge = (fresh: Activities, before: Activities = workdays(1, 19)) => new World([...before, ...fresh]).judge(detector, fresh);
const inTokyo = (change: Parameters<typeof anActivity>[0] = {}) => anActivity({ ...FROM.tokyo, ...change });
const others = (count: number, where: Parameters<typeof anActivity>[0]) =>
  Array.from({ length: count }, (_, index) => anActivity({ occurredAt: at(15), actorKey: `acc_${index}`, ...where }));

describe('activity from an infrequent country', () => {
  it('is a low alert', () => {
    expect(judge([inTokyo()])).toMatchObject([
      { severity: 'LOW', title: 'Infrequent country: Dana Rivera in Japan', accountIds: ['acc_dana'] },
    ]);
  });

  it('is medium with a device never seen, or from a rented machine', () => {
    expect(judge([inTokyo({ deviceKey: 'other' })])).toMatchObject([{ severity: 'MEDIUM' }]);
    expect(judge([anActivity(FROM.saoPauloServer)])).toMatchObject([{ severity: 'MEDIUM' }]);
  });

  it('is one alert for a journey: the second day is no news', () => {
    expect(judge([inTokyo({ occurredAt: at(21) })], [...workdays(1, 19), inTokyo()])).toEqual([]);
  });

  it('is news again after two months', () => {
    expect(judge([inTokyo({ occurredAt: at(75) })], [...workdays(1, 70), inTokyo({ occurredAt: at(10) })])).toHaveLength(1);
    expect(judge([inTokyo({ occurredAt: at(69) })], [...workdays(1, 65), inTokyo({ occurredAt: at(10) })])).toEqual([]);
  });

  it('takes seven days to learn', () => {
    expect(judge([inTokyo()], workdays(15, 19))).toEqual([]);
    expect(judge([inTokyo()], workdays(12, 13))).toEqual([]);
    expect(judge([inTokyo()], workdays(13, 19))).toHaveLength(1);
  });

  it.each([
    ['a failure', aFailure(FROM.tokyo)],
    ["a token's sign-in", inTokyo({ isInteractive: false })],
    ['a machine', inTokyo({ actorType: 'service' })],
    ['a relay', inTokyo({ network: 'relay' })],
    ['a satellite', inTokyo({ network: 'satellite' })],
    ['the office', inTokyo({ network: 'corporate' })],
    ["the company's VPN", inTokyo({ network: 'vpn', ipTags: ['company-vpn', 'vpn'] })],
    ['an operator known from home', inTokyo({ asn: FROM.munich.asn })],
  ])('is not %s', (_, activity) => {
    expect(judge([activity])).toEqual([]);
  });

  it('is usual where three others, and one in a hundred, were seen on earlier days', () => {
    expect(judge([inTokyo()], [...workdays(1, 19), ...others(2, FROM.tokyo)])).toHaveLength(1);
    expect(judge([inTokyo()], [...workdays(1, 19), ...others(3, FROM.tokyo)])).toEqual([]);
    expect(judge([inTokyo()], [...workdays(1, 19), ...others(400, {}), ...others(3, FROM.tokyo)])).toHaveLength(1);
  });

  it('does not excuse several taken over on one day', () => {
    const sameDay = others(5, FROM.tokyo).map((activity) => ({ ...activity, occurredAt: at(20, 8) }));
    expect(judge([inTokyo()], [...workdays(1, 19), ...sameDay])).toHaveLength(1);
  });

  it('is explained, also where there is none', () => {
    const there = inTokyo();
    const world = new World([...workdays(1, 19), there]);
    expect(world.explain(detector, there)).toMatchObject({
      matched: true,
      baseline: { countries: { DE: 19 }, peopleThere: 0 },
      smallestChange: 'No alert if Dana Rivera had been seen in Japan on one earlier day, or 3 people instead of 0.',
    });
    const home = anActivity();
    expect(new World([...workdays(1, 19), home]).explain(detector, home)).toMatchObject({
      matched: false,
      smallestChange:
        'An alert would have needed: daysInThisCountry being none in the 61 days before; the suppression knownOperator not applying.',
    });
  });
});
