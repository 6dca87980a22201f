import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { Reader, type Response } from 'mmdb-lib';

import { makeCompany } from './company-model.js';
import { kilometresBetween } from './company-places.js';
import type { Company, CompanyEvent, Employee } from './company.js';

const NOW = new Date('2026-11-20T15:30:00Z');
const DAY_MS = 86_400_000;
const ago = (days: number): Date => new Date(NOW.getTime() - days * DAY_MS);
const month = (company: Company): CompanyEvent[] => [...company.events(ago(30), NOW)];
const told = (events: readonly CompanyEvent[]): string[] =>
  events.map(({ id, at, act, who, place }) => `${id} ${at.toISOString()} ${act} ${who.email} ${place.ip}`);
const withTrait = (company: Company, trait: Employee['traits'][number]): Employee[] =>
  company.people.filter(({ traits }) => traits.includes(trait));

const company = makeCompany({ now: NOW });
const events = month(company);

describe('the made-up company', () => {
  it('is the same at every start', () => {
    const again = makeCompany({ now: NOW });
    expect(again.people).toEqual(company.people);
    expect(told(month(again))).toEqual(told(events));
  });

  it('is another one with another seed', () => {
    expect(makeCompany({ now: NOW, seed: 'other' }).people.map(({ email }) => email)).not.toEqual(company.people.map(({ email }) => email));
  });

  it('keeps its people and its ordinary past when it is started a day later', () => {
    const later = makeCompany({ now: new Date(NOW.getTime() + DAY_MS) });
    const settled = ({ employee, traits }: { employee: string; traits: string[] }): string => `${employee} ${traits.join()}`;
    const list = (one: Company): string[] => one.people.map(({ email, traits }) => settled({ employee: email, traits: [...traits] }));
    expect(list(later)).toEqual(list(company));
    const ordinary = (one: Company): string[] =>
      told([...one.events(ago(20), ago(15))].filter(({ who }) => !who.traits.includes('NEW') && !who.traits.includes('LEAVER')));
    expect(ordinary(later)).toEqual(ordinary(company));
  });

  it('has 200 people with addresses of their own, in three countries and all departments', () => {
    expect(company.people).toHaveLength(200);
    expect(new Set(company.people.map(({ email }) => email)).size).toBe(200);
    for (const { email } of company.people) expect(email).toMatch(/^[a-z]+\.[a-z]+\d*@lindenworks\.example$/);
    expect(new Set(company.people.map(({ office }) => office.country))).toEqual(new Set(['US', 'DE', 'SG']));
    expect(new Set(company.people.map(({ department }) => department)).size).toBe(7);
  });

  it('has the people that the story needs', () => {
    const counts = (['ADMIN', 'LEAVER', 'DORMANT', 'TRAVELLER', 'NEW', 'NO_SECOND_FACTOR'] as const).map(
      (trait) => withTrait(company, trait).length,
    );
    expect(counts).toEqual([4, 3, 5, 6, 4, 10]);
    expect(withTrait(company, 'ADMIN').every(({ department }) => department === 'IT')).toBe(true);
  });

  it.each([10, 37, 1_000])('works with %d people', (people) => {
    const other = makeCompany({ now: NOW, people });
    expect(other.people).toHaveLength(people);
    expect(withTrait(other, 'ADMIN').length).toBeGreaterThan(0);
    expect(other.takeover.victim.department).toBe('Finance');
  });

  it('refuses to be smaller than its story', () => {
    expect(() => makeCompany({ now: NOW, people: 3 })).toThrow(/at least 10/);
  });
});

