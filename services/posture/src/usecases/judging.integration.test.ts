import type { EvidenceRecord, StreamKey } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import { CoverageStore, LeaseStore, Outbox, StreamPositions, sql, type Database } from '#libs/platform';
import type { Control } from '#libs/providers';
import { FakeClock } from '#libs/testing';
import { describeOnEachDatabase } from '#libs/testing/databases';
import { anAdmin } from '#libs/testing/services';

import type { StatusInput } from '../domain/decision.js';
import { SqlDecisionStore } from '../persistence/decision.store.js';
import { SqlDriftStore } from '../persistence/drift.store.js';
import { SqlEvidenceStore } from '../persistence/evidence.store.js';
import { SqlFindingStore } from '../persistence/finding.store.js';
import { SqlJudgedConnectorStore } from '../persistence/judged-connector.store.js';
import { SqlScoreStore } from '../persistence/score.store.js';
import { postureService } from '../posture.module.js';
import { Background } from './background.js';
import { DecideFindings } from './decide-findings.js';
import { EvaluatePosture } from './evaluate-posture.js';
import { HearConnector } from './hear-connector.js';
import { JudgeConnector } from './judge-connector.js';
import { loadCatalogue } from './load-catalogue.js';
import { ReadCoverage } from './read-coverage.js';
import { ReadFindings } from './read-findings.js';
import { ReadScore } from './read-score.js';
import { RecordScore } from './record-score.js';
import { SaveVerdicts } from './save-verdicts.js';
import { StoreEvidence } from './store-evidence.js';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-20T12:00:00Z');
const WHY = 'The owner of the app has agreed to this in writing.';
const KEY: StreamKey = { tenant: 'acme', connectorId: 'con_1', app: 'desk', stream: 'SETTINGS', feed: 'main' };

function control(id: string, path: string, change: Partial<Control> = {}): Control {
  const texts = {
    title: id,
    description: id,
    category: 'identity',
    remediation: ['Do it.'],
    references: [],
    impact: 'low',
    isVerified: true,
  } as const;
  return {
    ...texts,
    id,
    version: 1,
    severity: 'HIGH',
    points: 5,
    scoring: 'binary',
    evidence: { operation: 'GET /settings', path, expected: { operator: 'eq', value: true } },
    ...change,
  };
}

const CONTROLS = [
  control('desk.mfa', '$.mfa', { severity: 'CRITICAL', points: 10 }),
  control('desk.sso', '$.sso'),
  control('desk.log', '$.log'),
];

/** The service's use cases on a database, with a catalogue that the test chooses. */
function rooms(database: Database, clock: FakeClock, controls: readonly Control[] = CONTROLS) {
  const catalogue = loadCatalogue([{ manifest: { key: 'desk' }, controls }]);
  const [evidence, findings, connectors] = [new SqlEvidenceStore(), new SqlFindingStore(database), new SqlJudgedConnectorStore(database)];
  const [decisions, drifts, scores] = [new SqlDecisionStore(database), new SqlDriftStore(database), new SqlScoreStore(database)];
  const [coverage, positions, outbox] = [new CoverageStore(database, clock), new StreamPositions(database), new Outbox(database, clock)];
  const record = new RecordScore(scores, catalogue);
  const verdicts = new SaveVerdicts(findings, drifts, connectors, record, outbox, catalogue);
  const judge = new JudgeConnector(database, catalogue, evidence, findings, connectors, verdicts, clock);
  const readCoverage = new ReadCoverage(coverage, clock);
  const logger = {
    error: (fault: unknown) => {
      throw new Error('logged', { cause: fault });
    },
  } as never;
  return {
    outbox,
    positions,
    store: new StoreEvidence(database, positions, evidence, connectors, judge, clock),
    decide: new DecideFindings(database, findings, decisions, connectors, record, clock),
    evaluate: new EvaluatePosture(connectors, coverage, judge),
    hear: new HearConnector(coverage, findings, connectors, record, clock),
    background: new Background(connectors, judge, catalogue, new LeaseStore(database, 'ada'), clock, logger),
    read: new ReadFindings(findings, decisions, drifts, catalogue, readCoverage, clock),
    score: new ReadScore(findings, scores, catalogue, readCoverage, clock),
  };
}

type Rooms = ReturnType<typeof rooms>;

function settings(document: Json, readAt: number): EvidenceRecord {
  return { kind: 'evidence', operation: 'GET /settings', scope: '', outcome: { is: 'read', document }, readAt };
}

async function list({ positions, store }: Rooms, document: Json, readAt: number, key = KEY): Promise<void> {
  const { cursor, pages } = await positions.get(key);
  const listing = { syncId: `run_${pages}`, isLast: true, complete: ['evidence'] as const };
  await store.store({ key, fence: 1, from: cursor, next: `page_${pages + 1}`, records: [settings(document, readAt)], listing, readAt });
}

async function outcomes({ read }: Rooms, tenant = 'acme'): Promise<Record<string, string>> {
  const { nodes } = await read.page(tenant, null, {});
  return Object.fromEntries(nodes.map(({ controlId, result }) => [controlId, result]));
}

