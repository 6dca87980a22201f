import { FakeClock, sandboxApp, type SandboxApp } from '#libs/testing';

import type { Feed, FeedPage } from '../sdk/index.js';
import { AppFailure } from '../sdk/index.js';
import { changes, readEvent, signIns } from './cloud-trail.js';
import { aws } from './index.js';
import type { AwsState } from './sandbox-state.js';

const NOW = new Date('2026-11-20T15:30:00Z');
const SINCE = new Date('2026-11-17T00:00:00Z');

let made: SandboxApp;
let clock: FakeClock;
beforeEach(async () => {
  clock = new FakeClock(NOW);
  made = await sandboxApp(aws, { clock, now: NOW, people: 24, days: 5 });
  made.app.learn(await aws.discover!(made.app));
});
afterEach(async () => {
  expect(made.sandbox.ledger().unhandled).toEqual([]);
  await made.close();
});

async function readFrom(cursor: string, feed: Feed = changes): Promise<FeedPage[]> {
  const pages: FeedPage[] = [];
  for await (const page of feed.pages(made.app, cursor)) pages.push(page);
  return pages;
}

const idsOf = (pages: readonly FeedPage[]): string[] => pages.flatMap((page) => page.events.map(({ externalId }) => externalId));
const start = (feed: Feed = changes): string => feed.start(made.app, SINCE);

/** All that the account logged and that the lookup asks for. */
function logged(region: string, wanted: (event: Record<string, unknown>) => boolean): string[] {
  const { trail } = made.sandbox.state as AwsState;
  const query = { region, from: SINCE.getTime(), until: clock.now().getTime() - 60_000, key: null, value: null };
  return trail
    .look(query, 0, 1_000_000)
    .events.filter(wanted)
    .map((event) => String(event['eventID']));
}

const everything = (): string[] =>
  ['us-east-1', 'eu-west-1', 'eu-central-1'].flatMap((region) => logged(region, (event) => event['readOnly'] === false));

describe('the changes in CloudTrail', () => {
  it('are read in every region, each once', async () => {
    const pages = await readFrom(start());
    const ids = idsOf(pages);
    expect(ids.length).toBeGreaterThan(100);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(everything().sort());
    expect(pages.at(-1)!.isCaughtUp).toBe(true);
    expect(pages.slice(0, -1).some(({ isCaughtUp }) => isCaughtUp)).toBe(false);
  });

  it('are all there from whatever page we start again after a crash', async () => {
    const pages = await readFrom(start());
    const all = new Set(idsOf(pages));
    for (const [index, page] of pages.entries()) {
      const found = new Set([...idsOf(pages.slice(0, index + 1)), ...idsOf(await readFrom(page.next))]);
      expect(found).toEqual(all);
    }
  });

  it('go on after empty pages and know rows that come twice by their ids', async () => {
    made.sandbox.setSwitches({ emptyPages: true, duplicateRows: true });
    expect(new Set(idsOf(await readFrom(start())))).toEqual(new Set(everything()));
  });

  it('find an event that shows late, within a quarter of an hour', async () => {
    const caughtUp = (await readFrom(start())).at(-1)!;
    aws.sandbox.load!(made.sandbox.state, [
      {
        eventID: 'late',
        eventName: 'CreateUser',
        eventSource: 'iam.amazonaws.com',
        eventTime: '2026-11-20T15:18:00Z',
        awsRegion: 'us-east-1',
        readOnly: false,
      },
    ]);
    clock.advance(5 * 60_000);
    expect(idsOf(await readFrom(caughtUp.next))).toContain('late');
  });

  it('do not ask for the same hours again once they are settled', async () => {
    const caughtUp = (await readFrom(start())).at(-1)!;
    clock.advance(2 * 3_600_000);
    const again = idsOf(await readFrom(caughtUp.next));
    const recent = logged('us-east-1', (event) => Date.parse(String(event['eventTime'])) >= NOW.getTime() - 17 * 60_000);
    expect(again.filter((id) => !recent.includes(id) && logged('us-east-1', () => true).includes(id))).toEqual([]);
  });

  it('read a span again when its page token is not accepted any more', async () => {
    const pages = await readFrom(start());
    const inside = pages.find(({ next }) => next.includes('token'))!;
    made.sandbox.setSwitches({ tokenEpoch: 2 });
    const found = new Set([...idsOf(pages.slice(0, pages.indexOf(inside) + 1)), ...idsOf(await readFrom(inside.next))]);
    expect(found).toEqual(new Set(everything()));
  });

  it('go on in the other regions when one is not switched on', async () => {
    made.sandbox.setSwitches({ closedRegion: 'eu-west-1' });
    const pages = await readFrom(start());
    expect(new Set(idsOf(pages))).toEqual(new Set(logged('us-east-1', (event) => event['readOnly'] === false)));
    expect(pages.at(-1)!.isCaughtUp).toBe(true);
  });

  it('begin at the edge of what AWS keeps when more is asked for', async () => {
    const cursor = changes.start(made.app, new Date('2025-01-01T00:00:00Z'));
    expect(new Set(idsOf(await readFrom(cursor)))).toEqual(
      new Set(everything().concat(idsOf(await readFrom(changes.start(made.app, new Date('2026-11-01T00:00:00Z')))))),
    );
  });

  it.each(['not ours', '{"since":1}', '{"since":1,"places":{"eu-west-1 false":{"from":"x"}}}'])(
    'say that the cursor %s is none',
    async (cursor) => {
      const failure = await readFrom(cursor).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(AppFailure);
      expect(changes.isCursorDead!(failure as AppFailure)).toBe(true);
    },
  );

  it('refuse an answer without events as unreadable', async () => {
    made.sandbox.setSwitches({ malformed: 'POST /' });
    await expect(readFrom(start())).rejects.toMatchObject({ kind: 'malformed' });
  });
});

