import { Chance } from './chance.js';
import { isWeekend, type DayNumber } from './company-calendar.js';
import { Diary, type Seat } from './company-diary.js';
import { APPS_OF, CUSTOMERS, DOCUMENTS_OF } from './company-names.js';
import { DESTINATIONS, kilometresBetween, placeIn, SITES, type City, type Destination } from './company-places.js';
import type { Resident } from './company-roster.js';
import type { CompanyAct, CompanyEvent, Employee } from './company.js';

const TRIP_BLOCK_DAYS = 12;
const LONG_HAUL_KM = 8_000;
const GROUPS = ['VPN users', 'Finance', 'Contract managers', 'Engineering', 'Contractors', 'Sales', 'Data readers', 'On-call'];
const ROLES = ['Help desk administrator', 'Group administrator', 'Read-only administrator', 'Report administrator'];
const POLICIES = ['Password policy', 'Sign-on policy', 'Session lifetime', 'Second factor enrollment', 'Network zones'];
const NEW_EVENTS = ['assistant.prompt.run', 'canvas.block.publish', 'workspace.signal.digest'];

/** Something an administrator does on a set day, such as adding a newcomer. */
export interface Errand {
  readonly admin: number;
  readonly day: DayNumber;
  readonly act: CompanyAct;
  readonly to: Employee;
}

/** What all days of the story share. */
export interface Story {
  readonly seed: string;
  readonly residents: readonly Resident[];
  readonly errands: readonly Errand[];
}

interface Whereabouts {
  readonly city: City;
  /** Absent: at home or in the office. */
  readonly hotel?: Destination;
  readonly trip: number;
}

/** What this person did on this date of the calendar where the person was. Nothing depends on other days. */
export function dayOf(story: Story, resident: Resident, day: DayNumber): CompanyEvent[] {
  const { employee, joinsAt, leavesAt } = resident;
  if (employee.traits.includes('DORMANT')) return [];
  const errands = story.errands.filter((errand) => errand.admin === employee.number && errand.day === day);
  const where = whereabouts(story.seed, resident, day);
  if (!where) return [];
  const chance = new Chance(story.seed, 'day', employee.number, day);
  const diary = new Diary(employee, day, where.city.zone);
  if (errands.length || isAtWork(story.seed, employee, day, chance)) workDay(story, resident, where, diary, chance, errands, day);
  else if (isWeekend(day) && chance.happens(0.06)) weekend(story, resident, where, diary, chance, day);
  return diary.told().filter(({ at }) => at.getTime() >= (joinsAt ?? -Infinity) && at.getTime() < (leavesAt ?? Infinity));
}

function isAtWork(seed: string, employee: Employee, day: DayNumber, chance: Chance): boolean {
  const isOnHoliday = new Chance(seed, 'week', employee.number, Math.floor((day + 3) / 7)).happens(0.05);
  return !isWeekend(day) && !isOnHoliday && !chance.happens(0.03);
}

/** Undefined while in the air. Trips are laid out in blocks of days that they never leave, so that each day can be told alone. */
function whereabouts(seed: string, { employee, site }: Resident, day: DayNumber): Whereabouts | undefined {
  const home: Whereabouts = { city: site.at, trip: 0 };
  if (!employee.traits.includes('TRAVELLER')) return home;
  const shifted = day + employee.number * 5;
  const trip = Math.floor(shifted / TRIP_BLOCK_DAYS);
  const chance = new Chance(seed, 'trip', employee.number, trip);
  if (!chance.happens(0.8)) return home;
  const hotel = chance.pick(abroad(site.at.country));
  // Whole silent days for the flight: one, or two when it is so far that the clock runs ahead of the plane.
  const flight = kilometresBetween(site.at, hotel.at) > LONG_HAUL_KM ? 2 : 1;
  const leaves = chance.between(0, 2);
  const arrives = leaves + flight;
  const returns = arrives + chance.between(2, 4);
  const at = shifted - trip * TRIP_BLOCK_DAYS;
  if (at < leaves || at >= returns + flight) return home;
  return at >= arrives && at < returns ? { city: hotel.at, hotel, trip } : undefined;
}

function abroad(country: string): readonly Destination[] {
  const offices = SITES.map(({ at, residential }) => ({ at, network: residential[0]! }));
  return [...offices, ...DESTINATIONS].filter(({ at }) => at.country !== country);
}

function workDay(
  story: Story,
  resident: Resident,
  where: Whereabouts,
  diary: Diary,
  chance: Chance,
  errands: readonly Errand[],
  day: DayNumber,
): void {
  const { employee } = resident;
  const desk = deskOf(story.seed, resident, where, chance);
  const start = chance.around(525, 90);
  const end = start + chance.between(480, 570);
  if (chance.happens(0.3))
    diary.note(start - chance.between(50, 80), 'OPEN_APP', pocketOf(story.seed, resident, where, day), { about: 'Google Workspace' });
  signIn(diary, employee, desk, start, chance);
  if (chance.happens(0.45)) signIn(diary, employee, desk, start + chance.between(240, 300), chance);
  openApps(diary, employee, desk, [start + 3, end - 10], chance.between(3, 7), chance);
  documentWork(story, diary, employee, desk, start, chance);
  if (chance.happens(1 / 90)) diary.note(start + 20, 'PASSWORD_CHANGED', desk);
  if (chance.happens(0.002)) diary.note(start + 100, 'UNKNOWN_NEW_EVENT', desk, { about: chance.pick(NEW_EVENTS) });
  if (employee.traits.includes('ADMIN')) administer(story, diary, desk, start, chance);
  errands.forEach((errand, index) => diary.note(start + 15 + index * 7, errand.act, desk, { to: errand.to }));
  if (chance.happens(0.5)) diary.note(end, 'SIGN_OUT', desk);
  // Travellers rest in the evening: a late sign-in before a flight would leave too little time for it.
  if (!employee.traits.includes('TRAVELLER') && chance.happens(0.12)) evening(resident, diary, end + chance.between(90, 150), chance);
}

