import { decide, type StatusInput } from './decision.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const DAY = 86_400_000;
const WHY = 'The risk is small and the owner has signed it off.';

function made(change: Partial<StatusInput>, severity: 'HIGH' | 'CRITICAL' = 'HIGH') {
  const input: StatusInput = { status: 'RISK_ACCEPTED', reason: WHY, expiresAt: NOW + 30 * DAY, ...change };
  return decide(input, { id: 'exc_1', findingId: 'fnd_1', severity, supersedes: null }, 'ada', NOW);
}

describe('a decision', () => {
  it('names who made it, and makes them the owner where nobody is named', () => {
    expect(made({})).toMatchObject({ decidedBy: 'ada', owner: 'ada', decidedAt: NOW });
    expect(made({ owner: 'bob' }).owner).toBe('bob');
  });

  it.each<[string, Partial<StatusInput>, string]>([
    ['without a reason that says something', { reason: 'because' }, 'reason'],
    ['with blanks for a reason', { reason: ' '.repeat(40) }, 'reason'],
    ['that never ends', { expiresAt: null }, 'expiresAt'],
    ['that has ended already', { expiresAt: NOW }, 'expiresAt'],
    ['for over a year', { expiresAt: NOW + 366 * DAY }, 'expiresAt'],
    ['of a third party that is not named', { status: 'RESOLVED_BY_THIRD_PARTY' }, 'product'],
    ['of a mitigation that is not told', { status: 'RESOLVED_BY_MITIGATION' }, 'compensatingControl'],
  ])('%s is refused', (_, change, field) => {
    expect(() => made(change)).toThrow(expect.objectContaining({ code: 'POSTURE_DECISION_INVALID', path: ['input', field] }));
  });

  it('about a critical control ends within 90 days', () => {
    expect(() => made({ expiresAt: NOW + 91 * DAY }, 'CRITICAL')).toThrow(/90 days/);
    expect(made({ expiresAt: NOW + 90 * DAY }, 'CRITICAL').expiresAt).toBe(NOW + 90 * DAY);
  });

  it('can never be "completed"', () => {
    expect(() => made({ status: 'COMPLETED' })).toThrow(expect.objectContaining({ code: 'POSTURE_COMPLETED_ONLY_BY_EVIDENCE' }));
  });

  it('to plan may have a due date and needs no end', () => {
    expect(made({ status: 'PLANNED', expiresAt: null, dueAt: NOW + DAY })).toMatchObject({ dueAt: NOW + DAY, expiresAt: null });
  });

  it('to take it back needs no end', () => {
    expect(made({ status: 'TO_ADDRESS', expiresAt: null })).toMatchObject({ status: 'TO_ADDRESS', expiresAt: null });
  });
});
