import type { SandboxAnswer, SandboxRoute } from '../sdk/index.js';
import { at, text } from '../sdk/index.js';
import { GRAPHQL } from './operations.js';
import { ok, withQuota, type Call } from './sandbox-answers.js';
import { lagged, membersOf, seenStanding } from './sandbox-people.js';
import { listed, shownLogin, type GithubState, type Lazy, type SandboxUser } from './sandbox-state.js';

const PAGE = 100;

/** The few queries that we ask, by their names. */
export const graphRoute: SandboxRoute<GithubState> = {
  method: 'POST',
  operation: GRAPHQL,
  answer: (call) => withQuota(call, answerOf(call)),
};

const QUERIES: Readonly<Record<string, { readonly needs?: string; readonly answer: (call: Call) => unknown }>> = {
  Members: { needs: 'members:read', answer: members },
  Identities: { needs: 'organization_administration:read', answer: (call) => ({ organization: { samlIdentityProvider: saml(call) } }) },
  EnterpriseIdentities: { answer: enterprise },
  Settings: { needs: 'organization_administration:read', answer: settings },
};

// Status 200 for everything, also for what is refused.
function answerOf(call: Call): SandboxAnswer {
  const name = /^query (\w+)\(/.exec(text(at(call.body, 'query')) ?? '')?.[1] ?? '';
  const query = Object.hasOwn(QUERIES, name) ? QUERIES[name] : undefined;
  if (!query) return failed(undefined, 'Parse error on the query.');
  if (call.switches['graphqlThrottled'] === true) return failed('RATE_LIMITED', 'API rate limit exceeded for installation ID 660000.');
  if (query.needs !== undefined && call.switches.missingScopes.includes(query.needs))
    return failed('FORBIDDEN', 'Resource not accessible by integration');
  const slug = text(at(call.body, 'variables', 'org')) ?? text(at(call.body, 'variables', 'slug')) ?? '';
  const known = name === 'EnterpriseIdentities' ? call.state.enterprise : call.state.org.login;
  if (slug.toLowerCase() !== known) return failed('NOT_FOUND', `Could not resolve to a record with the name '${slug}'.`);
  if (name === 'EnterpriseIdentities' && !isByEnterpriseToken(call)) return failed('FORBIDDEN', 'Resource not accessible by integration');
  return ok({ data: query.answer(call) });
}

function isByEnterpriseToken({ headers, state }: Call): boolean {
  const token = /^bearer (.+)$/i.exec(headers['authorization'] ?? '')?.[1];
  return token === state.self.enterpriseToken || token === state.self.token;
}

function failed(type: string | undefined, message: string): SandboxAnswer {
  return ok({ data: null, errors: [{ ...(type && { type }), message, locations: [{ line: 1, column: 1 }] }] });
}

function connection<T>(call: Call, items: Lazy<T>, edge: (item: T) => unknown): Record<string, unknown> {
  const after = text(at(call.body, 'variables', 'after'));
  const start = after === null ? 0 : Number(/^cursor:(\d+)$/.exec(Buffer.from(after, 'base64').toString())?.[1] ?? 0);
  const end = Math.min(items.length, start + PAGE);
  const edges: unknown[] = [];
  for (let i = start; i < end; i++) edges.push(edge(items.at(i)));
  const endCursor = edges.length === 0 ? null : Buffer.from(`cursor:${end}`).toString('base64');
  return { totalCount: items.length, pageInfo: { hasNextPage: end < items.length, endCursor }, edges };
}

function members(call: Call): unknown {
  const maySeeFactors = call.switches['notOwner'] !== true;
  return {
    organization: {
      membersWithRole: connection(call, membersOf(call), (user) => ({
        role: seenStanding(call, user) === 'admin' ? 'ADMIN' : 'MEMBER',
        hasTwoFactorEnabled: maySeeFactors ? user.hasTwoFactor : null,
        node: {
          databaseId: user.id,
          login: user.login,
          name: user.name,
          email: user.email,
          createdAt: user.createdAt,
          isSiteAdmin: false,
          organizationVerifiedDomainEmails: user.verifiedEmail === null ? [] : [user.verifiedEmail],
        },
      })),
    },
  };
}

function saml(call: Call): unknown {
  if (call.switches.unlicensed.includes('saml')) return null;
  const users: SandboxUser[] = [...call.state.users.values()].filter((user) => user.scimId !== null);
  return {
    ssoUrl: 'https://idp.lindenworks.example/sso',
    issuer: 'https://idp.lindenworks.example',
    externalIdentities: connection(call, listed(users), (user) => ({
      node: {
        guid: user.scimId,
        samlIdentity: { nameId: user.verifiedEmail ?? `${user.login}@${call.state.company.domain}` },
        scimIdentity: { username: user.verifiedEmail ?? user.login },
        user: { databaseId: user.id, login: lagged(call, user.isActive) ? user.login : shownLogin(user) },
      },
    })),
  };
}

function enterprise(call: Call): unknown {
  return { enterprise: { ownerInfo: { samlIdentityProvider: call.switches.unlicensed.includes('managed-users') ? null : saml(call) } } };
}

function settings(call: Call): unknown {
  const provider = call.switches.unlicensed.includes('saml') ? null : { ssoUrl: 'https://idp.lindenworks.example/sso' };
  return {
    organization: {
      requiresTwoFactorAuthentication: false,
      ipAllowListEnabledSetting: 'DISABLED',
      notificationDeliveryRestrictionEnabledSetting: 'ENABLED',
      samlIdentityProvider: provider,
    },
  };
}
