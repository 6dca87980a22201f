import type { Company, SeedOptions } from '../sdk/index.js';

import { guid, SandboxLog } from './sandbox-log.js';
import { idOfEmployee, makeDirectory, type Numbers } from './sandbox-people.js';
import type { SandboxAccount, SandboxAuthorization, SandboxGroup, SandboxProfile } from './sandbox-records.js';
import type { DocusignSandbox } from './sandbox-state.js';

const DAY_MS = 86_400_000;

export const ORGANIZATION_ID = 'c0c0c0c0-0000-4000-8000-0000000000aa';
export const INTEGRATION_KEY = '11111111-2222-4333-8444-555555555555';
/** The hosts of the two accounts: each account of an organization may be at another site. */
export const SITES = ['https://na3.docusign.net', 'https://eu.docusign.net'] as const;

const DEPARTMENTS = ['Engineering', 'Sales', 'Legal', 'Finance', 'People', 'IT', 'Support'] as const;

/** An organization of two accounts on two sites, with the company's people in one or both. */
export function seed(company: Company, options: SeedOptions): DocusignSandbox {
  const now = options.now.getTime();
  // Groups have the same numbers in both accounts, permission profiles others: as it happens in Docusign.
  const numbers = [numbersOf(2_301_414), numbersOf(4_407_901)];
  const people = makeDirectory(company, numbers, now, options.bulk?.accounts ?? 0);
  const accounts = numbers.map((of, index) => account(index, of, company, now));
  const whereabouts = (id: string): { readonly accountId: string; readonly usesPassword: boolean } | undefined => {
    const user = people.get(id);
    const place = user?.memberships.findIndex((membership) => membership !== undefined) ?? -1;
    const found = accounts[place];
    return user && found ? { accountId: found.id, usesPassword: user.federatedStatus !== 'FedAuthRequired' } : undefined;
  };
  return {
    company,
    organization: { id: ORGANIZATION_ID, name: company.name, createdAt: now - 900 * DAY_MS },
    accounts,
    people,
    log: new SandboxLog({
      company,
      organizationId: ORGANIZATION_ID,
      whereabouts: ({ who }) => whereabouts(idOfEmployee(who)),
      now,
      days: options.days,
      bulk: options.bulk?.activities ?? 0,
    }),
    domains: [
      { id: guid('domain 1'), host: company.domain, status: 'active', providerId: guid('identity provider') },
      { id: guid('domain 2'), host: `legal.${company.domain}`, status: 'active' },
      { id: guid('domain 3'), host: `old.${company.domain}`, status: 'pending' },
    ],
    providers: [{ id: guid('identity provider'), name: 'Company SSO' }],
    tokens: new Map(),
    pending: [],
    hour: { start: 0, calls: 0 },
    serial: 0,
  };
}

function numbersOf(administrator: number): Numbers {
  return {
    administrator,
    sender: administrator + 1,
    viewer: administrator + 2,
    manager: administrator + 3,
    administrators: 900_001,
    everyone: 900_002,
    departments: Object.fromEntries(DEPARTMENTS.map((name, index) => [name, 900_010 + index])) as Numbers['departments'],
  };
}

function account(index: number, of: Numbers, company: Company, now: number): SandboxAccount {
  const isFirst = index === 0;
  return {
    index,
    id: `d0d0d0d0-0000-4000-8000-00000000000${index + 1}`,
    externalId: 17_000_001 + index * 5_012,
    name: isFirst ? `${company.name} - Headquarters` : `${company.name} Europe`,
    origin: SITES[index] ?? SITES[0],
    siteId: isFirst ? 3 : 11,
    siteName: isFirst ? 'NA3' : 'EU1',
    settings: settings(isFirst),
    passwordRules: passwordRules(isFirst),
    purge: isFirst
      ? { purgeEnvelopes: 'true', redactPII: 'true', removeTabsAndEnvelopeAttachments: 'true', retentionDays: '1825' }
      : { purgeEnvelopes: 'false', redactPII: 'false', removeTabsAndEnvelopeAttachments: 'false', retentionDays: '0' },
    profiles: profiles(of),
    groups: groups(of),
    webhooks: isFirst ? webhooks() : [],
    authorizations: isFirst ? authorizations(company, now) : [],
  };
}

