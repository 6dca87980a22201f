import { Injectable } from '@nestjs/common';
import { newOrderedId } from '#libs/kernel';
import { inList, sql, type Tx } from '#libs/platform';

import type { Alert, AlertChange } from '../domain/alert.js';
import { AlertDesk } from '../domain/alert-store.js';
import { packProfile, trustAgain, unpackProfile } from '../domain/detection/profile.js';
import { lockAlerts } from './alert.rows.js';
import { chunks } from './sql-open-page.js';

@Injectable()
export class SqlAlertDesk extends AlertDesk<Tx> {
  async lock(tenant: string, tx: Tx, ids: readonly string[]): Promise<readonly Alert[]> {
    return [...(await lockAlerts(tx, tenant, ids)).values()];
  }

  async save(tenant: string, tx: Tx, alert: Alert, change: AlertChange): Promise<void> {
    await tx.execute(sql`
      update alert set status = ${alert.status}, classification = ${alert.classification}, reason = ${alert.reason}, assignee = ${alert.assignee},
        closed_at = ${alert.closedAt}
      where tenant = ${tenant} and id = ${alert.id}`);
    const { at, by, comment, changes } = change;
    const row = {
      tenant,
      id: newOrderedId('evt', new Date(at)),
      alert_id: alert.id,
      at,
      changed_by: by,
      comment,
      changes: JSON.stringify(changes),
    };
    await tx.insert('alert_change', [row]);
  }

  async trustAgain(tenant: string, tx: Tx, alertIds: readonly string[]): Promise<void> {
    for (const ids of chunks(alertIds)) {
      const rows = await tx.query<{ actor_key: string; state: string }>(sql`
        select actor_key, state from profile where tenant = ${tenant}
          and actor_key in (select account_id from alert_account where tenant = ${tenant} and ${inList(sql`alert_id`, ids)})
        order by actor_key${tx.dialect.forUpdate}`);
      for (const { actor_key: key, state } of rows) {
        const before = unpackProfile(state);
        const after = ids.reduce((profile, id) => trustAgain(profile, id), before);
        if (after !== before)
          await tx.execute(sql`update profile set state = ${packProfile(after)} where tenant = ${tenant} and actor_key = ${key}`);
      }
    }
  }
}
