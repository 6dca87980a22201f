import { momentIn, type DayNumber } from './company-calendar.js';
import type { CompanyAct, CompanyEvent, Device, Employee, Place } from './company.js';

/** Where someone sits while acting, and with what. */
export interface Seat {
  readonly place: Place;
  readonly device: Device;
}

/** Collects what one person did on one day, by the clock of where that person is. */
export class Diary {
  private readonly entries: Omit<CompanyEvent, 'id'>[] = [];

  constructor(
    private readonly who: Employee,
    private readonly day: DayNumber,
    private readonly zone: string,
  ) {}

  /** `minute` counts from midnight and may have a fraction. */
  note(minute: number, act: CompanyAct, seat: Seat, more: { readonly to?: Employee; readonly about?: string } = {}): void {
    const { place, device } = seat;
    this.entries.push({ at: new Date(momentIn(this.zone, this.day, minute)), act, who: this.who, place, device, isAttack: false, ...more });
  }

  /** In time order, each with an id that is the same whenever the day is told again. */
  told(): CompanyEvent[] {
    return this.entries
      .sort((a, b) => a.at.getTime() - b.at.getTime())
      .map((entry, index) => ({ id: `d${this.day}-p${this.who.number}-${String(index).padStart(2, '0')}`, ...entry }));
  }
}
