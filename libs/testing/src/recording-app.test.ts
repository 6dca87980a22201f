import { AppFailure } from '#libs/providers/clients';

import { NothingRecorded, replayingApp } from './recording-app.js';

const users = { operation: 'GET /users', path: '/users' };

describe('an app that answers from records', () => {
  it('gives the pages of an operation in order, each once', async () => {
    const app = replayingApp({ 'GET /users': [{ body: [1] }, { body: [2], headers: { link: '<x>' } }] });
    expect((await app.call(users)).body).toEqual([1]);
    expect(await app.call(users)).toMatchObject({ status: 200, body: [2], headers: { link: '<x>' } });
    await expect(app.call(users)).rejects.toThrow(NothingRecorded);
    expect(app.requests).toHaveLength(3);
  });

  it('picks an answer by the path or query when told so', async () => {
    const app = replayingApp({
      'GET /users/{id}': [
        { when: '/users/b', body: 'b' },
        { when: 'page=2', body: 'second' },
      ],
    });
    const one = (path: string, query = {}) => app.call({ operation: 'GET /users/{id}', path, query });
    expect((await one('/users/x', { page: 2 })).body).toBe('second');
    expect((await one('/users/b')).body).toBe('b');
  });

  it('fails as recorded, and never guesses what an error means', async () => {
    const app = replayingApp({ 'GET /users': [{ fails: { kind: 'forbidden' }, status: 403 }, { status: 500 }, { status: 404 }] });
    await expect(app.call(users)).rejects.toMatchObject({ kind: 'forbidden', httpStatus: 403 });
    await expect(app.call(users)).rejects.toThrow(/say with "fails"/);
    expect((await app.call({ ...users, accept: [404] })).status).toBe(404);
  });

  it('classifies recorded errors by the provider’s rules', async () => {
    const app = replayingApp(
      { 'GET /users': { status: 400, body: { code: 'TOO_FAST' } } },
      { http: { classify: () => ({ kind: 'throttled' }) } },
    );
    await expect(app.call(users)).rejects.toThrow(AppFailure);
  });

  it('works over lists in their order', async () => {
    const app = replayingApp({ 'GET /users': [{ body: 'a' }, { body: 'b' }] });
    expect(await app.each([1, 2], async (item) => `${item}${(await app.call(users)).body as string}`)).toEqual(['1a', '2b']);
  });
});
