import { FakeClock, sandboxApp } from '#libs/testing';
import { aws } from './index.js';
// eslint-disable-next-line
import * as ev from '../../../../services/posture/src/domain/evaluator.js';
it('x', async () => {
  const NOW = new Date('2026-11-20T15:30:00Z');
  const made = await sandboxApp(aws, { clock: new FakeClock(NOW), now: NOW, people: 60, days: 2 });
  made.app.learn(await aws.discover!(made.app));
  const recs: any[] = [];
  for await (const p of aws.evidence!.pages(made.app)) recs.push(...p.records);
  const out: string[] = [];
  for (const c of aws.controls) {
    for (const r of recs.filter((x) => x.operation === c.evidence.operation).slice(0, 3)) {
      const j: any = r.outcome.is === 'read' ? (ev as any)[Object.keys(ev).find((k) => /^(evaluate|judge)/.test(k))!](c, r.outcome.document, { now: NOW.getTime(), lists: {} } as any) : r.outcome;
      out.push(c.id + ' ' + r.scope + ' ' + JSON.stringify(j).slice(0, 140));
    }
  }
  await made.close();
  console.log(out.join('\n'));
});
