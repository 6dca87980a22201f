import { ROOT_ARN } from './sandbox-ids.js';
import { arnOf, bulkUser, type AwsState, type SandboxUser } from './sandbox-state.js';

const COLUMNS =
  'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,' +
  'access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,' +
  'access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,' +
  'cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated';

/** The credential report of all users and the root user, as AWS writes it. */
export function reportCsv(state: AwsState): string {
  const rootUsedAt = new Date(state.seededAt.getTime() - 20 * 86_400_000).toISOString();
  const root = `<root_account>,${ROOT_ARN},2020-01-01T00:00:00+00:00,not_supported,${zoned(rootUsedAt)},not_supported,not_supported,true,${NO_KEY},${NO_KEY},${NO_CERTIFICATES}`;
  const bulk = Array.from({ length: state.bulkAccounts }, (_, index) => rowOf(bulkUser(index)));
  return [COLUMNS, root, ...[...state.users.values()].map(({ now }) => rowOf(now)), ...bulk].join('\n');
}

const NO_KEY = 'false,N/A,N/A,N/A,N/A';
const NO_CERTIFICATES = 'false,N/A,false,N/A';

function rowOf(user: SandboxUser): string {
  const lastUsed = user.password === null ? 'N/A' : user.passwordLastUsed === null ? 'no_information' : zoned(user.passwordLastUsed);
  const changed = user.password === null ? 'N/A' : zoned(user.password.changedAt);
  const keys = [0, 1].map((index) => {
    const key = user.keys[index];
    if (!key) return NO_KEY;
    const used = key.lastUsedAt === null ? 'N/A,N/A,N/A' : `${zoned(key.lastUsedAt)},us-east-1,s3`;
    return `${key.status === 'Active'},${zoned(key.createdAt)},${used}`;
  });
  return [
    user.name,
    arnOf(user),
    zoned(user.createdAt),
    user.password !== null,
    lastUsed,
    changed,
    'N/A',
    user.hasMfa,
    ...keys,
    NO_CERTIFICATES,
  ].join(',');
}

// The report writes a zone where the API writes Z.
function zoned(time: string): string {
  return `${time.slice(0, 19)}+00:00`;
}
