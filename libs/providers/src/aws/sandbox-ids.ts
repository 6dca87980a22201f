import { createHash } from 'node:crypto';

export const ACCOUNT_ID = '111122223333';
export const REGIONS = ['us-east-1', 'eu-west-1', 'eu-central-1'] as const;
export const ROOT_ARN = `arn:aws:iam::${ACCOUNT_ID}:root`;
export const ADMIN_POLICY = 'arn:aws:iam::aws:policy/AdministratorAccess';

/** An id of AWS's form that the same text always gives. */
export function awsId(prefix: string, text: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bytes = createHash('sha256').update(`${prefix} ${text}`).digest();
  return prefix + Array.from({ length: 17 }, (_, index) => letters[(bytes[index] ?? 0) % 32]).join('');
}

/** A GUID that the same text always gives. */
export function guid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A time as IAM writes it: whole seconds. */
export function awsTime(at: Date | number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
