import { FakeClock, sandboxApp } from '#libs/testing';
import { judge } from '../../../../services/posture/src/domain/evaluator.js';
import { slack } from './index.js';
it('x', async () => {
  const NOW = new Date('2026-11-20T15:30:00Z');
  const made = await sandboxApp(slack, { clock: new FakeClock(NOW), now: NOW, people: 200, days: 5 });
  const lines: string[] = [];
  for await (const page of slack.evidence!.pages(made.app)) for (const r of page.records) {
    if (r.outcome.is !== 'read') { lines.push(`${r.operation} ${r.outcome.is}`); continue; }
    for (const c of slack.controls) if (c.evidence.operation === r.operation) {
      const v = judge(c, r.outcome.document, { now: NOW.getTime(), lists: {} } as never) as unknown as Record<string, unknown>;
      lines.push(`${c.id} [${r.scope}] ${JSON.stringify({ ...v, found: undefined, culprits: undefined }).slice(0, 160)}`);
    }
  }
  await made.close();
  console.log(lines.join('\n'));
  const t = Date.now();
  const big = await sandboxApp(slack, { clock: new FakeClock(NOW), now: NOW, people: 20, days: 30, bulk: { accounts: 100_000, activities: 200_000 }, keepExchanges: false });
  let n = 0; for await (const p of slack.listings.ACCOUNTS!.pages(big.app)) n += p.records.length;
  const t2 = Date.now(); let e = 0; const f = slack.feeds['audit-logs']!;
  for await (const p of f.pages(big.app, f.start(big.app, new Date(NOW.getTime() - 30 * 86_400_000)))) e += p.events.length;
  console.log(n, t2 - t, e, Date.now() - t2, Math.round(process.memoryUsage().rss / 1e6));
  await big.close();
}, 300_000);