describe('the story', () => {
  it('is told in time order, each act once', () => {
    expect(events.length).toBeGreaterThan(20_000);
    for (let i = 1; i < events.length; i++) expect(events[i]!.at.getTime()).toBeGreaterThanOrEqual(events[i - 1]!.at.getTime());
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });

  it.each([
    ['at noon', new Date('2026-11-10T12:00:00Z')],
    ['at a day’s seam', new Date('2026-11-10T00:00:00Z')],
    ['inside the takeover', new Date(company.takeover.startsAt.getTime() + 600_000)],
  ])('is the same asked in two halves, cut %s', (_, cut) => {
    expect(told([...company.events(ago(30), cut), ...company.events(cut, NOW)])).toEqual(told(events));
  });

  it('begins where it was told to and goes on after now', () => {
    expect([...company.events(ago(60), ago(30))]).toEqual([]);
    expect([...company.events(NOW, new Date(NOW.getTime() + 3 * DAY_MS))].length).toBeGreaterThan(100);
  });

  it('is quiet on weekends and at night', () => {
    const perDay = (wanted: readonly number[]): number => events.filter(({ at }) => wanted.includes(at.getUTCDay())).length / wanted.length;
    expect(perDay([0, 6])).toBeLessThan(perDay([1, 2, 3, 4]) / 5);
    const hours = events
      .filter(({ who, isAttack }) => who.office.country === 'SG' && !who.traits.includes('TRAVELLER') && !isAttack)
      .map(({ at }) => (at.getUTCHours() + 8) % 24);
    expect(hours.filter((hour) => hour < 5).length).toBe(0);
  });

  it('never hears from the dormant, from leavers after they left, or from newcomers before they came', () => {
    expect(events.filter(({ who }) => who.traits.includes('DORMANT'))).toEqual([]);
    expect(events.filter(({ who, at }) => who.traits.includes('LEAVER') && at > ago(4)).length).toBe(0);
    expect(events.filter(({ who }) => who.traits.includes('LEAVER')).length).toBeGreaterThan(0);
    expect(events.filter(({ who, at }) => who.traits.includes('NEW') && at < ago(13)).length).toBe(0);
    const added = events.filter(({ act }) => act === 'ADD_USER').map(({ to }) => to!.email);
    expect(added.sort()).toEqual(
      withTrait(company, 'NEW')
        .map(({ email }) => email)
        .sort(),
    );
  });

  it('has travellers that are really away', () => {
    const abroad = events.filter(({ who, place, isAttack }) => !isAttack && place.country !== who.office.country);
    expect(new Set(abroad.map(({ who }) => who.email)).size).toBeGreaterThanOrEqual(4);
    expect(abroad.every(({ who }) => who.traits.includes('TRAVELLER'))).toBe(true);
  });

  it('moves nobody faster than a plane, but for the takeover', () => {
    for (const seed of ['castellan', 'b', 'c']) {
      const last = new Map<string, CompanyEvent>();
      for (const event of makeCompany({ now: NOW, seed, days: 90 }).events(ago(90), NOW)) {
        if (event.isAttack) continue;
        const before = last.get(event.who.email);
        last.set(event.who.email, event);
        const km = before ? kilometresBetween(before.place, event.place) : 0;
        if (km > 1) expect(km / ((event.at.getTime() - before!.at.getTime()) / 3_600_000)).toBeLessThan(800);
      }
    }
  });

  it('lets people mistype a password once or twice, never so often that it looks like guessing', () => {
    const failed = events.filter(({ act, isAttack }) => act === 'SIGN_IN_FAILED' && !isAttack);
    expect(failed.length).toBeGreaterThan(20);
    for (const { at, who } of failed) {
      const near = failed.filter((other) => other.who === who && Math.abs(other.at.getTime() - at.getTime()) < 600_000);
      expect(near.length).toBeLessThanOrEqual(2);
    }
  });

  it('has acts of every kind, and only administrators administer', () => {
    expect(new Set(events.map(({ act }) => act)).size).toBe(17);
    const admin = events.filter(
      ({ act, isAttack }) =>
        !isAttack && ['ADD_USER', 'GROUP_CHANGE', 'ROLE_GRANT', 'POLICY_CHANGE', 'MFA_RESET', 'TOKEN_CREATE'].includes(act),
    );
    expect(admin.every(({ who }) => who.traits.includes('ADMIN'))).toBe(true);
  });
});

