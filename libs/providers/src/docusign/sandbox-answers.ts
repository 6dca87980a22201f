import type { SandboxAnswer, SandboxContext } from '../sdk/index.js';

import { guid, monitorRow, type RowParts } from './sandbox-log.js';
import { INTEGRATION_KEY, ORGANIZATION_ID } from './sandbox-seed.js';
import { OWN_USER_ID } from './sandbox-people.js';
import type { SandboxAccount, SandboxUser } from './sandbox-records.js';
import type { DocusignSandbox } from './sandbox-state.js';

export type Context = SandboxContext<DocusignSandbox>;

const HOUR_MS = 3_600_000;
const LIMIT = 3_000;

/** An answer with the headers that every answer of Docusign's APIs has. */
export function answer(context: Context, status: number, json: unknown): SandboxAnswer {
  const { state, now, switches } = context;
  const start = Math.floor(now.getTime() / HOUR_MS) * HOUR_MS;
  if (state.hour.start !== start) Object.assign(state.hour, { start, calls: 0 });
  state.hour.calls += 1;
  // The limit is told, and counted only when asked for: volume tests would stop at it.
  const remaining = switches['countLimits'] === true ? Math.max(0, LIMIT - state.hour.calls) : LIMIT;
  const headers = {
    'X-RateLimit-Limit': String(LIMIT),
    'X-RateLimit-Remaining': String(remaining),
    'X-RateLimit-Reset': String((start + HOUR_MS) / 1_000),
    'X-DocuSign-TraceToken': guid(`trace ${state.serial++}`),
  };
  return json === undefined ? { status, headers } : { status, headers, json };
}

/** A refusal in eSignature's words. */
export function refuseEsign(context: Context, status: number, errorCode: string, message: string): SandboxAnswer {
  return answer(context, status, { errorCode, message });
}

/** A refusal in the Admin API's words. */
export function refuseAdmin(context: Context, status: number, error: string, description: string): SandboxAnswer {
  return answer(context, status, { error, error_description: description });
}

/** The account in the path, when it lives on the host that was asked; else the refusal. */
export function accountOf(context: Context): SandboxAccount | SandboxAnswer {
  const found = context.state.accounts.find(
    ({ id, externalId }) => id === context.params['accountId']?.toLowerCase() || String(externalId) === context.params['accountId'],
  );
  if (found && context.host === found.origin) return found;
  return refuseEsign(context, 400, 'ACCOUNT_DOES_NOT_EXIST_IN_SYSTEM', 'The account specified does not exist on this site.');
}

export function isRefusal(value: SandboxAccount | SandboxAnswer): value is SandboxAnswer {
  return !('externalId' in value);
}

/** Lets a write show after the lag that is set; at once without one. */
export function enact({ state, switches, now }: Context, apply: () => void): void {
  if (switches.readLagMs <= 0) return apply();
  state.pending.push({ at: now.getTime() + switches.readLagMs, apply });
}

/** Applies the writes whose time has come; called before every answer. */
export function settle({ state, now }: Context): void {
  const due = state.pending.filter(({ at }) => at <= now.getTime());
  for (const effect of due) {
    state.pending.splice(state.pending.indexOf(effect), 1);
    effect.apply();
  }
}

/** Writes what our own app did into the log, as Docusign does. */
export function note(
  context: Context,
  parts: Pick<RowParts, 'object' | 'action' | 'property' | 'data' | 'affectedUserId'> & { readonly accountId?: string },
): void {
  const { state, now } = context;
  const id = guid(`written ${state.serial++} ${now.getTime()}`);
  const common = {
    id,
    at: now.getTime(),
    accountId: '',
    userId: OWN_USER_ID,
    integratorKey: INTEGRATION_KEY,
    source: 'API',
    userAgent: 'castellan',
  };
  state.log.add([monitorRow(ORGANIZATION_ID, { ...common, ...parts })]);
}

/** True when the switch wants single items of this batch to fail. */
export function failsItems({ switches, route }: Context): boolean {
  const wanted = switches['itemErrors'];
  return typeof wanted === 'string' && wanted !== '' && route.operation.includes(wanted);
}

/** A changed copy of a user, kept with the time of the change. */
export function change({ state, now }: Context, user: SandboxUser, changes: Partial<SandboxUser>): void {
  state.people.change({ ...user, ...changes, modifiedAt: now.getTime() });
}

/** A whole number of the query, or what stands for it. */
export function numberIn(context: Context, name: string, otherwise: number): number {
  const text = context.query.get(name);
  const number = text === null || text.trim() === '' ? otherwise : Number(text);
  return Number.isInteger(number) && number >= 0 ? number : otherwise;
}

/** A list of objects in the body. */
export function itemsIn(body: unknown, name: string): readonly Readonly<Record<string, unknown>>[] {
  const items = (body as Record<string, unknown> | undefined)?.[name];
  return Array.isArray(items) ? (items as Record<string, unknown>[]) : [];
}
