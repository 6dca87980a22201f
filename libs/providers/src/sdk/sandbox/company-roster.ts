import { Chance } from './chance.js';
import { laptopOf, phoneOf } from './company-devices.js';
import { DEPARTMENTS, mailName, NAMES, NAMES_OF_COUNTRY, type Department } from './company-names.js';
import { placeIn, SITES, type Site } from './company-places.js';
import type { Device, Employee } from './company.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Departments repeat after so many people, so that a company of any size has all of them. */
const PATTERN = 50;
/** In a company of this size there are as many people of each trait as {@link TRAIT_COUNTS} says. */
const USUAL_SIZE = 200;
export const LEAST_PEOPLE = 10;

type Trait = Employee['traits'][number];

const TRAIT_COUNTS: readonly (readonly [Trait, number])[] = [
  ['LEAVER', 3],
  ['DORMANT', 5],
  ['TRAVELLER', 6],
  ['NEW', 4],
];
const ADMINS = 4;
const WITHOUT_SECOND_FACTOR = 10;

/** An employee with what the story needs to know beside what logs show. */
export interface Resident {
  readonly employee: Employee;
  readonly site: Site;
  readonly phone: Device;
  /** Acts before it do not exist. */
  readonly joinsAt: number | undefined;
  /** Acts from it on do not exist. */
  readonly leavesAt: number | undefined;
}

export interface Roster {
  readonly residents: readonly Resident[];
  readonly victim: Resident;
}

type Person = Omit<Resident, 'joinsAt' | 'leavesAt' | 'employee'> & { readonly employee: Omit<Employee, 'traits'> };

/** Who works there. People depend on the seed alone, so that a later start finds the same ones; who is new or gone is told backwards from `now`. */
export function makeRoster(people: number, seed: string, domain: string, now: Date): Roster {
  const mails = new Set<string>();
  const departments = departmentPattern();
  const persons = Array.from({ length: people }, (_, number) => makePerson(number, departments[number % PATTERN]!, seed, domain, mails));
  const victim = chooseVictim(persons);
  const traits = chooseTraits(persons, victim, seed);
  const residents = persons.map((person) => settle(person, traits.get(person.employee.number) ?? [], seed, now));
  return { residents, victim: residents[victim.employee.number]! };
}

function makePerson(number: number, department: Department, seed: string, domain: string, mails: Set<string>): Person {
  const chance = new Chance(seed, 'person', number);
  const site = chance.pick([SITES[0]!, SITES[0]!, SITES[0]!, SITES[0]!, SITES[1]!, SITES[1]!, SITES[1]!, SITES[2]!, SITES[2]!]);
  const names = NAMES[chance.pick(NAMES_OF_COUNTRY[site.at.country] ?? ['english'])]!;
  const firstName = chance.pick(names.first);
  const lastName = chance.pick(names.last);
  const titles = DEPARTMENTS.find(({ name }) => name === department)!.titles;
  const home = chance.pick(site.homes);
  const employee = {
    number,
    firstName,
    lastName,
    email: freeMail(`${mailName(firstName)}.${mailName(lastName)}`, domain, mails),
    department,
    title: chance.happens(1 / 8) ? titles[0]! : chance.pick(titles.slice(1)),
    office: placeIn(site.at, site.corporate, new Chance(seed, 'office', site.at.city)),
    home: placeIn({ ...site.at, ...home }, chance.pick(site.residential), chance),
    device: laptopOf(department, chance),
  };
  return { employee, site, phone: phoneOf(chance) };
}

function freeMail(local: string, domain: string, taken: Set<string>): string {
  let mail = `${local}@${domain}`;
  for (let i = 2; taken.has(mail); i++) mail = `${local}${i}@${domain}`;
  taken.add(mail);
  return mail;
}

// Begins with one of each and the departments that the story cannot do without, then fills up to the shares.
function departmentPattern(): readonly Department[] {
  const pattern: Department[] = ['IT', 'Finance', ...DEPARTMENTS.map(({ name }) => name)];
  const wanted = (name: Department, share: number): number => Math.round(share * PATTERN) - pattern.filter((one) => one === name).length;
  const rest = DEPARTMENTS.flatMap(({ name, share }) => Array<Department>(Math.max(0, wanted(name, share))).fill(name));
  return [...pattern, ...new Chance('departments').shuffled(rest)].slice(0, PATTERN);
}

function chooseVictim(persons: readonly Person[]): Person {
  const finance = persons.filter(({ employee }) => employee.department === 'Finance');
  return finance.find(({ site }) => site.at.country === 'DE') ?? finance[0]!;
}

function chooseTraits(persons: readonly Person[], victim: Person, seed: string): Map<number, Trait[]> {
  const traits = new Map<number, Trait[]>();
  const give = (trait: Trait, { employee }: Person): void =>
    void traits.set(employee.number, [...(traits.get(employee.number) ?? []), trait]);
  const order = new Chance(seed, 'traits').shuffled(persons.filter((person) => person !== victim));
  const admins = order.filter(({ employee }) => employee.department === 'IT').slice(0, scaled(ADMINS, persons.length));
  for (const admin of admins) give('ADMIN', admin);
  const others = order.filter((person) => !admins.includes(person));
  for (const [trait, count] of TRAIT_COUNTS) for (const person of others.splice(0, scaled(count, persons.length))) give(trait, person);
  // One of the administrators too: a company without such a gap would show nothing. The first stays beyond reproach.
  const careless = [...admins.slice(1, 2), ...others].slice(0, scaled(WITHOUT_SECOND_FACTOR, persons.length));
  for (const person of careless) give('NO_SECOND_FACTOR', person);
  return traits;
}

function scaled(count: number, people: number): number {
  return Math.max(1, Math.round((count * people) / USUAL_SIZE));
}

function settle(person: Person, traits: readonly Trait[], seed: string, now: Date): Resident {
  const chance = new Chance(seed, 'settled', person.employee.number);
  const daysAgo = (from: number, to: number): number => now.getTime() - chance.between(from, to) * DAY_MS - chance.between(0, 9) * HOUR_MS;
  return {
    ...person,
    employee: { ...person.employee, traits },
    joinsAt: traits.includes('NEW') ? daysAgo(4, 12) : undefined,
    leavesAt: traits.includes('LEAVER') ? daysAgo(5, 8) : undefined,
  };
}
