import { sandboxApp } from '#libs/testing';
import { docusign } from './index.js';
it('bulk', async () => {
  const provider = { ...docusign, manifest: { ...docusign.manifest, budgets: [] } };
  const t0 = Date.now();
  const box = await sandboxApp(provider, { bulk: { accounts: 100_000, activities: 1_000_000 }, keepExchanges: false });
  box.app.learn(await docusign.discover!(box.app));
  console.log('start', Date.now() - t0);
  for (const [name, listing] of Object.entries(docusign.listings)) {
    const t = Date.now(); const n: Record<string, number> = {}; let most = 0; let pages = 0;
    for await (const page of listing!.pages(box.app)) { pages++; if (pages % 100 === 0) most = Math.max(most, process.memoryUsage().rss); for (const r of page.records) n[r.kind] = (n[r.kind] ?? 0) + 1; }
    console.log(name, n, pages, Date.now() - t, Math.round(most / 1e6), 'MB');
  }
  const t = Date.now(); let count = 0; let pages = 0; let most = 0;
  for await (const page of docusign.feeds['main']!.pages(box.app, docusign.feeds['main']!.start(box.app, new Date(Date.now() - 31 * 86400000)))) { pages++; count += page.events.length; if (pages % 20 === 0) most = Math.max(most, process.memoryUsage().rss); }
  console.log(count, pages, Date.now() - t, Math.round(most / 1e6), 'MB');
  const t2 = Date.now();
  for await (const page of docusign.evidence!.pages(box.app)) for (const r of page.records) if (r.operation.includes('/users')) console.log(r.operation, JSON.stringify(r.outcome).length);
  console.log('evidence', Date.now() - t2, Math.round(process.memoryUsage().rss / 1e6));
  console.log(box.sandbox.ledger().unhandled, box.sandbox.ledger().requests);
  await box.close();
}, 600000);
