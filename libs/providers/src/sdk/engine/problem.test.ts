import { AppFailure, type FailureKind, PROBLEM_OF_FAILURE } from '../provider.js';
import { problemOf } from './problem.js';

describe('the problem that a failure means', () => {
  it.each(Object.keys(PROBLEM_OF_FAILURE) as FailureKind[])('says what to do next for %s', (kind) => {
    const problem = problemOf(new AppFailure({ kind }, 'GET /users', undefined));
    expect(problem.code).toBe(PROBLEM_OF_FAILURE[kind]);
    expect(problem.remedy).toMatch(/^[A-Z].{20,}\.$/);
  });

  it('names the missing scopes', () => {
    const failure = new AppFailure({ kind: 'forbidden', message: 'no', missingScopes: ['okta.users.read'] }, 'GET /users', 403);
    expect(problemOf(failure)).toEqual({
      code: 'SCOPE_MISSING',
      message: 'no',
      remedy: 'Grant okta.users.read to the credential in the app, then test the connection.',
      httpStatus: 403,
      missingScopes: ['okta.users.read'],
    });
  });

  it('is the one that the provider knows better', () => {
    const failure = new AppFailure({ kind: 'forbidden', problem: 'NOT_ADMINISTRATOR', remedy: 'Use an administrator.' }, 'GET /users', 403);
    expect(problemOf(failure)).toMatchObject({ code: 'NOT_ADMINISTRATOR', remedy: 'Use an administrator.' });
  });
});
