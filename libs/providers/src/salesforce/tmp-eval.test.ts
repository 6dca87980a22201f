import { FakeClock, sandboxApp } from '#libs/testing';
import { salesforce } from './index.js';
import * as ev from '../../../../services/posture/src/domain/evaluator.js';
it('x', async () => {
  const clock = new FakeClock();
  const box = await sandboxApp(salesforce, { clock, now: clock.now() });
  box.app.learn(await salesforce.discover!(box.app));
  console.log(Object.keys(ev), String((ev as any).evaluate ?? Object.values(ev)[0]).slice(0, 600));
  const docs: any[] = [];
  for await (const p of salesforce.evidence!.pages(box.app)) docs.push(...p.records);
  const out: string[] = [];
  for (const c of salesforce.controls) {
    const d = docs.find((x) => x.operation === c.evidence.operation);
    try { const fn = (ev as any).judge; const v = fn(c, d.outcome.document, { now: clock.now(), lists: {}, lookup: () => undefined } as any); out.push(c.id + ' ' + JSON.stringify(v).slice(0, 160)); } catch (e) { out.push(c.id + ' ERR ' + String(e).slice(0, 100)); }
  }
  console.log(out.join('\n'));
  await box.close();
});
