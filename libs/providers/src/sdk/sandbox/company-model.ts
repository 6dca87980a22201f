import { dayIn } from './company-calendar.js';
import { dayOf, type Errand, type Story } from './company-days.js';
import { LEAST_PEOPLE, makeRoster, type Roster } from './company-roster.js';
import { makeTakeover } from './company-takeover.js';
import type { Company, CompanyEvent } from './company.js';

const DAY_MS = 86_400_000;

export interface CompanyOptions {
  /** At least 10; default 200. Traits grow with it. */
  readonly people?: number;
  /** Another seed is another company. */
  readonly seed?: string;
  /** The story's present: the takeover lies about three days before it. Acts go on after it, for live traffic. */
  readonly now: Date;
  /** How far back the story reaches; default 30. */
  readonly days?: number;
  readonly name?: string;
  readonly domain?: string;
}

/** Makes up a company. What people ordinarily did on a date depends on the seed alone: a start on another day tells the same past. */
export function makeCompany(options: CompanyOptions): Company {
  const { people = 200, seed = 'castellan', now, days = 30, name = 'Lindenworks', domain = 'lindenworks.example' } = options;
  if (!Number.isInteger(people) || people < LEAST_PEOPLE)
    throw new RangeError(`A company needs at least ${LEAST_PEOPLE} people, and whole ones: ${people}.`);
  if (!Number.isFinite(days) || days < 1) throw new RangeError(`The story needs at least one day: ${days}.`);
  const roster = makeRoster(people, seed, domain, now);
  const { takeover, events: attack } = makeTakeover(roster, seed, now, days);
  const story: Story = { seed, residents: roster.residents, errands: errandsFor(roster) };
  const beginsAt = now.getTime() - days * DAY_MS;
  return {
    name,
    domain,
    people: roster.residents.map(({ employee }) => employee),
    takeover,
    events: (from, to) => eventsBetween(story, attack, Math.max(from.getTime(), beginsAt), to.getTime()),
  };
}

/** From `from` (included) to `to` (excluded): two windows that touch share nothing and miss nothing. */
function* eventsBetween(story: Story, attack: readonly CompanyEvent[], from: number, to: number): Generator<CompanyEvent> {
  if (!(from < to)) return;
  const byDay = new Map<number, CompanyEvent[]>();
  const keep = (event: CompanyEvent): void => {
    const at = event.at.getTime();
    if (at < from || at >= to) return;
    const day = Math.floor(at / DAY_MS);
    const kept = byDay.get(day);
    if (kept) kept.push(event);
    else byDay.set(day, [event]);
  };
  attack.forEach(keep);
  const tellDay = (day: number): void => story.residents.forEach((resident) => dayOf(story, resident, day).forEach(keep));
  const first = Math.floor(from / DAY_MS);
  const last = Math.floor((to - 1) / DAY_MS);
  // A date on someone's calendar begins before and ends after that date in UTC: one more on either side covers every zone.
  tellDay(first - 1);
  tellDay(first);
  for (let day = first; day <= last; day++) {
    tellDay(day + 1);
    yield* (byDay.get(day) ?? []).sort(inOrder);
    byDay.delete(day);
  }
}

function inOrder(a: CompanyEvent, b: CompanyEvent): number {
  return a.at.getTime() - b.at.getTime() || (a.id < b.id ? -1 : 1);
}

/** Newcomers are added on the morning before they start, by the administrators in turn. */
function errandsFor({ residents }: Roster): readonly Errand[] {
  const admins = residents.filter(({ employee }) => employee.traits.includes('ADMIN'));
  const newcomers = residents.filter(({ joinsAt }) => joinsAt !== undefined);
  return newcomers.map(({ employee, joinsAt }, index) => {
    const admin = admins[index % admins.length]!;
    return { admin: admin.employee.number, day: dayIn(admin.site.at.zone, joinsAt!) - 1, act: 'ADD_USER', to: employee };
  });
}
