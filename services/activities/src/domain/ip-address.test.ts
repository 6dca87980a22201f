import fc from 'fast-check';
import ipaddr from 'ipaddr.js';

import { neighbourhood, readAddress, readNetwork } from './ip-address.js';

describe('an address', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    [' 203.0.113.9 ', '203.0.113.9'],
    ['203.0.113.9:52011', '203.0.113.9'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['2001:0DB8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['fe80::1%eth0', 'fe80::1'],
  ])('%s is written %s', (given, text) => {
    expect(readAddress(given)?.text).toBe(text);
  });

  it.each(['', 'cloudtrail.amazonaws.com', '203.0.113', '203.0.113.256', '1::2::3', '12345::', ':::', '1:2:3:4:5:6:7', '203.0.113.9/24'])(
    '"%s" is none',
    (text) => {
      expect(readAddress(text)).toBeUndefined();
    },
  );

  it.each([
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.1.1',
    '172.31.0.1',
    '192.168.1.1',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    'fd00::1',
    'fe80::1',
    'ff02::1',
  ])('%s has no place on earth', (text) => {
    expect(readAddress(text)?.isPublic).toBe(false);
  });

  it('is read as the library ipaddr.js reads it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        // The form ::1.2.3.4 is deprecated (RFC 4291); the library takes it for ::ffff:1.2.3.4, which it is not.
        fc.pre(!/^[0:]*:\d{1,3}\./.test(text));
        const address = readAddress(text);
        const theirs = ipaddr.process(text);
        const bytes = theirs.kind() === 'ipv4' ? (theirs as ipaddr.IPv4).toIPv4MappedAddress().toByteArray() : theirs.toByteArray();
        expect(address?.key).toBe(Buffer.from(bytes).toString('hex'));
        expect(address?.text).toBe(theirs.kind() === 'ipv4' ? theirs.toString() : (theirs as ipaddr.IPv6).toRFC5952String());
      }),
    );
  });
});

describe('a network', () => {
  it('holds its first and its last address, and nothing beside', () => {
    const network = readNetwork('203.0.113.8/29')!;
    const holds = (text: string): boolean => readAddress(text)!.key >= network.from && readAddress(text)!.key <= network.to;
    expect(['203.0.113.7', '203.0.113.8', '203.0.113.15', '203.0.113.16'].map(holds)).toEqual([false, true, true, false]);
  });

  it('of an IPv6 customer is one neighbourhood', () => {
    const [a, b, c] = ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', '2001:db8:1:3::1'].map((text) => neighbourhood(readAddress(text)!.key));
    expect(a).toBe(b);
    expect(a).not.toBe(c);
  });

  it.each(['203.0.113.0/33', '2001:db8::/129', 'x/8', '203.0.113.0/24/8', '203.0.113.0/-1'])('%s is none', (text) => {
    expect(readNetwork(text)).toBeUndefined();
  });
});
