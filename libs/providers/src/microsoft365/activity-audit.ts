import type { ActivityActor, ActivityRecord, ActivityTarget, Outcome } from '#libs/contracts';

import type { Categorized, WireRecord } from '../sdk/index.js';
import { at, list, record, text, timeMs } from '../sdk/index.js';
import { categorize, emailOf, idOf, named, plainIp, rawOf, serviceActor, told } from './activity-parts.js';

/** A row of Graph's directory audit log as our record. `receivedAt` (ms) stands in for a row that says no time. */
export function toAudit(wire: unknown, receivedAt: number): ActivityRecord {
  const event = record(wire) ?? {};
  const eventType = text(event['activityDisplayName']) ?? text(event['operationName']) ?? 'unknown';
  const known = categorize(eventType);
  const actor = actorOf(event);
  const targets = (list(event['targetResources']) ?? []).map((target) => targetOf(record(target) ?? {}));
  return {
    kind: 'activity',
    ...idOf(event['id'], event),
    occurredAt: timeMs(event['activityDateTime']) ?? receivedAt,
    eventType,
    ...known,
    ...outcomeOf(text(event['result'])),
    outcomeDetail: text(event['resultReason']),
    actor,
    targets: [...targets, ...rolesNamed(event)],
    ip: plainIp(at(event, 'initiatedBy', 'user', 'ipAddress')),
    userAgent: named(event['additionalDetails'], 'User-Agent', 'key', 'value'),
    correlationId: text(event['correlationId']),
    viaApp: told(at(event, 'initiatedBy', 'app', 'appId')),
    isAdminActivity: isAdminActivity(known, actor, targets),
    ...(known.category === 'THREAT' && { severity: 'MEDIUM' as const }),
    raw: rawOf(event),
  };
}

const OUTCOMES: Readonly<Record<string, Outcome>> = { success: 'SUCCESS', failure: 'FAILURE', timeout: 'FAILURE' };

function outcomeOf(result: string | null): { outcome: Outcome; outcomeWord: string | null } {
  const decided = result === null ? undefined : OUTCOMES[result.toLowerCase()];
  return { outcome: decided ?? 'UNKNOWN', outcomeWord: decided && result?.toLowerCase() !== 'timeout' ? null : result };
}

function actorOf(event: WireRecord): ActivityActor {
  const user = record(at(event, 'initiatedBy', 'user'));
  const upn = told(user?.['userPrincipalName']);
  const externalId = told(user?.['id']);
  if (user && (upn !== null || externalId !== null))
    return { externalId, name: text(user['displayName']) ?? upn, email: emailOf(upn), type: 'person' };
  const app = record(at(event, 'initiatedBy', 'app'));
  if (app) return serviceActor(told(app['servicePrincipalId']) ?? told(app['appId']), text(app['displayName']));
  return { externalId: null, name: null, email: null, type: 'unknown' };
}

function targetOf(target: WireRecord): ActivityTarget {
  return {
    type: text(target['type']) ?? 'unknown',
    externalId: told(target['id']),
    name: text(target['displayName']) ?? text(target['userPrincipalName']),
  };
}

// The role or group that somebody was put into stands among the changed properties, as JSON inside a text.
function rolesNamed(event: WireRecord): ActivityTarget[] {
  const found: ActivityTarget[] = [];
  for (const target of list(event['targetResources']) ?? []) {
    const properties = at(target, 'modifiedProperties');
    for (const [type, id, name] of [
      ['Role', 'Role.TemplateId', 'Role.DisplayName'],
      ['Group', 'Group.ObjectID', 'Group.DisplayName'],
    ] as const) {
      const label = changed(properties, name);
      if (label !== null) found.push({ type, externalId: changed(properties, id), name: label });
    }
  }
  return found;
}

// Added things have a new value only, removed ones an old one.
function changed(properties: unknown, name: string): string | null {
  const value = named(properties, name, 'displayName', 'newValue') ?? named(properties, name, 'displayName', 'oldValue');
  return value === null ? null : text(value.replace(/^"(.*)"$/, '$1'));
}

function isAdminActivity({ category }: Categorized, actor: ActivityActor, targets: readonly ActivityTarget[]): boolean {
  if (category === 'ADMIN' || category === 'PRIVILEGE') return true;
  const isAct = category === 'USER' || category === 'CREDENTIAL' || category === 'GROUP' || category === 'APP_GRANT';
  if (!isAct || actor.externalId === null) return false;
  const users = targets.filter((target) => target.type === 'User');
  // A new password of one's own is no administration; neither is one's own consent to an app.
  return users.length > 0 ? users.some((user) => user.externalId !== actor.externalId) : category !== 'APP_GRANT';
}
