import { ManagedDomainInvalid, ManagedDomainPublic, TooManyManagedDomains } from './errors.js';

/** The e-mail domains that the organization owns, in lower case. */
export type ManagedDomains = ReadonlySet<string>;

const MOST_DOMAINS = 1_000;
const DOMAIN = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{2,59})$/;

// Anybody can have an address there, so it proves nothing about who belongs to the organization.
const PUBLIC_MAIL: ReadonlySet<string> = new Set([
  'aol.com',
  'fastmail.com',
  'gmail.com',
  'gmx.com',
  'gmx.de',
  'gmx.net',
  'googlemail.com',
  'hotmail.com',
  'icloud.com',
  'live.com',
  'mac.com',
  'mail.com',
  'mail.ru',
  'me.com',
  'msn.com',
  'orange.fr',
  'outlook.com',
  'pm.me',
  'proton.me',
  'protonmail.com',
  'qq.com',
  'web.de',
  'yahoo.co.uk',
  'yahoo.com',
  'yandex.com',
  'yandex.ru',
  'zoho.com',
  '163.com',
]);

/** The domains as they are kept: lower case, each once, in order. Throws on the first that can't be one. */
export function readManagedDomains(input: readonly string[]): readonly string[] {
  if (input.length > MOST_DOMAINS) throw new TooManyManagedDomains(MOST_DOMAINS);
  const domains = input.map((text, index) => {
    const domain = text.trim().toLowerCase();
    if (!DOMAIN.test(domain)) throw new ManagedDomainInvalid(text, index);
    if (PUBLIC_MAIL.has(domain)) throw new ManagedDomainPublic(domain, index);
    return domain;
  });
  return [...new Set(domains)].sort();
}

/** The domain of an address in lower case; null where there is none. */
export function domainOf(email: string | null): string | null {
  if (email === null) return null;
  const at = email.lastIndexOf('@');
  const domain = email
    .slice(at + 1)
    .trim()
    .toLowerCase();
  return at < 1 || domain === '' ? null : domain;
}

/** Whether the address lies outside the organization; null without an address, or while nobody has said which domains are managed. */
export function hasUnmanagedEmail(email: string | null, domains: ManagedDomains): boolean | null {
  const domain = domainOf(email);
  return domain === null || domains.size === 0 ? null : !domains.has(domain);
}
