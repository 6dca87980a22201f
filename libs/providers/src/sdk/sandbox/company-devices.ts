import type { Chance } from './chance.js';
import type { Department } from './company-names.js';
import type { Device } from './company.js';

const LAPTOPS = {
  macChrome: device(
    'Mac OS X',
    'Chrome',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  ),
  macSafari: device(
    'Mac OS X',
    'Safari',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15',
  ),
  windowsEdge: device(
    'Windows 10',
    'Edge',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0',
  ),
  windowsChrome: device(
    'Windows 10',
    'Chrome',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  ),
  linuxFirefox: device('Linux', 'Firefox', 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0'),
};

const PHONES = [
  device(
    'iOS',
    'Safari',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
  ),
  device(
    'Android',
    'Chrome Mobile',
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36',
  ),
];

/** The machine that the takeover is done from: a script, as its name says. */
export const ATTACK_DEVICE: Device = device(
  'Linux',
  'Chrome',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/139.0.0.0 Safari/537.36',
);

/** What someone of this department works on. */
export function laptopOf(department: Department, chance: Chance): Device {
  const technical = department === 'Engineering' || department === 'IT';
  const { macChrome, macSafari, windowsEdge, windowsChrome, linuxFirefox } = LAPTOPS;
  return chance.pick(
    technical
      ? [macChrome, macChrome, macSafari, linuxFirefox, windowsChrome]
      : [windowsEdge, windowsEdge, windowsChrome, macChrome, macSafari],
  );
}

/** What someone has in the pocket. */
export function phoneOf(chance: Chance): Device {
  return chance.pick(PHONES);
}

function device(os: string, browser: string, userAgent: string): Device {
  return { os, browser, userAgent };
}
