import { Chance } from './chance.js';
import { dayIn, momentIn } from './company-calendar.js';
import { documentName } from './company-days.js';
import { ATTACK_DEVICE } from './company-devices.js';
import { DOCUMENTS_OF } from './company-names.js';
import { HIDEOUT, placeIn } from './company-places.js';
import type { Resident, Roster } from './company-roster.js';
import type { CompanyAct, CompanyEvent, Employee, Takeover } from './company.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const GUESSES = 18;
const GUESSING_MINUTES = 8;
const DOWNLOADS = 40;
const DOWNLOADING_MINUTES = 20;
const DAYS_AGO = 3;
/** The whole takeover takes less than this. */
const LASTS_MS = 90 * MINUTE_MS;

/**
 * At two in the morning someone far away guesses the victim's password while the victim works late at home, gets in, replaces the second factor and
 * carries off the documents.
 */
export function makeTakeover(
  roster: Roster,
  seed: string,
  now: Date,
  days: number,
): { readonly takeover: Takeover; readonly events: readonly CompanyEvent[] } {
  const { victim } = roster;
  const chance = new Chance(seed, 'takeover');
  const from = placeIn(HIDEOUT.at, HIDEOUT.network, chance);
  const startsAt = latestTwoAtNight(victim, now.getTime() - Math.min(DAYS_AGO, days - 1) * DAY_MS);
  const told: CompanyEvent[] = [];
  const tell = (
    minute: number,
    act: CompanyAct,
    isAttack: boolean,
    more: { readonly who?: Employee; readonly to?: Employee; readonly about?: string } = {},
  ): void => {
    const seat = isAttack ? { place: from, device: ATTACK_DEVICE } : { place: victim.employee.home, device: victim.employee.device };
    const at = new Date(startsAt + Math.round(minute * MINUTE_MS));
    told.push({ id: `takeover-${String(told.length).padStart(2, '0')}`, at, act, who: victim.employee, ...seat, ...more, isAttack });
  };
  tell(-28, 'SIGN_IN', false);
  tell(-26, 'OPEN_APP', false, { about: 'NetSuite' });
  tell(-11, 'OPEN_APP', false, { about: 'Docusign' });
  for (let i = 0; i < GUESSES; i++) tell((i * GUESSING_MINUTES) / GUESSES, 'SIGN_IN_FAILED', true);
  for (const [index, who] of colleaguesOf(roster).entries()) {
    tell(1.3 + index, 'SIGN_IN_FAILED', true, { who });
    tell(4.6 + index, 'SIGN_IN_FAILED', true, { who });
  }
  tell(12, 'SIGN_IN', true);
  tell(15, 'MFA_RESET', true, { to: victim.employee });
  for (let i = 0; i < DOWNLOADS; i++) {
    tell(19 + (i * (DOWNLOADING_MINUTES - 1)) / DOWNLOADS, 'DOWNLOAD_DOCUMENT', true, {
      about: documentName(DOCUMENTS_OF.Finance, chance),
    });
  }
  tell(42, 'TOKEN_CREATE', true, { about: 'backup-sync' });
  return { takeover: { victim: victim.employee, startsAt: new Date(startsAt), from }, events: told };
}

/** The last time before `before` at which the victim's clock showed 02:00 with enough time left for all of it. */
function latestTwoAtNight(victim: Resident, before: number): number {
  const zone = victim.site.at.zone;
  const today = dayIn(zone, before);
  const tonight = momentIn(zone, today, 120);
  return tonight + LASTS_MS <= before ? tonight : momentIn(zone, today - 1, 120);
}

function colleaguesOf({ residents, victim }: Roster): readonly Employee[] {
  return residents
    .filter(
      (one) =>
        one !== victim &&
        one.employee.department === 'Finance' &&
        !one.employee.traits.some((trait) => trait === 'LEAVER' || trait === 'DORMANT' || trait === 'NEW'),
    )
    .slice(0, 3)
    .map(({ employee }) => employee);
}