function weekend(story: Story, resident: Resident, where: Whereabouts, diary: Diary, chance: Chance, day: DayNumber): void {
  const at = chance.between(600, 1_080);
  const seat = chance.happens(0.5) ? pocketOf(story.seed, resident, where, day) : deskOf(story.seed, resident, where, chance, true);
  signIn(diary, resident.employee, seat, at, chance);
  openApps(diary, resident.employee, seat, [at + 1, at + 45], chance.between(1, 2), chance);
}

function evening(resident: Resident, diary: Diary, at: number, chance: Chance): void {
  const seat: Seat = { place: resident.employee.home, device: resident.employee.device };
  signIn(diary, resident.employee, seat, at, chance);
  openApps(diary, resident.employee, seat, [at + 1, at + 20], 1, chance);
}

function deskOf(seed: string, { employee }: Resident, where: Whereabouts, chance: Chance, atHome = chance.happens(0.3)): Seat {
  const { device, home, office } = employee;
  if (where.hotel)
    return { device, place: placeIn(where.city, where.hotel.network, new Chance(seed, 'hotel', employee.number, where.trip)) };
  return { device, place: atHome ? home : office };
}

// A phone gets another address of its operator every day; abroad it is on the hotel's network.
function pocketOf(seed: string, { employee, site, phone }: Resident, where: Whereabouts, day: DayNumber): Seat {
  if (where.hotel)
    return { device: phone, place: placeIn(where.city, where.hotel.network, new Chance(seed, 'hotel', employee.number, where.trip)) };
  const { city, latitude, longitude } = employee.home;
  const operator = new Chance(seed, 'operator', employee.number).pick(site.mobile);
  return {
    device: phone,
    place: placeIn({ ...site.at, city, latitude, longitude }, operator, new Chance(seed, 'mobile', employee.number, day)),
  };
}

function signIn(diary: Diary, employee: Employee, seat: Seat, at: number, chance: Chance): void {
  const mistakes = chance.happens(0.05) ? chance.between(1, 2) : 0;
  for (let i = mistakes; i > 0; i--) diary.note(at - i * (0.4 + chance.next() / 2), 'SIGN_IN_FAILED', seat);
  diary.note(at, 'SIGN_IN', seat);
  if (!employee.traits.includes('NO_SECOND_FACTOR') && chance.happens(0.7)) diary.note(at + 0.1 + chance.next() / 3, 'MFA_PASSED', seat);
}

function openApps(
  diary: Diary,
  employee: Employee,
  seat: Seat,
  [from, to]: readonly [number, number],
  count: number,
  chance: Chance,
): void {
  const apps = APPS_OF[employee.department];
  for (let i = 0; i < count; i++) {
    // The smaller of two draws: the first apps of the list are opened most.
    const app = apps[Math.min(chance.between(0, apps.length - 1), chance.between(0, apps.length - 1))];
    diary.note(from + chance.next() * (to - from), 'OPEN_APP', seat, { about: app });
  }
}

function documentWork(story: Story, diary: Diary, employee: Employee, seat: Seat, start: number, chance: Chance): void {
  const kinds = DOCUMENTS_OF[employee.department];
  const some = (act: CompanyAct, most: number, to?: Employee): void => {
    for (let i = chance.between(0, most); i > 0; i--)
      diary.note(start + 10 + chance.next() * 420, act, seat, { about: documentName(kinds, chance), to });
  };
  if (!kinds) {
    if (chance.happens(0.03)) some('SIGN_DOCUMENT', 1);
    return;
  }
  some('SEND_DOCUMENT', 2, chance.happens(0.3) ? chance.pick(story.residents).employee : undefined);
  some('DOWNLOAD_DOCUMENT', 2);
  if (chance.happens(0.3)) some('SIGN_DOCUMENT', 2);
  if (chance.happens(0.04)) some('DELETE_DOCUMENT', 1);
}

/** A made-up document's name, such as `Mutual NDA - Cobalt Harbour`. */
export function documentName(kinds: readonly string[] = ['Policy acknowledgement'], chance: Chance): string {
  return `${chance.pick(kinds)} - ${chance.pick(CUSTOMERS)}`;
}

function administer(story: Story, diary: Diary, seat: Seat, start: number, chance: Chance): void {
  const maybe = (probability: number, act: CompanyAct, more: { readonly to?: Employee; readonly about?: string }): void => {
    if (chance.happens(probability)) diary.note(start + 30 + chance.next() * 390, act, seat, more);
  };
  const colleague = (): Employee => chance.pick(story.residents).employee;
  maybe(0.6, 'GROUP_CHANGE', { to: colleague(), about: chance.pick(GROUPS) });
  maybe(0.3, 'GROUP_CHANGE', { to: colleague(), about: chance.pick(GROUPS) });
  maybe(0.08, 'MFA_RESET', { to: colleague() });
  maybe(0.03, 'ROLE_GRANT', { to: colleague(), about: chance.pick(ROLES) });
  maybe(0.05, 'POLICY_CHANGE', { about: chance.pick(POLICIES) });
  maybe(0.03, 'TOKEN_CREATE', { about: 'Reporting script' });
}
