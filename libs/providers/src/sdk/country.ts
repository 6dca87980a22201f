import countries from 'i18n-iso-countries';
import english from 'i18n-iso-countries/langs/en.json' with { type: 'json' };

/** Spellings in the logs of apps that the list of names lacks. */
const OTHER_SPELLINGS: Readonly<Record<string, string>> = {
  america: 'US',
  'u s a': 'US',
  'u s': 'US',
  'united states america': 'US',
  'us of a': 'US',
  england: 'GB',
  scotland: 'GB',
  wales: 'GB',
  'northern ireland': 'GB',
  britain: 'GB',
  'great britain': 'GB',
  'u k': 'GB',
  uk: 'GB',
  'united kingdom of great britain and northern ireland': 'GB',
  korea: 'KR',
  'south korea': 'KR',
  'republic of korea': 'KR',
  'korea republic of': 'KR',
  'korea south': 'KR',
  'north korea': 'KP',
  'korea north': 'KP',
  'korea democratic peoples republic of': 'KP',
  'democratic peoples republic of korea': 'KP',
  russia: 'RU',
  'russian federation': 'RU',
  'czech republic': 'CZ',
  czechia: 'CZ',
  'slovak republic': 'SK',
  holland: 'NL',
  netherlands: 'NL',
  deutschland: 'DE',
  espana: 'ES',
  italia: 'IT',
  osterreich: 'AT',
  schweiz: 'CH',
  suisse: 'CH',
  turkey: 'TR',
  turkiye: 'TR',
  'viet nam': 'VN',
  vietnam: 'VN',
  laos: 'LA',
  'lao pdr': 'LA',
  burma: 'MM',
  macau: 'MO',
  macao: 'MO',
  'hong kong': 'HK',
  'hong kong sar': 'HK',
  'hong kong sar china': 'HK',
  'hong kong s a r': 'HK',
  'macao sar china': 'MO',
  'macau sar china': 'MO',
  taiwan: 'TW',
  'taiwan province of china': 'TW',
  'taiwan province china': 'TW',
  'republic of china': 'TW',
  'china mainland': 'CN',
  'mainland china': 'CN',
  'peoples republic of china': 'CN',
  'p r china': 'CN',
  iran: 'IR',
  'iran islamic republic of': 'IR',
  syria: 'SY',
  'syrian arab republic': 'SY',
  palestine: 'PS',
  'palestinian territory': 'PS',
  'palestinian territories': 'PS',
  'state of palestine': 'PS',
  venezuela: 'VE',
  'venezuela bolivarian republic of': 'VE',
  bolivia: 'BO',
  'bolivia plurinational state of': 'BO',
  tanzania: 'TZ',
  'tanzania united republic of': 'TZ',
  moldova: 'MD',
  'moldova republic of': 'MD',
  macedonia: 'MK',
  'north macedonia': 'MK',
  fyrom: 'MK',
  brunei: 'BN',
  'brunei darussalam': 'BN',
  'cape verde': 'CV',
  'cabo verde': 'CV',
  'ivory coast': 'CI',
  'cote d ivoire': 'CI',
  'cote divoire': 'CI',
  swaziland: 'SZ',
  eswatini: 'SZ',
  'east timor': 'TL',
  'timor leste': 'TL',
  congo: 'CG',
  'congo brazzaville': 'CG',
  'republic of congo': 'CG',
  'congo kinshasa': 'CD',
  'dr congo': 'CD',
  drc: 'CD',
  'democratic republic of congo': 'CD',
  'congo democratic republic of': 'CD',
  kosovo: 'XK',
  vatican: 'VA',
  'vatican city': 'VA',
  'holy see': 'VA',
  uae: 'AE',
  'u a e': 'AE',
  micronesia: 'FM',
  reunion: 'RE',
  curacao: 'CW',
  'sint maarten': 'SX',
  'saint martin': 'MF',
  'virgin islands u s': 'VI',
  'us virgin islands': 'VI',
  'british virgin islands': 'VG',
  'virgin islands british': 'VG',
  'falkland islands': 'FK',
  'aland islands': 'AX',
};

const CODE_OF_NAME = codesByName();

/**
 * The ISO 3166-1 alpha-2 code of a country as apps write it: English name in any case, other common spelling, alpha-2 or alpha-3 code.
 * Null when it is not known; Kosovo is `XK`, which ISO leaves to its users.
 */
export function countryCode(name: string | null | undefined): string | null {
  if (!name) return null;
  const upper = name.trim().toUpperCase();
  if (/^[A-Z]{2}$/.test(upper)) return upper === 'UK' ? 'GB' : countries.isValid(upper) ? upper : null;
  if (/^[A-Z]{3}$/.test(upper) && countries.alpha3ToAlpha2(upper)) return countries.alpha3ToAlpha2(upper) ?? null;
  return CODE_OF_NAME.get(folded(name)) ?? null;
}

function codesByName(): ReadonlyMap<string, string> {
  const codes = new Map<string, string>();
  for (const [code, names] of Object.entries(english.countries as Readonly<Record<string, string | readonly string[]>>)) {
    for (const name of typeof names === 'string' ? [names] : names) codes.set(folded(name), code);
  }
  for (const [name, code] of Object.entries(OTHER_SPELLINGS)) codes.set(folded(name), code);
  return codes;
}

// Apps differ in accents, articles, signs and order of case, seldom in the words.
function folded(name: string): string {
  return name
    .slice(0, 100)
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/['’.]/g, (sign) => (sign === '.' ? ' ' : ''))
    .replace(/&/g, ' and ')
    .replace(/[^a-z0-9]+/g, ' ')
    .replace(/\bst\b/g, 'saint')
    .replace(/\bthe\b/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
