import { AppFailure, flag, malformed, text, timeMs, type AppClient } from '../sdk/index.js';

import { askIam } from './calls.js';

/** The user name of the root user's row. */
export const ROOT = '<root_account>';

/** A row of the credential report, by the names of its columns. */
export type ReportRow = Readonly<Record<string, string>>;

/** Facts of one user's credentials. `null` is what the report does not tell. */
export interface CredentialFacts {
  readonly user: string;
  readonly arn: string;
  readonly createdAt: number | null;
  readonly hasPassword: boolean | null;
  readonly hasActiveKey: boolean | null;
  readonly hasMfa: boolean | null;
  readonly lastSignInAt: number | null;
  readonly passwordChangedAt: number | null;
  readonly keys: readonly ReportedKey[];
}

export interface ReportedKey {
  readonly isActive: boolean;
  readonly rotatedAt: number | null;
  readonly lastUsedAt: number | null;
}

/** The credential report, made anew when the last one is older than four hours. */
export async function credentialReport(app: AppClient): Promise<readonly ReportRow[]> {
  // Answers COMPLETE at once while a young report exists; the read waits until it is ready.
  await askIam(app, 'GenerateCredentialReport');
  const operation = 'iam:GetCredentialReport';
  const result = await askIam(app, 'GetCredentialReport');
  const content = text(result['Content']);
  if (content === null) throw malformed(operation, 'the report');
  return readReport(decodeBase64(content, operation), operation);
}

/** The same, or `undefined` where we may not read it: then passwords, keys and factors are unknown. */
export async function credentialFacts(app: AppClient): Promise<ReadonlyMap<string, CredentialFacts> | undefined> {
  try {
    return new Map((await credentialReport(app)).map(toFacts).map((facts) => [facts.user, facts]));
  } catch (error) {
    if (error instanceof AppFailure && error.kind === 'forbidden') return undefined;
    throw error;
  }
}

function decodeBase64(content: string, operation: string): string {
  if (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(content)) throw malformed(operation, 'the report in Base64');
  return Buffer.from(content, 'base64').toString('utf8');
}

/** The rows of the report's CSV. Columns go by their names, since AWS adds new ones at the end. */
export function readReport(csv: string, operation: string): readonly ReportRow[] {
  const [head, ...lines] = csv.split(/\r?\n/).filter((line) => line !== '');
  const names = head === undefined ? [] : cells(head);
  if (!names.includes('user') || !names.includes('arn')) throw malformed(operation, 'the header of the report');
  return lines.map((line) => {
    const values = cells(line);
    return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
  });
}

// IAM's names may hold commas; such a cell is quoted.
function cells(line: string): string[] {
  return Array.from(
    line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g),
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
}

/** One row as facts. */
export function toFacts(row: ReportRow): CredentialFacts {
  const keys = [1, 2].map((number) => ({
    isActive: flag(row[`access_key_${number}_active`]) === true,
    rotatedAt: timeMs(row[`access_key_${number}_last_rotated`]),
    lastUsedAt: timeMs(row[`access_key_${number}_last_used_date`]),
  }));
  // `not_supported` stands where a root user cannot lack it.
  const hasPassword = row['user'] === ROOT ? true : flag(row['password_enabled']);
  const isKnown = [1, 2].some((number) => flag(row[`access_key_${number}_active`]) !== null);
  const uses = [timeMs(row['password_last_used']), ...keys.map(({ lastUsedAt }) => lastUsedAt)].filter((time) => time !== null);
  return {
    user: row['user'] ?? '',
    arn: row['arn'] ?? '',
    createdAt: timeMs(row['user_creation_time']),
    hasPassword,
    hasActiveKey: isKnown ? keys.some(({ isActive }) => isActive) : null,
    hasMfa: flag(row['mfa_active']),
    lastSignInAt: uses.length === 0 ? null : Math.max(...uses),
    passwordChangedAt: timeMs(row['password_last_changed']),
    keys,
  };
}
