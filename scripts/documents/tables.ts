import { ROLES, SCOPES, SCOPES_OF_ROLE, type Capability } from '#libs/contracts';
import type { Provider } from '#libs/providers';

import type { NamedError } from './named-errors.js';

const COLUMNS: Readonly<Record<Capability, string>> = {
  LIST_ACCOUNTS: 'accounts',
  LIST_GROUPS: 'groups',
  LIST_PRIVILEGES: 'privileges',
  SIGN_IN_ACTIVITY: 'sign-ins',
  USER_ACTIVITY: 'user activity',
  ADMIN_ACTIVITY: 'admin activity',
  USER_GOVERNANCE: 'user governance',
  VIEW_APP_GRANTS: 'app grants',
  REVOKE_APP_GRANTS: 'revoke grants',
  POSTURE: 'posture',
  FILE_SCAN: 'files',
  FILE_SCAN_NEAR_REAL_TIME: 'files, live',
  SHARING_CONTROL: 'sharing',
  FILE_GOVERNANCE: 'file governance',
  FILE_LABELS: 'file labels',
};

const SIGN = { SUPPORTED: '●', PARTIAL: '◐', NOT_SUPPORTED_BY_APP: '–', NOT_APPLICABLE: '·' } as const;

/** What each app can do, one row per provider, as its manifest claims. */
export function capabilityTable(providers: readonly Provider[]): string {
  const capabilities = Object.keys(COLUMNS) as Capability[];
  const rows = providers.map(({ manifest }) => [
    `[${manifest.name}](libs/providers/src/${manifest.key}/README.md)`,
    ...capabilities.map((capability) => SIGN[manifest.capabilities[capability].support]),
  ]);
  const legend = '● yes, ◐ in part, – the app has no API for it, · does not apply. Reasons: the `apps` query and each provider’s page.';
  return `${table(['app', ...capabilities.map((capability) => COLUMNS[capability])], rows)}\n\n${legend}`;
}

/** Which role has which scope. */
export function scopeTable(): string {
  return table(
    ['scope', ...ROLES],
    SCOPES.map((scope) => [`\`${scope}\``, ...ROLES.map((role) => (SCOPES_OF_ROLE[role].includes(scope) ? '●' : ''))]),
  );
}

/** The errors that Castellan itself names. */
export function errorTable(errors: readonly NamedError[]): string {
  return table(
    ['code', 'kind', 'from', 'meaning', 'what to do'],
    errors.map(({ code, kind, from, meaning, nextStep }) => [`\`${code}\``, kind, from, cell(meaning), cell(nextStep)]),
  );
}

/** Why an app can't do an action on one target. */
export function refusalTable(refusals: readonly { readonly code: string; readonly message: string; readonly remedy: string }[]): string {
  return table(
    ['code', 'meaning', 'what to do'],
    refusals.map(({ code, message, remedy }) => [`\`${code}\``, cell(message), cell(remedy)]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.replace(/([|<*])/g, '\\$1');
}