describeOnEachDatabase('posture', postureService.migrations, (open) => {
  async function start(controls?: readonly Control[]) {
    const [database, clock] = [await open(), new FakeClock(new Date(NOW))];
    return { database, clock, ...rooms(database, clock, controls) };
  }

  it('judges what was listed, follows it and keeps its history', async () => {
    const acme = await start();
    await list(acme, { mfa: true, sso: 'false' }, NOW);
    expect(await outcomes(acme)).toEqual({ 'desk.mfa': 'pass', 'desk.sso': 'fail', 'desk.log': 'unknown' });
    acme.clock.advance(DAY);
    await list(acme, { mfa: false, sso: true, log: true }, NOW + DAY);
    expect(await outcomes(acme)).toEqual({ 'desk.mfa': 'fail', 'desk.sso': 'pass', 'desk.log': 'pass' });
    expect((await acme.read.driftPage('acme', null, {})).nodes).toMatchObject([
      { controlId: 'desk.mfa', fromOutcome: 'PASS', toOutcome: 'FAIL' },
    ]);
    expect((await acme.score.history('acme', NOW - DAY, NOW + 2 * DAY, {})).map(({ at, score }) => [at, score.earned])).toEqual([
      [NOW, 100_000],
      [NOW + DAY, 100_000],
    ]);
    expect((await acme.score.total('acme', {})).score.failedCritical).toEqual(['desk.mfa']);
  });

  it('shows a history that begins before the time asked with what held then', async () => {
    const acme = await start();
    await list(acme, { mfa: true }, NOW);
    await list(acme, { mfa: true }, NOW, { ...KEY, connectorId: 'con_2' });
    acme.clock.advance(DAY);
    await list(acme, { mfa: false }, NOW + DAY);
    const history = await acme.score.history('acme', NOW + 1, NOW + 2 * DAY, {});
    expect(history.map(({ score }) => [score.earned, score.possible])).toEqual([[100_000, 200_000]]);
  });

  it('keeps all decisions, and the current one through the next judging', async () => {
    const acme = await start();
    await list(acme, { mfa: true, sso: false }, NOW);
    const { nodes } = await acme.read.page('acme', { control: { eq: 'desk.sso' } }, {});
    const planned: StatusInput = { status: 'PLANNED', reason: WHY };
    await acme.decide.run(anAdmin(), [nodes[0]!.id], planned);
    const { findings } = await acme.decide.run(anAdmin(), [nodes[0]!.id], {
      ...planned,
      status: 'RISK_ACCEPTED',
      expiresAt: NOW + 2 * DAY,
    });
    expect(findings[0]?.decision).toMatchObject({ status: 'RISK_ACCEPTED', supersedes: expect.stringMatching(/^exc_/) });
    await list(acme, { mfa: true, sso: false }, NOW + 1);
    const [history] = await acme.read.decisionsOf('acme', [nodes[0]!.id]);
    expect(history?.map(({ status }) => status)).toEqual(['RISK_ACCEPTED', 'PLANNED']);
    expect((await acme.read.page('acme', { status: { in: ['RISK_ACCEPTED'] } }, {})).nodes).toHaveLength(1);
    acme.clock.advance(2 * DAY);
    expect((await acme.read.page('acme', { status: { in: ['RISK_ACCEPTED'] } }, {})).nodes).toHaveLength(0);
  });

  it('puts a change of the score down to the decision that made it', async () => {
    const acme = await start();
    await list(acme, { mfa: true, sso: false }, NOW);
    const { nodes } = await acme.read.page('acme', { control: { eq: 'desk.sso' } }, {});
    acme.clock.advance(1_000);
    const claim: StatusInput = {
      status: 'RESOLVED_BY_MITIGATION',
      reason: WHY,
      compensatingControl: 'A proxy asks for it.',
      expiresAt: NOW + DAY,
    };
    await acme.decide.run(anAdmin(), [nodes[0]!.id], claim);
    acme.clock.advance(2 * DAY);
    await acme.background.turn();
    const parts = (await acme.score.history('acme', NOW - 1, NOW + 3 * DAY, { connector: 'con_1' })).map(({ score, change }) => [
      score.claimed,
      Math.round(change?.decisions ?? 0),
    ]);
    expect(parts).toEqual([
      [0, 0],
      [50_000, 33],
      [0, -33],
    ]);
  });

  it('keeps a document that was read on its own while a listing was under way', async () => {
    const acme = await start();
    const listing = { syncId: 'run_1', complete: ['evidence'] as const };
    const page = { key: KEY, fence: 1, readAt: NOW };
    await acme.store.store({
      ...page,
      from: null,
      next: '1',
      records: [settings({ mfa: false }, NOW)],
      listing: { ...listing, isLast: false },
    });
    await acme.store.touch(KEY, [settings({ mfa: true }, NOW + 1)]);
    await acme.store.store({ ...page, from: '1', next: '2', records: [], listing: { ...listing, isLast: true } });
    expect((await outcomes(acme))['desk.mfa']).toBe('pass');
  });

  it('judges again in the background when evidence has gone stale: message, history, once', async () => {
    const acme = await start();
    await list(acme, { mfa: true, sso: true, log: true }, NOW);
    expect(await acme.background.turn()).toBe(0);
    acme.clock.advance(8 * DAY);
    expect(await acme.background.turn()).toBe(1);
    expect(await acme.background.turn()).toBe(0);
    const told = (await acme.outbox.waiting(100))
      .map(({ message }) => message)
      .filter((message) => message.type === 'FindingChanged' && message.from === 'PASS');
    expect(told).toHaveLength(3);
    expect((await acme.score.history('acme', NOW, NOW + 9 * DAY, {})).at(-1)).toMatchObject({
      at: NOW + 8 * DAY,
      score: { possible: 0, unknown: 200_000 },
      change: null,
    });
  });

  it('judges again in the background when the catalogue changed: new controls work, retired ones are gone, and none of it is drift', async () => {
    const acme = await start();
    await list(acme, { mfa: true, sso: true }, NOW);
    const changed = control('desk.mfa', '$.mfa', {
      version: 2,
      evidence: { operation: 'GET /settings', path: '$.mfa', expected: { operator: 'eq', value: false } },
    });
    const next = rooms(acme.database, acme.clock, [changed, CONTROLS[1]!, control('desk.new', '$.sso')]);
    expect(await outcomes(next)).toEqual({ 'desk.mfa': 'pass', 'desk.sso': 'pass' });
    expect(await next.background.turn()).toBe(1);
    expect(await outcomes(next)).toEqual({ 'desk.mfa': 'fail', 'desk.sso': 'pass', 'desk.new': 'pass' });
    expect((await next.read.driftPage('acme', null, {})).nodes).toEqual([]);
    expect(await next.background.turn()).toBe(0);
  });

  it('writes a snapshot when the score changed and once a day, each bound to the one before', async () => {
    const acme = await start();
    await list(acme, { mfa: true }, NOW);
    acme.clock.advance(60_000);
    await list(acme, { mfa: true }, NOW + 60_000);
    acme.clock.advance(60_000);
    await list(acme, { mfa: false }, NOW + 120_000);
    acme.clock.advance(DAY);
    await acme.evaluate.run('acme', 'con_1');
    const rows = await acme.database.query<{ previous_hash: string; hash: string }>(
      sql`select previous_hash, hash from score_snapshot order by taken_at, id`,
    );
    expect(rows).toHaveLength(3);
    expect(rows.map(({ previous_hash }) => previous_hash)).toEqual(['0'.repeat(64), rows[0]!.hash, rows[1]!.hash]);
  });

  it('ignores a worker whose lease went to another', async () => {
    const acme = await start();
    await list(acme, { mfa: true }, NOW);
    const { cursor } = await acme.positions.get(KEY);
    await acme.positions.restart(KEY, 7, cursor);
    const late = { key: KEY, fence: 1, from: cursor, next: 'x', records: [settings({ mfa: false }, NOW + 1)], readAt: NOW + 1 };
    await expect(acme.store.store(late)).rejects.toMatchObject({ code: 'BULK_PAGE_STALE' });
    await acme.evaluate.run('acme', 'con_1');
    expect((await outcomes(acme))['desk.mfa']).toBe('pass');
  });

  it('is the same whoever judges at the same time', async () => {
    const acme = await start();
    await list(acme, { mfa: true, sso: false }, NOW);
    await acme.store.touch(KEY, [settings({ mfa: false, sso: false }, NOW + 1)]);
    await Promise.all([1, 2, 3, 4].map(() => acme.evaluate.run('acme', 'con_1')));
    expect((await acme.read.driftPage('acme', null, {})).nodes).toHaveLength(1);
    expect((await acme.outbox.waiting(100)).length).toBe(3 + 1);
  });

  it('can be migrated back and forth', async () => {
    const { database } = await start();
    for (let step = 0; step < 3; step++) await database.migrateDown();
    await database.migrateUp();
    expect(await database.query(sql`select id from finding`)).toEqual([]);
  });
});

describeOnEachDatabase('the tenants of posture', postureService.migrations, (open) => {
  it('keep their findings, evidence, history and drift apart, also under the same connector id', async () => {
    const [database, clock] = [await open(), new FakeClock(new Date(NOW))];
    const both = rooms(database, clock);
    await list(both, { mfa: true }, NOW);
    await list(both, { mfa: false, sso: true }, NOW, { ...KEY, tenant: 'apex' });
    expect(await outcomes(both, 'acme')).toEqual({ 'desk.mfa': 'pass', 'desk.sso': 'unknown', 'desk.log': 'unknown' });
    expect(await outcomes(both, 'apex')).toEqual({ 'desk.mfa': 'fail', 'desk.sso': 'pass', 'desk.log': 'unknown' });
    await both.store.erase('apex', 'con_1');
    expect(await outcomes(both, 'apex')).toEqual({});
    expect((await both.score.history('acme', NOW - 1, NOW + 1, {})).length).toBe(1);
    expect((await both.score.history('apex', NOW - 1, NOW + 1, {})).length).toBe(0);
  });
});
