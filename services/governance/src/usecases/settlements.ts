import { performance } from 'node:perf_hooks';

import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';

import { ActionStore } from '../domain/action-store.js';
import { isSettled, type Action } from '../domain/action.js';

const POLL_MS = 250;
const FIRST_POLL_MS = 10;

/** Lets a mutation wait for the outcome: woken within the process, and polling, since the outcome may be heard by another replica. */
@Injectable()
export class Settlements {
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(private readonly actions: ActionStore) {}

  /** Something is about to be known of this action; its transaction may not have ended yet. */
  announce(actionId: string): void {
    for (const wake of this.waiting.get(actionId) ?? []) wake();
  }

  /** The actions as they stand once all satisfy `isEnough` (settled, when left out), or when the time is over. Keeps the order of the ids. */
  async wait(
    tenant: TenantId,
    ids: readonly string[],
    ms: number,
    isEnough: (action: Action) => boolean = (action) => isSettled(action.status),
  ): Promise<readonly Action[]> {
    // The machine's own clock: it can't be set back while somebody waits.
    const end = performance.now() + ms;
    let pause = POLL_MS;
    for (;;) {
      const actions = await this.read(tenant, ids);
      const left = end - performance.now();
      if (left <= 0 || actions.every(isEnough)) return actions;
      // After a wake-up the commit is a moment away: look again soon, then at leisure.
      pause = (await this.pause(ids, Math.min(pause, left))) ? FIRST_POLL_MS : Math.min(POLL_MS, pause * 2);
    }
  }

  private async read(tenant: TenantId, ids: readonly string[]): Promise<readonly Action[]> {
    const found = new Map((await this.actions.find(tenant, ids)).map((action) => [action.id, action]));
    return ids.flatMap((id) => found.get(id) ?? []);
  }

  /** True when it was woken. */
  private async pause(ids: readonly string[], ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (isWoken: boolean) => (): void => {
        clearTimeout(timer);
        for (const id of ids) this.leave(id, wake);
        resolve(isWoken);
      };
      const wake = end(true);
      const timer = setTimeout(end(false), ms);
      for (const id of ids) this.waiting.set(id, (this.waiting.get(id) ?? new Set()).add(wake));
    });
  }

  private leave(id: string, wake: () => void): void {
    const all = this.waiting.get(id);
    all?.delete(wake);
    if (all?.size === 0) this.waiting.delete(id);
  }
}
