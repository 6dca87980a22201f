import { appSpec, FakeClock, sandboxApp, type AppSpec, type SandboxApp, type SandboxAppOptions } from '#libs/testing';

import { list, record } from '../sdk/index.js';
import { slack } from './index.js';
import type { SlackState } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');
const found = appSpec('slack.json');

/** In Slack's API, but not in the excerpt of its description. */
const BEYOND_SPEC = ['POST /api/usergroups.users.update', 'POST /api/admin.users.setOwner', 'POST /api/admin.roles.addAssignments'];

/** Tokens of an organization say which workspace they mean; the excerpt is of 2021 and knows only workspaces. */
const NAMES_WORKSPACE = { query: ['team_id'] };
const LENIENCY = { 'GET /api/usergroups.list': NAMES_WORKSPACE, 'GET /api/usergroups.users.list': NAMES_WORKSPACE };

/** The description with what the dossier adds to it; everything else is judged as it stands. */
function asToday(spec: AppSpec): AppSpec {
  return {
    ...spec,
    has: (...call) => spec.has(...call),
    validateRequest: (method, path, query, body, leniency) => {
      // The token goes in a header, where the description has it as a parameter; SCIM's bodies are not described.
      const problems = spec.validateRequest(method, path, query, path.startsWith('/scim/') ? undefined : body, leniency);
      return problems.filter((problem) => problem !== 'query: token is required' && !/^(?:form|body).*'token'/.test(problem));
    },
    validateAnswer: (method, path, status, body) => {
      // What a plan does not have is refused with words that the description gives for no method.
      if (record(body)?.['ok'] === false) return [];
      const problems = spec.validateAnswer(method, path, status, known(path, body));
      // An organization has an id of its own kind.
      return problems.filter((problem) => !(path === '/api/auth.test' && problem.startsWith('answer/team_id: must match pattern')));
    },
  };
}

function known(path: string, body: unknown): unknown {
  if (path === '/api/auth.test') return without(body, 'enterprise_id');
  const groups = list(record(body)?.['usergroups']);
  return groups ? { ...record(body), usergroups: groups.map((group) => without(group, 'is_idp_group')) } : body;
}

function without(value: unknown, name: string): unknown {
  return Object.fromEntries(Object.entries(record(value) ?? {}).filter(([key]) => key !== name));
}

async function walkThrough(made: SandboxApp): Promise<number> {
  let count = 0;
  for (const listing of [...Object.values(slack.listings), slack.evidence!])
    for await (const page of listing.pages(made.app) as AsyncIterable<{ readonly records: readonly unknown[] }>)
      count += page.records.length;
  for (const probe of slack.probes) await probe.run(made.app).catch(() => undefined);
  for (const feed of Object.values(slack.feeds)) {
    try {
      for await (const page of feed.pages(made.app, feed.start(made.app, new Date('2026-11-15T00:00:00Z')))) count += page.events.length;
    } catch {
      continue; // A log that this plan has not.
    }
  }
  return count;
}

async function actOnAll(made: SandboxApp): Promise<void> {
  const state = made.sandbox.state as SlackState;
  const user = [...state.users.values()].find((one) => one.orgRole === null && one.roles.now.size === 2)!;
  const group = [...state.groups.values()].find(({ name }) => name === 'Sales')!;
  const app = state.apps.find(({ name }) => name === 'Notes Sync')!;
  const target = { accountExternalId: user.id, groupExternalId: null, grantExternalId: null };
  const targets = {
    'group-member': { ...target, accountExternalId: group.users.now[0]!, groupExternalId: group.id },
    'app-grant': { ...target, grantExternalId: `${state.enterprise.id}/${app.id}` },
    account: target,
  };
  for (const plan of Object.values(slack.actions)) {
    const before = await plan.observe(made.app, targets[plan.target]);
    await plan.run(made.app, targets[plan.target], before);
    await plan.administratorsLeft?.(made.app, targets[plan.target]);
    await plan.refresh(made.app, targets[plan.target]);
    if ('by' in plan.revert) await plan.revert.by(made.app, targets[plan.target], before);
  }
}

(found.spec ? describe : describe.skip)(
  found.reason ?? "what we send to Slack and what its sandbox answers, by Slack's own description",
  () => {
    const options: SandboxAppOptions = {
      clock: new FakeClock(NOW),
      now: NOW,
      people: 40,
      days: 5,
      spec: found.spec && asToday(found.spec),
      beyondSpec: BEYOND_SPEC,
      leniency: LENIENCY,
    };

    it.each([
      ['an organization', []],
      ['a workspace', ['enterprise']],
    ])('fits for %s', async (_name, unlicensed) => {
      const made = await sandboxApp(slack, options);
      made.sandbox.setSwitches({ unlicensed });
      expect(await walkThrough(made)).toBeGreaterThan(80);
      if (unlicensed.length === 0) await actOnAll(made);
      const { unhandled, unknown } = made.sandbox.ledger();
      const problems = made.problems();
      await made.close();
      expect({ unhandled, unknown, problems }).toEqual({ unhandled: [], unknown: [], problems: [] });
    });
  },
);
