import { anonymousIp } from './anonymous-ip.js';
import { anActivity, aFailure, at, FROM, workdays, World } from './world.builders.js';

type Activities = ReturnType<typeof workdays>;
const judge = (fresh: Activities, before: Activities = workdays(1, 19)) => new World([...before, ...fresh]).judge(anonymousIp, fresh);
const hidden = (network: 'tor' | 'proxy' | 'vpn', change: Parameters<typeof anActivity>[0] = {}) =>
  anActivity({ ...FROM.boston, network, ipTags: [network], ...change });

describe('activity from an anonymous address', () => {
  it.each([
    ['tor', 'HIGH', 'Anonymous address: Dana Rivera through the Tor network'],
    ['proxy', 'MEDIUM', 'Anonymous address: Dana Rivera through an anonymous proxy'],
    ['vpn', 'LOW', "Anonymous address: Dana Rivera through somebody's VPN"],
  ] as const)('through %s is %s', (network, severity, title) => {
    expect(judge([hidden(network)])).toMatchObject([{ severity, title }]);
  });

  it("is told also by a tag of the operator's IP range", () => {
    expect(judge([anActivity({ ...FROM.boston, ipTags: ['hosting', 'tor'] })])).toMatchObject([{ severity: 'HIGH' }]);
  });

  it.each([
    ['a hosting company', anActivity(FROM.saoPauloServer)],
    ['a failure', aFailure({ network: 'tor', ipTags: ['tor'] })],
    ["a token's sign-in", hidden('tor', { isInteractive: false })],
    ['a machine', hidden('tor', { actorType: 'service' })],
    ['our own VPN', hidden('vpn', { ipTags: ['company-vpn', 'vpn'] })],
    ['the office', hidden('proxy', { network: 'corporate', ipTags: ['corporate', 'proxy'] })],
  ])('is not %s', (_, activity) => {
    expect(judge([activity])).toEqual([]);
  });

  it('is no news on a known device and a network of two earlier days, but Tor always is', () => {
    const before = (network: 'proxy' | 'tor') => [
      ...workdays(1, 19),
      hidden(network, { occurredAt: at(17) }),
      hidden(network, { occurredAt: at(18) }),
    ];
    expect(judge([hidden('proxy')], before('proxy').slice(0, -1))).toHaveLength(1);
    expect(judge([hidden('proxy')], before('proxy'))).toEqual([]);
    expect(judge([hidden('proxy', { deviceKey: 'other' })], before('proxy'))).toHaveLength(1);
    expect(judge([hidden('tor')], before('tor'))).toHaveLength(1);
  });

  it('is explained, also where there is none', () => {
    const tor = hidden('tor');
    const home = anActivity();
    const world = new World([...workdays(1, 19), tor, home]);
    expect(world.explain(anonymousIp, tor)).toMatchObject({
      matched: true,
      summary: 'Dana Rivera acted through the Tor network (203.0.113.1, Operator 7922).',
      smallestChange: "No alert if an IP range marked the address as corporate or as the company's VPN.",
    });
    expect(world.explain(anonymousIp, home)).toMatchObject({
      matched: false,
      smallestChange: 'An alert would have needed: addressHides being tor, proxy or vpn, said by the app or by an IP range.',
    });
  });
});
