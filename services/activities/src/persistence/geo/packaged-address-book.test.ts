import { readAddress } from '../../domain/ip-address.js';
import { BowserDeviceReader } from '../bowser-device.reader.js';
import { PackagedAddressBook } from './packaged-address-book.js';
import { worldAtlas } from './world-atlas.js';

describe('the packaged address book', () => {
  const book = new PackagedAddressBook();
  beforeAll(() => book.ready());

  it.each([
    ['216.238.100.5', 'BR', 20473],
    ['87.160.12.34', 'DE', 3320],
    ['8.8.8.8', 'US', 15169],
    ['2001:4860:4860::8888', 'US', 15169],
    ['203.0.113.9', null, undefined],
    ['2001:db8::1', null, undefined],
  ])('%s lies in %s and belongs to AS%s', (ip, country, asn) => {
    const address = readAddress(ip)!;
    expect(book.countryOf(address)).toBe(country);
    expect(book.operatorOf(address)?.asn).toBe(asn);
  });
});

describe('the atlas', () => {
  it('knows countries, their size and their neighbours', () => {
    expect(worldAtlas.size).toBeGreaterThan(240);
    expect(worldAtlas.get('DE')).toMatchObject({ name: 'Germany', radiusKm: 337 });
    expect(worldAtlas.get('DE')!.borders.has('AT')).toBe(true);
    expect(worldAtlas.get('SG')!.radiusKm).toBe(30);
  });
});

describe('a user agent', () => {
  const reader = new BowserDeviceReader();
  const chrome = (version: number) =>
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36`;

  it('is one device in all its versions', () => {
    expect(reader.read(chrome(141))?.text).toBe('Chrome 141 on Windows 10');
    expect(reader.read(chrome(140))?.key).toBe(reader.read(chrome(141))?.key);
  });

  it('of a script names the script', () => {
    expect(reader.read('python-requests/2.32.0')).toEqual({
      text: expect.stringContaining('python-requests'),
      key: expect.stringContaining('python-requests'),
    });
    expect(reader.read('')).toBeNull();
  });
});