describe('the sign-ins in CloudTrail', () => {
  it('tell the takeover: many failures on one account from afar, then a success', async () => {
    const pages = await readFrom(start(signIns), signIns);
    const { victim, from } = made.sandbox.company.takeover;
    const name = victim.email.split('@')[0]!;
    const attack = pages.flatMap(({ events }) => events).filter(({ ip }) => ip === from.ip);
    const onVictim = attack.filter(({ actor }) => actor.externalId === `arn:aws:iam::111122223333:user/${name}`);
    expect(onVictim.filter(({ failure }) => failure === 'INVALID_CREDENTIALS').length).toBeGreaterThanOrEqual(10);
    expect(onVictim.some(({ outcome }) => outcome === 'SUCCESS')).toBe(true);
  });
});

describe('a row of LookupEvents', () => {
  it('whose record cannot be read is kept with what stands beside it', () => {
    const row = {
      EventId: 'e1',
      EventName: 'CreateUser',
      EventSource: 'iam.amazonaws.com',
      EventTime: 1795245341,
      Username: 'alex',
      CloudTrailEvent: '{"cut',
    };
    expect(readEvent(row)).toMatchObject({ eventID: 'e1', eventTime: '2026-11-21T07:15:41.000Z', userIdentity: { userName: 'alex' } });
  });
});

it('a million events and five thousand users are made as they are read', async () => {
  const big = await sandboxApp(aws, {
    clock: new FakeClock(NOW),
    now: NOW,
    people: 10,
    days: 2,
    bulk: { accounts: 5_000, activities: 1_000_000 },
    keepExchanges: false,
  });
  const { trail } = big.sandbox.state as AwsState;
  expect(trail.size).toBeGreaterThanOrEqual(1_000_000);
  const query = { region: 'us-east-1', from: NOW.getTime() - 2 * 86_400_000, until: NOW.getTime(), key: 'ReadOnly', value: 'false' };
  const seen = new Set<unknown>();
  for (const offset of [0, 50, 499_950, 999_900]) for (const event of trail.look(query, offset, 50).events) seen.add(event['eventID']);
  expect(seen.size).toBe(200);
  let accounts = 0;
  for await (const page of aws.listings.ACCOUNTS!.pages(big.app)) accounts += page.records.length;
  expect(accounts).toBeGreaterThan(5_000);
  await big.close();
}, 120_000);
