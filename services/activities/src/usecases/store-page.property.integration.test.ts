import fc from 'fast-check';
import type { ActivityRecord } from '#libs/contracts';
import { anAdmin, startTestService, type TestService } from '#libs/testing/services';

import { aFailure, aPage, aRecord, at, FIREFOX, OKTA, PLACES } from '../activities.builders.js';
import { activitiesService } from '../activities.module.js';

const people = ['dana', 'ravi', 'noor'].map(
  (name) => ({ externalId: `00u${name}`, name, email: `${name}@acme.example`, type: 'person' }) as const,
);

const absent = { externalId: '00umona', name: 'mona', email: 'mona@acme.example', type: 'person' } as const;

/** Two weeks in which everybody works in Munich, but for one who was last seen in summer. */
const known: readonly ActivityRecord[] = [
  aRecord({ externalId: 'summer', actor: absent, occurredAt: at(-80), ...PLACES.munich }),
  ...people.flatMap((actor) =>
    Array.from({ length: 14 }, (_, day) =>
      aRecord({ externalId: `known-${actor.name}-${day}`, actor, occurredAt: at(1 + day, 9), ...PLACES.munich }),
    ),
  ),
];

/** A day on which things happen. */
const attackDay: readonly ActivityRecord[] = [
  ...Array.from({ length: 18 }, (_, n) =>
    aFailure({ externalId: `guess-${n}`, actor: people[0], occurredAt: at(20, 2, 0, n * 26), ...PLACES.saoPaulo, userAgent: FIREFOX }),
  ),
  ...people.flatMap((actor) =>
    [0, 1].map((n) => aFailure({ externalId: `spray-${actor.name}-${n}`, actor, occurredAt: at(20, 2, 3 + n), ...PLACES.saoPaulo })),
  ),
  aRecord({ externalId: 'home', actor: people[0], occurredAt: at(20, 1, 32), ...PLACES.munich }),
  aRecord({ externalId: 'entered', actor: people[0], occurredAt: at(20, 2, 12), ...PLACES.saoPaulo, userAgent: FIREFOX }),
  aRecord({ externalId: 'home again', actor: people[0], occurredAt: at(20, 9), ...PLACES.munich }),
  aRecord({ externalId: 'trip 1', actor: people[1], occurredAt: at(20, 8), ...PLACES.munich }),
  aRecord({ externalId: 'trip 2', actor: people[1], occurredAt: at(20, 10), ...PLACES.boston }),
  aRecord({ externalId: 'trip 3', actor: people[1], occurredAt: at(20, 11), ...PLACES.tokyo, eventType: 'file.read', category: 'DATA' }),
  aRecord({ externalId: 'quiet', actor: people[2], occurredAt: at(20, 9), ...PLACES.munich }),
  ...['Ada', 'Bo', 'Cy'].map((name, minute) =>
    aRecord({
      ...{ externalId: `grant-${name}`, actor: people[0], occurredAt: at(20, 2, 20 + minute), ...PLACES.saoPaulo, userAgent: FIREFOX },
      ...{ eventType: 'user.account.privilege.grant', category: 'PRIVILEGE', classUid: 3007, activityId: 16 },
      targets: [{ type: 'User', externalId: null, name }],
    }),
  ),
  ...[0, 1].map((n) => aRecord({ externalId: `tor-${n}`, actor: people[0], occurredAt: at(20, 3, n), ...PLACES.munich, ipTags: ['tor'] })),
  ...Array.from({ length: 6 }, (_, n) =>
    aFailure({ externalId: `denied-${n}`, actor: people[2], occurredAt: at(20, 4, n), failure: 'MFA_DENIED', ...PLACES.munich }),
  ),
  aRecord({ externalId: 'gave in', actor: people[2], occurredAt: at(20, 4, 8), ...PLACES.munich }),
  ...[0, 1].map((n) => aRecord({ externalId: `back-${n}`, actor: absent, occurredAt: at(20, 5, n), ...PLACES.munich })),
  aRecord({
    externalId: 'threat',
    actor: people[2],
    occurredAt: at(20, 10),
    category: 'THREAT',
    severity: 'HIGH',
    relatedEvents: ['quiet'],
  }),
];

describe('the alerts of a day', () => {
  let activities: TestService;
  let count = 0;
  beforeAll(async () => {
    activities = await startTestService(activitiesService);
  });
  afterAll(() => activities.close());

  /** Stores the pages for a tenant of their own and tells what its alerts rest on, without names of the run. */
  const alertsOf = async (pages: readonly (readonly ActivityRecord[])[]): Promise<unknown> => {
    const tenant = `acme-${++count}`;
    const key = { ...OKTA, tenant };
    let cursor: string | null = null;
    for (const records of [known, ...pages]) {
      const page = aPage(records, cursor, { key });
      cursor = (await activities.service.sink!.store(page)).position.cursor;
    }
    const { data, errors } = await activities.ask(
      '{ alerts { nodes { policy { id } title severity firstActivityAt lastActivityAt activityCount activities(first: 100) { nodes { externalId } } } } }',
      {},
      anAdmin({ tenant }),
    );
    if (errors) throw new Error(errors[0]!.message);
    return (data.alerts.nodes as { title: string }[]).sort((a, b) => (a.title < b.title ? -1 : 1));
  };

  it('are the same however its pages are split, shuffled and repeated', async () => {
    const whole = (await alertsOf([attackDay])) as { title: string }[];
    expect(whole.map(({ title }) => title)).toEqual([
      'Anonymous address: dana through the Tor network',
      'Dormant account active: mona',
      'Gave in to MFA requests: noor',
      'Impossible travel: dana in Germany and Brazil',
      'Impossible travel: ravi in Germany and Japan',
      'Impossible travel: ravi in Germany and United States',
      'Impossible travel: ravi in United States and Japan',
      'Infrequent country: dana in Brazil',
      'Infrequent country: ravi in Japan',
      'Infrequent country: ravi in United States',
      'New administrator: Ada, by dana',
      'Signed in after many failures: dana',
      'okta: user.session.start',
    ]);
    const pages = fc
      .tuple(
        fc.shuffledSubarray([...attackDay.keys()], { minLength: attackDay.length }),
        fc.array(fc.integer({ min: 1, max: attackDay.length - 1 }), { maxLength: 6 }),
        fc.nat(5),
      )
      .map(([events, cuts, again]) => {
        const ends = [...new Set(cuts), attackDay.length].sort((a, b) => a - b);
        const split = ends.map((end, index) => events.slice(index === 0 ? 0 : ends[index - 1], end));
        return [...split, ...split.slice(0, again)];
      });
    await fc.assert(
      fc.asyncProperty(pages, async (split) => {
        expect(await alertsOf(split.map((page) => page.map((index) => attackDay[index]!)))).toEqual(whole);
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});
