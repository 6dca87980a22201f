import type { Json } from '#libs/kernel';
import { record, text, timeMs, type SandboxAnswer, type SandboxDefinition } from '../sdk/index.js';

import { adminRoutes } from './sandbox-admin.js';
import { answer, type Context } from './sandbox-answers.js';
import { esignRoutes } from './sandbox-esign.js';
import { sandboxKey } from '../sdk/sandbox/sandbox-key.js';
import type { LogRow } from './sandbox-log.js';
import { monitorRoutes } from './sandbox-monitor.js';
import { oauthRoutes } from './sandbox-oauth.js';
import { OWN_USER_ID } from './sandbox-people.js';
import { INTEGRATION_KEY, seed, SITES } from './sandbox-seed.js';
import type { DocusignSandbox } from './sandbox-state.js';

/** A stand-in for Docusign in production: one organization, two accounts on two sites, its OAuth server and Monitor at both addresses. */
export const sandbox: SandboxDefinition = {
  hosts: ['https://account.docusign.com', 'https://api.docusign.net', ...SITES, 'https://api.docusign.com', 'https://lens.docusign.net'],
  seed,
  load,
  routes: [...oauthRoutes, ...adminRoutes, ...esignRoutes, ...monitorRoutes],
  throttled,
  authorize,
  credentials: () => ({
    settings: { environment: 'production', integrationKey: INTEGRATION_KEY, userId: OWN_USER_ID, governance: 'true' },
    secrets: { rsaPrivateKey: sandboxKey('docusign', 'pkcs1').pem },
  }),
  switches: {
    monitorPath: '"new" or "old": serve Monitor only at that address; false serves both.',
    deadCursors: 'Refuse every opaque cursor of Monitor, as if it were forgotten.',
    countLimits: 'Count calls against the hourly limit in the headers.',
    throttleKind: '"burst" or "hourly": which limit throttling speaks of; hourly by default.',
    throttleSeconds: 'How long the hourly limit lasts when throttling, in seconds; 2 by default.',
    itemErrors: 'Answer 200 with a failed item to batches whose operation contains this text.',
    refuseActivation: 'Refuse to activate memberships without a mail, as for users outside claimed domains.',
  },
  notFound: () => ({ status: 404, json: { errorCode: 'NOT_FOUND', message: 'The resource was not found.' } }),
} as SandboxDefinition<DocusignSandbox> as SandboxDefinition;

// Docusign says "slow down" with 400, and tells the hour's end only in a header.
function throttled({ now, switches, ...rest }: Context): SandboxAnswer {
  const context = { now, switches, ...rest };
  if (switches['throttleKind'] === 'burst') {
    return answer(context, 400, {
      errorCode: 'BURST_APIINVOCATION_LIMIT_EXCEEDED',
      message: 'The maximum number of burst API invocations has been exceeded.',
    });
  }
  const seconds = typeof switches['throttleSeconds'] === 'number' ? switches['throttleSeconds'] : 2;
  const refusal = answer(context, 400, {
    errorCode: 'HOURLY_APIINVOCATION_LIMIT_EXCEEDED',
    message: 'The maximum number of hourly API invocations has been exceeded.',
  });
  const resetAt = String(Math.ceil(now.getTime() / 1_000) + seconds);
  return { ...refusal, headers: { ...refusal.headers, 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': resetAt } };
}

function authorize(context: Context): SandboxAnswer | undefined {
  const { headers, state, switches, now, route } = context;
  const bearer = /^Bearer (.+)$/.exec(headers['authorization'] ?? '')?.[1] ?? '';
  const token = state.tokens.get(bearer);
  if (!token || token.expiresAt <= now.getTime() || switches.revoked) {
    return answer(context, 401, {
      errorCode: 'AUTHORIZATION_INVALID_TOKEN',
      message: 'The access token provided is expired, revoked or malformed.',
    });
  }
  const needed = route.scopes ?? [];
  const isAllowed = needed.length === 0 || needed.some((scope) => token.scopes.includes(scope) && !switches.missingScopes.includes(scope));
  if (isAllowed) return undefined;
  const description = `The token lacks the scope ${needed.join(' or ')}.`;
  return answer(context, 403, { error: 'insufficient_scope', error_description: description });
}

// Rows as Monitor gives them, one per item; whole answers are taken apart.
function load(state: DocusignSandbox, events: readonly Json[]): void {
  const rows = events.flatMap((event): LogRow[] => {
    const answered = record(event)?.['resultData'] ?? record(event)?.['data'];
    return (Array.isArray(answered) ? answered : [event]).flatMap((item): LogRow[] => {
      const row = record(item);
      const at = timeMs(row?.['timestamp']);
      return row && at !== null && text(row['object']) !== null ? [{ at, row }] : [];
    });
  });
  state.log.add(rows);
}
