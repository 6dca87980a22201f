import { Injectable } from '@nestjs/common';
import type { TenantId } from '#libs/kernel';
import { Database } from '#libs/platform';

import { ActionStore } from '../domain/action-store.js';
import { isSettled } from '../domain/action.js';
import { ActionJournal } from './action-journal.js';

/** Sends a request again that was not settled in time: whatever was lost between the services, an action does not stay open for ever. */
@Injectable()
export class ResendAction {
  constructor(
    private readonly database: Database,
    private readonly actions: ActionStore,
    private readonly journal: ActionJournal,
  ) {}

  async run(tenant: TenantId, id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const action = await this.actions.lock(tenant, tx, id);
      if (action && !isSettled(action.status)) await this.journal.resend(tenant, tx, action);
    });
  }
}
