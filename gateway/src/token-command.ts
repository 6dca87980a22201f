import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { ROLES, SCOPES } from '#libs/contracts';
import { DEFAULT_TENANT, DomainError, SystemClock, type Clock } from '#libs/kernel';
import { AccessTokens, type Config, LONGEST_DAYS, readConfigOfProcess } from '#libs/platform';
import { z } from 'zod';

/** The words after `npm run token --` are not a command. */
export class TokenCommandInvalid extends DomainError {
  readonly code = 'TOKEN_COMMAND_INVALID';
  readonly kind = 'invalid';

  constructor(why: string) {
    super(`${why}\n\n${USAGE}`);
  }
}

const USAGE = `Usage:
  npm run token -- issue --role <role> --subject <name> [--days 30] [--scopes a,b] [--tenant ${DEFAULT_TENANT}]
  npm run token -- revoke <id of the token, or the token>

Roles:  ${ROLES.join(', ')} (several: --role reader --role responder)
Scopes: ${SCOPES.join(', ')} (narrow what the roles allow; see docs/security.md)
Issued tokens are kept nowhere: note the id, it revokes the token.`;

const wish = z.object({
  role: z.array(z.enum(ROLES)).min(1, 'at least one --role'),
  subject: z.string().trim().min(1).max(320),
  days: z.coerce.number().positive().max(LONGEST_DAYS),
  scopes: z.array(z.enum(SCOPES)).min(1).optional(),
  tenant: z.string().min(1).max(64),
});

/** Runs `npm run token -- …`: `args` are the words after the dashes; what it returns is to be printed. */
export async function runTokenCommand(
  args: readonly string[],
  config: Pick<Config, 'keysDir'>,
  clock: Clock = new SystemClock(),
): Promise<string> {
  const [verb, ...rest] = args;
  if (verb === 'issue') return issue(rest, config, clock);
  if (verb === 'revoke') return revoke(rest, config, clock);
  throw new TokenCommandInvalid(verb === undefined ? 'What shall be done with a token?' : `There is no command "${verb}".`);
}

async function issue(args: readonly string[], config: Pick<Config, 'keysDir'>, clock: Clock): Promise<string> {
  const parsed = wish.safeParse(wordsOf(args));
  if (!parsed.success)
    throw new TokenCommandInvalid(parsed.error.issues.map((fault) => `--${fault.path[0]?.toString()}: ${fault.message}`).join('\n'));
  const { role, subject, days, scopes, tenant } = parsed.data;
  const tokens = await AccessTokens.open(config, { mayCreate: true }, clock);
  const issued = await tokens.issue({ tenant, subject, roles: role, days, scopes });
  const { scopes: granted } = await tokens.verify(issued.token);
  return [
    issued.token,
    '',
    `id:      ${issued.jti}`,
    `for:     ${subject} (tenant ${tenant})`,
    `scopes:  ${granted.length > 0 ? granted.join(', ') : 'none: the roles allow none of those asked for'}`,
    `expires: ${new Date(issued.expiresAt).toISOString()}`,
  ].join('\n');
}

async function revoke(args: readonly string[], config: Pick<Config, 'keysDir'>, clock: Clock): Promise<string> {
  const [tokenOrId, ...more] = args;
  if (tokenOrId === undefined || more.length > 0) throw new TokenCommandInvalid('revoke takes one id or one token.');
  const tokens = await AccessTokens.open(config, { mayCreate: false }, clock);
  return `Revoked ${await tokens.revoke(tokenOrId)}. It is refused from the next request on.`;
}

function wordsOf(args: readonly string[]): Record<string, unknown> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        role: { type: 'string', multiple: true, default: [] },
        subject: { type: 'string' },
        days: { type: 'string', default: '30' },
        scopes: { type: 'string' },
        tenant: { type: 'string', default: DEFAULT_TENANT },
      },
    });
    return { ...values, scopes: values.scopes?.split(',').map((scope) => scope.trim()) };
  } catch (error) {
    throw new TokenCommandInvalid((error as Error).message);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.stdout.write(`${await runTokenCommand(process.argv.slice(2), readConfigOfProcess())}\n`);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