describe('the takeover', () => {
  const attack = events.filter(({ isAttack }) => isAttack);
  const { victim, startsAt, from } = company.takeover;
  const acts = (act: string): CompanyEvent[] => attack.filter((event) => event.act === act);

  it('happens once, about three days ago, at two in the morning for someone in Finance', () => {
    expect(attack[0]!.at).toEqual(startsAt);
    expect(victim.department).toBe('Finance');
    expect(victim.office.country).toBe('DE');
    expect(startsAt.toISOString()).toMatch(/T01:00:00/);
    expect(NOW.getTime() - startsAt.getTime()).toBeGreaterThan(3 * DAY_MS);
    expect(NOW.getTime() - startsAt.getTime()).toBeLessThan(4 * DAY_MS);
    expect(acts('SIGN_IN')).toHaveLength(1);
  });

  it('guesses fast enough to be seen, then gets in while the victim is at home', () => {
    const guesses = acts('SIGN_IN_FAILED').filter(({ who }) => who === victim);
    expect(guesses).toHaveLength(18);
    expect(guesses.at(-1)!.at.getTime() - startsAt.getTime()).toBeLessThan(8 * 60_000);
    expect(acts('SIGN_IN_FAILED').length).toBeGreaterThan(18);
    const entered = acts('SIGN_IN')[0]!;
    const atHome = events.findLast((event) => event.who === victim && event.act === 'SIGN_IN' && !event.isAttack && event.at < entered.at)!;
    expect(entered.at.getTime() - atHome.at.getTime()).toBeLessThan(3_600_000);
    expect(atHome.place).toEqual(victim.home);
    expect(kilometresBetween(atHome.place, entered.place)).toBeGreaterThan(5_000);
  });

  it('replaces the second factor, carries off forty documents in twenty minutes and leaves a token behind', () => {
    expect(acts('MFA_RESET')[0]!.to).toBe(victim);
    const downloads = acts('DOWNLOAD_DOCUMENT');
    expect(downloads).toHaveLength(40);
    expect(downloads.at(-1)!.at.getTime() - downloads[0]!.at.getTime()).toBeLessThan(20 * 60_000);
    expect(acts('TOKEN_CREATE')).toHaveLength(1);
    expect(attack.every(({ place }) => place === from)).toBe(true);
  });

  it.each([1, 2, 7])('lies inside a story of %d days', (days) => {
    const short = makeCompany({ now: NOW, days });
    expect([...short.events(ago(days), NOW)].filter(({ isAttack }) => isAttack)).toHaveLength(attack.length);
  });
});

describe('addresses', () => {
  const require = createRequire(import.meta.url);
  const countries = new Reader<Response & { country_code: string }>(
    readFileSync(require.resolve('@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb')),
  );
  const places = [...new Map(events.map(({ place }) => [place.ip, place])).values()];

  it('lie in the country that the story says', () => {
    expect(places.length).toBeGreaterThan(300);
    expect(places.filter(({ ip, country }) => countries.get(ip)?.country_code !== country)).toEqual([]);
  });

  it('belong to the operator that the story says', () => {
    const ranges = asnRanges(readFileSync(require.resolve('@ip-location-db/asn/asn-ipv4.csv'), 'utf8'));
    expect(
      places.filter(({ ip, asn }) => asnOf(ranges, ip) !== asn).map(({ ip, asn }) => `${ip} is of AS${asnOf(ranges, ip)}, not AS${asn}`),
    ).toEqual([]);
  });
});

type Ranges = { readonly first: number; readonly last: number; readonly asn: number }[];

function asnRanges(csv: string): Ranges {
  return csv.split('\n').flatMap((line) => {
    const [first, last, asn] = line.split(',', 3);
    return first && last ? [{ first: numberOf(first), last: numberOf(last), asn: Number(asn) }] : [];
  });
}

function asnOf(ranges: Ranges, ip: string): number | undefined {
  const address = numberOf(ip);
  return ranges.find(({ first, last }) => first <= address && address <= last)?.asn;
}

function numberOf(ip: string): number {
  return ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
