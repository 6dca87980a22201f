import { linkPages, nextLink, offsetPages, urlPages, walk } from './paging.js';
import type { AppAnswer, AppClient, AppRequest } from './provider.js';

const USERS: AppRequest = { operation: 'GET /users', path: '/users', query: { limit: 2 } };

/** An app whose answer to each request is made by the test. */
function appOf(
  answer: (request: AppRequest, number: number) => { body?: unknown; link?: string | string[] },
): AppClient & { asked: AppRequest[] } {
  const asked: AppRequest[] = [];
  return {
    asked,
    settings: {},
    facts: undefined,
    now: () => new Date(0),
    each: (items, work) => Promise.all(items.map(work)),
    call: async (request) => {
      const { body, link } = answer(request, asked.push(request));
      return { status: 200, headers: link === undefined ? {} : { link }, body, request };
    },
  };
}

async function bodies(pages: AsyncIterable<AppAnswer>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const { body } of pages) all.push(body);
  return all;
}

describe('the next link', () => {
  it.each([
    ['<https://a/2>; rel="next"', 'https://a/2'],
    ['<https://a/1>; rel="self", <https://a/2>; rel="next"', 'https://a/2'],
    [['<https://a/1>; rel="self"', '<https://a/2>; rel="next"'], 'https://a/2'],
    ['<https://a/2?q=a,b;c>; title="a, <b>; rel=self"; rel=next', 'https://a/2?q=a,b;c'],
    ['<https://a/2>;REL="prev NEXT"', 'https://a/2'],
    ['<https://a/1>; rel="self"', undefined],
    ['<https://a/1', undefined],
    [undefined, undefined],
  ])('of %j is %j', (link, expected) => {
    expect(nextLink({ headers: { link } })).toBe(expected);
  });
});

describe('pages by links', () => {
  it('go on through an empty page, and ask the link as it is', async () => {
    const app = appOf((_, n) => ({ body: n === 2 ? [] : [n], ...(n < 3 ? { link: `<https://a/users?after=${n}>; rel="next"` } : {}) }));
    expect(await bodies(linkPages(app, USERS))).toEqual([[1], [], [3]]);
    expect(app.asked[1]).toMatchObject({ path: 'https://a/users?after=1', query: undefined });
  });

  it('that come round again are stopped', async () => {
    const app = appOf((_, n) => ({ link: `<https://a/users?after=${n % 2}>; rel="next"` }));
    await expect(bodies(linkPages(app, USERS))).rejects.toMatchObject({ kind: 'malformed' });
    expect(app.asked).toHaveLength(3);
  });

  it('without end are stopped', async () => {
    const app = appOf((_, n) => ({ body: n }));
    await expect(bodies(walk(app, USERS, ({ body }) => ({ ...USERS, path: `/users/${String(body)}` }), 50))).rejects.toThrow(
      /more than 50 pages/,
    );
  });

  it('may stand in the body', async () => {
    const app = appOf((_, n) => ({ body: { n, paging: { next: n < 2 ? 'https://a/2' : '' } } }));
    expect(await bodies(urlPages(app, USERS, ['paging', 'next']))).toHaveLength(2);
  });
});

describe('pages by position', () => {
  const rules = {
    offsetName: 'start_position',
    limitName: 'count',
    limit: 2,
    rows: ({ body }: AppAnswer) => (body as { users?: unknown[] }).users,
  };
  const total = ({ body }: AppAnswer): unknown => (body as { total?: unknown }).total;

  it("go on after a short page, to the app's own total written as text", async () => {
    const pages = [['a', 'b'], ['c'], ['d', 'e']];
    const app = appOf((_, n) => ({ body: { users: pages[n - 1], total: '5' } }));
    expect(await bodies(offsetPages(app, USERS, { ...rules, total }))).toHaveLength(3);
    expect(app.asked.map(({ query }) => query?.['start_position'])).toEqual(['0', '2', '3']);
    expect(app.asked[0]?.query).toEqual({ limit: 2, start_position: '0', count: '2' });
  });

  it('end with an empty page when the app tells no total', async () => {
    const app = appOf((_, n) => ({ body: { users: n < 3 ? ['a'] : [] } }));
    expect(await bodies(offsetPages(app, USERS, { ...rules, first: 1 }))).toHaveLength(3);
    expect(app.asked.map(({ query }) => query?.['start_position'])).toEqual(['1', '2', '3']);
  });

  it('may count pages instead of rows', async () => {
    const app = appOf((_, n) => ({ body: { users: n < 3 ? ['a', 'b'] : ['c'], total: 5 } }));
    expect(await bodies(offsetPages(app, USERS, { ...rules, total, first: 1, step: () => 1 }))).toHaveLength(3);
    expect(app.asked.map(({ query }) => query?.['start_position'])).toEqual(['1', '2', '3']);
  });

  it('end where the rule says', async () => {
    const app = appOf(() => ({ body: { users: ['a'] } }));
    expect(await bodies(offsetPages(app, USERS, { ...rules, isLast: (_, { read }) => read === 4 }))).toHaveLength(4);
  });

  it('that stop short of the total are no complete listing', async () => {
    const app = appOf((_, n) => ({ body: { users: n === 1 ? ['a', 'b'] : [], total: 5 } }));
    await expect(bodies(offsetPages(app, USERS, { ...rules, total }))).rejects.toMatchObject({ kind: 'malformed' });
  });

  it('without a list of rows are malformed', async () => {
    await expect(
      bodies(
        offsetPages(
          appOf(() => ({ body: {} })),
          USERS,
          rules,
        ),
      ),
    ).rejects.toMatchObject({ kind: 'malformed' });
  });
});
