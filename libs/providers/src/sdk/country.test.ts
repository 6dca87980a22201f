import { countryCode } from './country.js';

describe('a country as an app writes it', () => {
  it.each([
    ['United States', 'US'],
    ['united states', 'US'],
    ['The United States of America', 'US'],
    ['USA', 'US'],
    ['us', 'US'],
    ['DEU', 'DE'],
    ['Germany', 'DE'],
    ["Côte d'Ivoire", 'CI'],
    ['Cote d’Ivoire', 'CI'],
    ['Ivory Coast', 'CI'],
    ['Korea, Republic of', 'KR'],
    ['South Korea', 'KR'],
    ['Türkiye', 'TR'],
    ['turkey', 'TR'],
    ['Viet Nam', 'VN'],
    ['Bosnia & Herzegovina', 'BA'],
    ['St. Lucia', 'LC'],
    ['The Netherlands', 'NL'],
    ['UK', 'GB'],
    ['Russian Federation', 'RU'],
    ['Hong Kong SAR', 'HK'],
    ['Democratic Republic of the Congo', 'CD'],
    ['Iran, Islamic Republic of', 'IR'],
    ['Taiwan', 'TW'],
    ['  Brazil ', 'BR'],
  ])('"%s" is %s', (name, code) => {
    expect(countryCode(name)).toBe(code);
  });

  it.each(['', 'Atlantis', 'ZZ', 'unknown', '127.0.0.1', null, undefined])('%p is not guessed', (name) => {
    expect(countryCode(name)).toBeNull();
  });
});
