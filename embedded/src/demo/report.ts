import type { Config } from '#libs/platform';

import type { Castellan } from '../start-embedded.js';
import type { DemoApps } from './demo-apps.js';
import type { GraphClient } from './graph-client.js';

interface Found {
  readonly people: { readonly totalCount: number };
  readonly accounts: { readonly totalCount: number };
  readonly admins: { readonly totalCount: number };
  readonly activities: { readonly totalCount: number };
  readonly alerts: { readonly totalCount: number; readonly nodes: readonly Alert[] };
  readonly secureScore: { readonly percent: number | null; readonly verified: number; readonly possible: number };
  readonly findings: { readonly totalCount: number };
  readonly connectors: readonly {
    readonly name: string;
    readonly status: string;
    readonly secureScore: { readonly percent: number | null } | null;
  }[];
}

interface Alert {
  readonly title: string;
  readonly severity: string;
  readonly openedAt: string;
  readonly explanation: { readonly summary: string };
}

const FOUND = `{
  people(first: 1) { totalCount }
  accounts(first: 1) { totalCount }
  admins: accounts(filter: { isAdmin: { eq: true } }, first: 1) { totalCount }
  activities(first: 1) { totalCount }
  alerts(first: 10) { totalCount nodes { title severity openedAt explanation { summary } } }
  secureScore { percent verified possible }
  findings(filter: { outcome: { in: [FAIL] } }, first: 1) { totalCount }
  connectors { name status secureScore { percent } }
}`;

/** What the demo found, where to look, and what to try. */
export async function report(graph: GraphClient, castellan: Castellan, config: Config, demo: DemoApps): Promise<string> {
  const found = await graph.ask<Found>(FOUND);
  return [
    'What was found',
    `  ${found.people.totalCount} people with ${found.accounts.totalCount} accounts, ${found.admins.totalCount} of them administrators`,
    `  ${found.activities.totalCount} activities`,
    `  Secure Score ${percent(found.secureScore.percent)} (${found.secureScore.verified} of ${found.secureScore.possible} points), ${found.findings.totalCount} controls fail`,
    ...found.connectors.map(
      (connector) => `    ${connector.name.padEnd(20)} ${connector.status.padEnd(12)} ${percent(connector.secureScore?.percent ?? null)}`,
    ),
    `  ${found.alerts.totalCount} alerts${found.alerts.totalCount > found.alerts.nodes.length ? `, the newest ${found.alerts.nodes.length}:` : ':'}`,
    ...found.alerts.nodes.flatMap((alert) => [
      `    ${alert.severity.padEnd(8)} ${alert.openedAt.slice(0, 16).replace('T', ' ')}  ${alert.title}`,
      `             ${alert.explanation.summary}`,
    ]),
    '',
    'Three queries to paste into GraphiQL',
    ...queries(demo.victim).map((query) => `\n${query}`),
    '',
    `  Graph      ${castellan.url}`,
    `  GraphiQL   ${castellan.origin}/`,
    `  Token      ${castellan.access.token}`,
    `             (administrator; also in ${config.dataDir}/access.json)`,
    ...demo.apps.map((app) => `  Sandbox    ${app.key.padEnd(18)} ${app.url}`),
    '  People go on working in the sandboxes. Ctrl-C stops everything; the next start finds its data again.',
  ].join('\n');
}

/** From reading to acting: the takeover, why it was found, and what to do about it. */
function queries(email: string): string[] {
  return [
    `# 1. One person over all apps
{ person(email: "${email}") {
    displayName
    accounts { id status connector { name } lastSignInAt }
    activities(first: 5) { nodes { occurredAt eventType outcome ip country } }
    alerts { nodes { title severity } }
} }`,
    `# 2. Why it alerted
{ alerts(first: 5) { nodes { title severity explanation { summary conditions { name value expected holds } } } } }`,
    `# 3. What suspending would do (dryRun: nothing happens yet)
mutation { suspendUser(input: { personId: "(the id of query { person(email: \\"${email}\\") { id } })", reason: "account takeover", dryRun: true }) {
    previews { effect isRevertible problems { code message } } problems { code message }
} }`,
  ];
}

function percent(value: number | null): string {
  return value === null ? 'not known' : `${value.toFixed(1)} %`;
}
