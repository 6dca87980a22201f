import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/contracts';
import { Clock, DomainError } from '#libs/kernel';
import { Database, toProblem, type Problem, type Tx } from '#libs/platform';

import { updated, type Alert, type AlertUpdate } from '../domain/alert.js';
import { AlertDesk } from '../domain/alert-store.js';
import type { AlertStatus, Classification } from '../domain/vocabulary.js';

const MOST_ALERTS = 1_000;
const LONGEST_COMMENT = 5_000;

export interface UpdateAlertInput {
  readonly status?: AlertStatus | null;
  readonly classification?: Classification | null;
  readonly reason?: string | null;
  readonly assignee?: string | null;
  readonly comment?: string | null;
}

export interface AlertsPayload {
  readonly alerts: readonly Alert[];
  readonly problems: readonly Problem[];
}

export class AlertNotFound extends DomainError {
  readonly code = 'ALERT_NOT_FOUND';
  readonly kind = 'missing';
  override readonly path = ['ids'];

  constructor(id: string) {
    super(`There is no alert ${id.slice(0, 100)}. Read alerts for those there are.`);
  }
}

/** The update is empty, too long or too wide. */
export class AlertUpdateInvalid extends DomainError {
  readonly code = 'ALERT_UPDATE_INVALID';
  readonly kind = 'invalid';

  constructor(
    override readonly path: readonly string[],
    message: string,
  ) {
    super(message);
  }
}

/** Records what a person makes of alerts. The alerts that exist are changed even if others do not. */
@Injectable()
export class UpdateAlerts {
  constructor(
    private readonly database: Database,
    private readonly desk: AlertDesk<Tx>,
    private readonly clock: Clock,
  ) {}

  async run(principal: Principal, ids: readonly string[], input: UpdateAlertInput): Promise<AlertsPayload> {
    const wanted = [...new Set(ids)];
    const fault = faultOf(wanted, input);
    if (fault) return { alerts: [], problems: [toProblem(fault)] };
    const { tenant, subject } = principal;
    const alerts = await this.database.transaction(async (tx) => {
      const now = this.clock.now().getTime();
      const changed = new Map<string, Alert>();
      for (const alert of await this.desk.lock(tenant, tx, wanted)) {
        const next = updated(alert, toUpdate(input), now);
        changed.set(alert.id, next.alert);
        const comment = input.comment?.trim() ? input.comment.trim() : null;
        if (comment === null && Object.keys(next.changes).length === 0) continue;
        await this.desk.save(tenant, tx, next.alert, { at: now, by: subject, comment, changes: next.changes });
      }
      await this.desk.trustAgain(
        tenant,
        tx,
        [...changed.values()].filter(isHarmless).map(({ id }) => id),
      );
      return changed;
    });
    const missing = wanted.filter((id) => !alerts.has(id));
    return { alerts: wanted.flatMap((id) => alerts.get(id) ?? []), problems: missing.map((id) => toProblem(new AlertNotFound(id))) };
  }
}

// What is left out stays; only a verdict, a reason and an assignee can be taken back.
function toUpdate({ status, classification, reason, assignee }: UpdateAlertInput): AlertUpdate {
  return {
    ...(status && { status }),
    ...(classification !== undefined && { classification }),
    ...(reason !== undefined && { reason }),
    ...(assignee !== undefined && { assignee }),
  };
}

function isHarmless({ status, classification }: Alert): boolean {
  return status === 'CLOSED' && (classification === 'BENIGN_POSITIVE' || classification === 'FALSE_POSITIVE');
}

function faultOf(ids: readonly string[], input: UpdateAlertInput): AlertUpdateInvalid | undefined {
  if (ids.length === 0 || ids.length > MOST_ALERTS) return new AlertUpdateInvalid(['ids'], `Name 1 to ${MOST_ALERTS} alerts.`);
  const given = Object.values(input).some((value) => value !== undefined);
  if (!given) return new AlertUpdateInvalid(['input'], 'Give something to change: status, classification, reason, assignee or comment.');
  if ((input.comment?.length ?? 0) > LONGEST_COMMENT)
    return new AlertUpdateInvalid(['input', 'comment'], `The comment is longer than ${LONGEST_COMMENT} characters.`);
  if ((input.reason?.length ?? 0) > 2_000) return new AlertUpdateInvalid(['input', 'reason'], 'The reason is longer than 2000 characters.');
  if ((input.assignee?.length ?? 0) > 200)
    return new AlertUpdateInvalid(['input', 'assignee'], 'The assignee is longer than 200 characters.');
  return undefined;
}