// Believable, and not all well: the second account was never looked after.
function settings(isFirst: boolean): Record<string, unknown> {
  return {
    sessionTimeout: isFirst ? '20' : '60',
    sessionTimeoutMetadata: { rights: 'editable', uiHint: 'available' },
    mobileSessionTimeout: isFirst ? '20' : '120',
    signingSessionTimeout: '20',
    disableMultipleSessions: isFirst ? 'true' : 'false',
    signerLoginRequirements: 'login_not_required',
    enableSocialIdLogin: isFirst ? 'false' : 'true',
    senderMustAuthenticateSigning: 'true',
    skipAuthCompletedEnvelopes: 'false',
    attachCompletedEnvelope: 'true',
    enforceTlsEmails: isFirst ? 'true' : 'false',
    allowConnectHttpListenerConfigs: isFirst ? 'true' : 'false',
    disableUserSharing: isFirst ? 'false' : 'true',
    documentRetention: isFirst ? '1825' : '0',
    accessCodeFormat: { formatRequired: isFirst ? 'true' : 'false', letterRequired: 'true', minimumLength: '6', numberRequired: 'true' },
    allowOrganizationDocusignMonitor: 'true',
  };
}

function passwordRules(isFirst: boolean): Record<string, unknown> {
  return {
    passwordStrengthType: isFirst ? 'custom' : 'medium',
    minimumPasswordLength: isFirst ? '12' : '8',
    minimumPasswordLengthMetadata: { minimumLength: '6', maximumLength: '15' },
    passwordIncludeDigit: 'true',
    passwordIncludeUpperCase: 'true',
    passwordIncludeLowerCase: 'true',
    passwordIncludeSpecialCharacter: isFirst ? 'true' : 'false',
    passwordIncludeDigitOrSpecialCharacter: 'true',
    expirePassword: isFirst ? 'true' : 'false',
    expirePasswordDays: isFirst ? '365' : '0',
    minimumPasswordAgeDays: isFirst ? '1' : '0',
    lockoutDurationMinutes: isFirst ? '1' : '2',
    lockoutDurationType: isFirst ? 'hours' : 'minutes',
    questionsRequired: '0',
  };
}

function profiles(of: Numbers): readonly SandboxProfile[] {
  return [
    { id: of.administrator, name: 'Account Administrator', isAdmin: true, isDelegated: false },
    { id: of.sender, name: 'DocuSign Sender', isAdmin: false, isDelegated: false },
    { id: of.viewer, name: 'DocuSign Viewer', isAdmin: false, isDelegated: false },
    { id: of.manager, name: 'Contract Managers', isAdmin: false, isDelegated: true },
  ];
}

function groups(of: Numbers): readonly SandboxGroup[] {
  return [
    { id: of.administrators, name: 'Administrators', type: 'adminGroup', profileId: of.administrator },
    { id: of.everyone, name: 'Everyone', type: 'everyoneGroup' },
    ...DEPARTMENTS.map((name): SandboxGroup => ({
      id: of.departments[name],
      name,
      type: 'customGroup',
      ...(name === 'IT' && { profileId: of.manager }),
    })),
  ];
}

function webhooks(): Record<string, unknown>[] {
  const common = {
    configurationType: 'custom',
    allUsers: 'true',
    envelopeEvents: ['Completed', 'Declined'],
    recipientEvents: [],
    userIds: [],
    requireMutualTls: 'false',
  };
  return [
    {
      ...common,
      connectId: '5100001',
      name: 'Contract archive',
      urlToPublishTo: 'https://archive.lindenworks.example/docusign?tenant=legal',
      allowEnvelopePublish: 'true',
      includeDocuments: 'true',
      includeHMAC: 'true',
    },
    {
      ...common,
      connectId: '5100002',
      name: 'Old CRM listener',
      urlToPublishTo: 'http://crm.lindenworks.example/hooks/docusign',
      allowEnvelopePublish: 'true',
      includeDocuments: 'false',
      includeHMAC: 'false',
    },
    {
      ...common,
      connectId: '5100003',
      name: 'Pilot (stopped)',
      urlToPublishTo: 'https://pilot.lindenworks.example/in',
      allowEnvelopePublish: 'false',
      includeDocuments: 'true',
      includeHMAC: 'false',
    },
  ];
}

function authorizations(company: Company, now: number): SandboxAuthorization[] {
  const inFirst = company.people.filter(
    ({ department, traits }) => department !== 'Sales' && department !== 'Support' && !traits.includes('LEAVER') && !traits.includes('NEW'),
  );
  const admin = inFirst.find(({ traits }) => traits.includes('ADMIN'));
  const [first, second, third] = inFirst.filter(({ traits }) => !traits.includes('ADMIN'));
  const pairs = [
    [admin, first, 'Manage'],
    [second, third, 'Send'],
  ] as const;
  return pairs.flatMap(([principal, agent, permission], index): SandboxAuthorization[] => {
    if (!principal || !agent) return [];
    const startDate = new Date(now - (40 + index) * DAY_MS).toISOString();
    return [
      {
        id: guid(`authorization ${index}`),
        permission,
        principalId: idOfEmployee(principal),
        agentId: idOfEmployee(agent),
        startDate,
        createdAt: startDate,
      },
    ];
  });
}
