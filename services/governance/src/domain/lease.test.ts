import { END_OF_LEASE, nextLeaseTry } from './lease.js';

describe('a revert at the end of a lease', () => {
  it('that failed for a passing reason is tried again later and later', () => {
    const pauses = [1, 2, 3, 11].map((attempt) => nextLeaseTry({ requestedBy: END_OF_LEASE, attempt }, true, 0)! / 60_000);
    expect(pauses).toEqual([1, 4, 9, 60]);
  });

  it('is left to a person after twelve tries, or when trying again would not help', () => {
    expect(nextLeaseTry({ requestedBy: END_OF_LEASE, attempt: 12 }, true, 0)).toBeNull();
    expect(nextLeaseTry({ requestedBy: END_OF_LEASE, attempt: 1 }, false, 0)).toBeNull();
  });

  it("is a person's to try again when a person asked for it", () => {
    expect(nextLeaseTry({ requestedBy: 'ada@acme.example', attempt: 1 }, true, 0)).toBeNull();
  });
});
