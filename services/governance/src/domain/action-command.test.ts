import { appGrantId } from '#libs/kernel';

import { faultsOf, sameness, type ActionCommand } from './action-command.js';

const NOW = 1_000;
const command: ActionCommand = {
  operation: 'suspendUser',
  kind: 'SUSPEND_USER',
  accountIds: ['acc_1'],
  personId: null,
  group: null,
  grant: null,
  reason: 'stolen laptop',
  isDryRun: false,
  until: null,
  idempotencyKey: null,
  waitMs: 0,
};
const faults = (change: Partial<ActionCommand>): string[] =>
  faultsOf('acme', { ...command, ...change }, NOW).map(({ code, path }) => `${code} ${path?.join('.')}`);

describe('a request to act', () => {
  it('with accounts and a reason is sound', () => {
    expect(faults({})).toEqual([]);
    expect(faults({ accountIds: null, personId: 'per_1' })).toEqual([]);
  });

  it.each<[string, Partial<ActionCommand>, string]>([
    ['no target', { accountIds: null }, 'ACTION_INPUT_INVALID input.accountIds'],
    ['accounts and a person', { personId: 'per_1' }, 'ACTION_INPUT_INVALID input.accountIds'],
    ['more than 100 accounts', { accountIds: Array.from({ length: 101 }, (_, n) => `acc_${n}`) }, 'ACTION_INPUT_INVALID input.accountIds'],
    ['a reason of blanks', { reason: '   ab ' }, 'REASON_REQUIRED input.reason'],
    ['a time limit in the past', { until: NOW }, 'ACTION_INPUT_INVALID input.until'],
    ['a wait over 30 s', { waitMs: 30_001 }, 'ACTION_INPUT_INVALID input.wait'],
    ['an empty idempotency key', { idempotencyKey: '' }, 'ACTION_INPUT_INVALID input.idempotencyKey'],
    [
      'a grant of another connector',
      { accountIds: null, grant: { id: appGrantId('acme', 'con_1', 'g'), externalId: 'g', connectorId: 'con_2' } },
      'ACTION_INPUT_INVALID input.grantId',
    ],
  ])('with %s is refused', (_, change, fault) => {
    expect(faults(change)).toEqual([fault]);
  });

  it('is the same in any order of its accounts, however long it waits', () => {
    expect(sameness({ ...command, accountIds: ['b', 'a', 'b'], waitMs: 5 })).toEqual(sameness({ ...command, accountIds: ['a', 'b'] }));
  });

  it('is another with another reason or time limit', () => {
    expect(sameness({ ...command, reason: 'another' })).not.toEqual(sameness(command));
    expect(sameness({ ...command, until: 5 })).not.toEqual(sameness(command));
  });
});
