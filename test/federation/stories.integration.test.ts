import { mariadbIsThere } from '#libs/testing/databases';

import { distributed, embedded, type Installation } from './installation.js';

const shapes = [
  { shape: 'in one process on SQLite', start: embedded, isRunnable: true, seconds: 120 },
  {
    shape: `in six processes on MariaDB${mariadbIsThere ? '' : ' (skipped: no server on 127.0.0.1:3306)'}`,
    start: distributed,
    isRunnable: mariadbIsThere,
    seconds: 240,
  },
];

for (const { shape, start, isRunnable, seconds } of shapes) {
  (isRunnable ? describe : describe.skip)(`Castellan ${shape}`, () => {
    let castellan: Installation;
    let okta: string;
    let docusign: string;

    beforeAll(async () => {
      castellan = await start({ people: 40, days: 12, apps: ['okta', 'docusign'] });
      await castellan.ask('mutation ($domains: [String!]!) { setManagedDomains(domains: $domains) { domains } }', {
        domains: [castellan.sandboxes['okta']!.company.domain],
      });
      [okta, docusign] = await Promise.all([castellan.connect('okta'), castellan.connect('docusign')]);
    }, seconds * 1_000);
    afterAll(() => castellan?.close(), 60_000);

    const victim = (): string => castellan.sandboxes['okta']!.company.takeover.victim.email;
    const accountOf = async (app: string, email: string): Promise<{ id: string; status: string; personId: string }> => {
      const data = await castellan.until(
        'query ($email: String!, $connector: String!) { accounts(filter: { email: { eq: $email }, connector: { eq: $connector } }) { nodes { id status person { id } } } }',
        { email, connector: app === 'okta' ? okta : docusign },
        ({ accounts }) => accounts.nodes.length === 1 && accounts.nodes[0].person !== null,
      );
      return { id: data.accounts.nodes[0].id, status: data.accounts.nodes[0].status, personId: data.accounts.nodes[0].person.id };
    };

    it('reads both apps whole and says so', async () => {
      const { data, errors } = await castellan.ask(`{
        connectors { id app { id } status problem { code } streams { name status itemsRead problem { code message } } coverage { state reasons { code message } } }
        accounts(first: 1) { totalCount coverage { state reasons { code message } } }
      }`);
      expect(errors).toBeUndefined();
      expect(
        data.connectors.map((connector: { app: { id: string }; status: string }) => [connector.app.id, connector.status]).sort(),
      ).toEqual([
        ['docusign', 'CONNECTED'],
        ['okta', 'CONNECTED'],
      ]);
      for (const connector of data.connectors) {
        for (const stream of connector.streams)
          expect({ ...stream, itemsRead: stream.itemsRead > 0 }).toEqual({
            name: stream.name,
            status: 'UP_TO_DATE',
            itemsRead: true,
            problem: null,
          });
      }
      expect(data.accounts.totalCount).toBeGreaterThanOrEqual(80);
    });

    it('joins person, accounts in both apps, activities, alerts, findings and actions in one request', async () => {
      const data = await castellan.until(
        `query ($email: String!) { person(email: $email) {
          email
          accounts { connector { app { id } findings { control { id } outcome } } status actions(first: 5) { nodes { id } } activities(first: 3) { nodes { eventType connector { name } } } }
          activities(first: 5) { nodes { eventType occurredAt actor { email } } }
          alerts(first: 5) { nodes { title severity explanation { summary } } }
        } }`,
        { email: victim() },
        ({ person }) => person?.accounts.length === 2 && person.alerts.nodes.length > 0,
      );
      const { person } = data;
      expect(person.accounts.map((account: { connector: { app: { id: string } } }) => account.connector.app.id).sort()).toEqual([
        'docusign',
        'okta',
      ]);
      for (const account of person.accounts) expect(account.connector.findings.length).toBeGreaterThan(10);
      expect(person.activities.nodes).toHaveLength(5);
      expect(person.activities.nodes.some((activity: { actor: { email: string } | null }) => activity.actor?.email === victim())).toBe(
        true,
      );
      expect(person.alerts.nodes[0].explanation.summary).toMatch(/\w+ \w+ \w+/);
    });

    it('finds the takeover by failed logins and by impossible travel', async () => {
      const { data } = await castellan.ask(
        '{ alerts(first: 100) { nodes { policy { id } accounts { email } activities(first: 1) { nodes { id } } } } }',
      );
      const ofVictim = data.alerts.nodes.filter((alert: { accounts: { email: string }[] }) =>
        alert.accounts.some((account) => account?.email === victim()),
      );
      const policies = new Set(ofVictim.map((alert: { policy: { id: string } }) => alert.policy.id));
      expect([...policies].join(' ')).toMatch(/travel/i);
      expect([...policies].join(' ')).toMatch(/login|sign/i);
    });

    it('judges both apps and scores them, with points that are neither all nor none', async () => {
      const data = await castellan.until(
        '{ connectors { app { id } secureScore { percent verified possible } } secureScore { percent } findings(first: 200) { nodes { outcome control { id } evaluatedAt } } }',
        {},
        ({ connectors }) =>
          connectors.every((connector: { secureScore: { percent: number | null } | null }) => connector.secureScore?.percent != null),
      );
      for (const { secureScore } of data.connectors) {
        expect(secureScore.percent).toBeGreaterThan(5);
        expect(secureScore.percent).toBeLessThan(100);
      }
      const outcomes = new Set(data.findings.nodes.map((finding: { outcome: string }) => finding.outcome));
      expect([...outcomes]).toEqual(expect.arrayContaining(['PASS', 'FAIL']));
    });

    it.each(['okta', 'docusign'])(
      'suspends a %s account in the app, shows it, reverts it and logs both, once per idempotency key',
      async (app) => {
        const colleague = castellan.sandboxes[app]!.company.people.find(
          (one) => one.traits.length === 0 && one.email !== victim() && one.department !== 'IT',
        )!;
        const account = await accountOf(app, colleague.email);
        expect(account.status).toBe('ACTIVE');
        const input = { accountIds: [account.id], reason: 'contract ended', idempotencyKey: `${shape}-${app}`, wait: 'PT10S' };
        const suspend =
          'mutation ($input: AccountActionInput!) { suspendUser(input: $input) { actions { id status isRevertible problem { code message } } problems { code message } } }';
        const [first, second] = [await castellan.ask(suspend, { input }), await castellan.ask(suspend, { input })];
        expect(first).toEqual({
          data: {
            suspendUser: { problems: [], actions: [{ id: expect.any(String), status: 'SUCCEEDED', isRevertible: true, problem: null }] },
          },
        });
        expect(second.data.suspendUser.actions[0].id).toBe(first.data.suspendUser.actions[0].id);
        const statusQuery = 'query ($id: ID!) { account(id: $id) { status } }';
        await castellan.until(
          statusQuery,
          { id: account.id },
          (data) => data.account.status !== 'ACTIVE' && data.account.status !== 'INVITED',
        );
        const writes = castellan.sandboxes[app]!.ledger().effects.filter((effect) => !/verify|token/.test(effect.operation)).length;

        const revert = await castellan.ask(
          'mutation ($id: ID!) { revertAction(id: $id, reason: "he stays") { actions { id status revertOf { id } } problems { code message } } }',
          {
            id: first.data.suspendUser.actions[0].id,
          },
        );
        expect(revert.data.revertAction.problems).toEqual([]);
        await castellan.until(
          'query ($id: ID!) { action(id: $id) { status problem { code message } } }',
          { id: revert.data.revertAction.actions[0].id },
          (data) => data.action.status === 'SUCCEEDED',
        );
        await castellan.until(statusQuery, { id: account.id }, (data) => ['ACTIVE', 'INVITED'].includes(data.account.status));
        expect(castellan.sandboxes[app]!.ledger().effects.length).toBeGreaterThan(writes);

        const log = await castellan.ask(
          'query ($id: String!) { actions(filter: { account: { eq: $id } }) { nodes { kind reason requestedBy status revertOf { id } } } verifyGovernanceLog { isIntact } }',
          { id: account.id },
        );
        expect(
          log.data.actions.nodes.map((action: { reason: string; requestedBy: string }) => [action.reason, action.requestedBy]),
        ).toEqual(
          expect.arrayContaining([
            ['contract ended', 'administrator'],
            ['he stays', 'administrator'],
          ]),
        );
        expect(log.data.actions.nodes).toHaveLength(2);
        expect(log.data.verifyGovernanceLog.isIntact).toBe(true);
      },
    );

    it('refuses to act on the account it acts as itself', async () => {
      const { data } = await castellan.ask(
        'query ($id: ID!) { connector(id: $id) { actsAs } accounts(filter: { isAdmin: { eq: true } }, first: 50) { nodes { id externalId connector { id } } } }',
        { id: docusign },
      );
      expect(data.connector.actsAs).not.toBeNull();
      const { credentials } = castellan.sandboxes['docusign']!;
      const own = data.accounts.nodes.find((account: { externalId: string }) => account.externalId === credentials.settings['userId']);
      const answer = await castellan.ask(
        'mutation ($input: AccountActionInput!) { suspendUser(input: $input) { actions { id } problems { code } } }',
        {
          input: { accountIds: [own.id], reason: 'should be refused' },
        },
      );
      expect(answer.data.suspendUser).toEqual({ actions: [], problems: [{ code: 'OWN_CREDENTIAL_ACCOUNT' }] });
    });

    it('answers nobody without a token, and shows nothing to another tenant', async () => {
      const nobody = await castellan.ask('{ connectors { id } }', {}, '');
      expect(nobody.errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED');
    });
  });
}
