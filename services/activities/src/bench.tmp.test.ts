import { activitiesService } from './activities.module.js';
import { startTestService } from '#libs/testing/services';
import { aRecord, aPage, at, OKTA } from './activities.builders.js';
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
const R = createRequire(import.meta.url)('typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner').BetterSqlite3QueryRunner;
const spent = new Map<string, number>();
const orig = R.prototype.query;
R.prototype.query = async function (q: string, p: unknown[], s: boolean) { const t = performance.now(); try { return await orig.call(this, q, p, s); } finally { const k = q.trim().slice(0, 60); spent.set(k, (spent.get(k) ?? 0) + performance.now() - t); } };
it('bench', async () => {
  const s = await startTestService(activitiesService);
  const sink = s.service.sink!;
  if (process.env.CKPT) await (await import('#libs/platform')).sql; { const db = s.service.app.get((await import('#libs/platform')).Database) as any; const raw = (db.source.driver.databaseConnection); if (process.env.CKPT) raw.pragma('wal_autocheckpoint=' + process.env.CKPT); if (process.env.CACHE) raw.pragma('cache_size=-' + process.env.CACHE); if (process.env.NOEXT) raw.exec('drop index activity_event'); }
  const N = Number(process.env.PAGES ?? 100); const people = Number(process.env.PEOPLE ?? 2000);
  let cursor: string | null = null; let total = 0; let gen = 0; let lap = 0;
  const pad = JSON.stringify({ client: { ua: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)', zone: null, device: 'Computer', geo: { city: 'Munich', state: 'Bavaria', country: 'Germany', postal: '80331', geolocation: { lat: 48.1, lon: 11.5 } } }, debugContext: { debugData: { requestId: 'xxxx', requestUri: '/api/v1/authn', url: '/api/v1/authn?' } }, target: [{ id: 'a', type: 'AppInstance', displayName: 'Box' }] });
  for (let p = 0; p < N; p++) {
    const g0 = performance.now();
    const records = [];
    for (let i = 0; i < 1000; i++) {
      const n = p * 1000 + i; const who = Math.floor(Math.random() * people);
      const id = randomBytes(16).toString('hex');
      const rec = aRecord({ externalId: id, occurredAt: at(1) + n * 20, actor: { externalId: `u${who}`, name: `Person ${who}`, email: `p${who}@acme.example`, type: 'person' },
        ip: `87.16${who % 8}.${who % 250}.${(who * 7) % 250}`, place: { country: 'DE', city: 'Munich', latitude: 48.1, longitude: 11.5 },
        targets: [{ type: 'AppInstance', externalId: '0oa' + (i % 50), name: 'Box' }],
        ...(i % 3 ? { category: 'DATA', eventType: 'app.open.' + (i % 20) } as any : {}), ...(i % 20 === 0 ? { category: 'SIGN_IN', outcome: 'FAILURE', failure: 'INVALID_CREDENTIALS' } as any : {}),
        raw: `{"uuid":"${id}","n":${n},"actor":"p${who}@acme.example","x":${pad}}` });
      records.push(rec);
    }
    gen += performance.now() - g0;
    const t = performance.now();
    const r = await sink.store(aPage(records, cursor, { readAt: at(29) }));
    total += performance.now() - t; lap += performance.now() - t;
    cursor = r.position.cursor;
    if (p % 50 === 49) { console.log(p + 1, Math.round(50000 / lap * 1000), 'ev/s', Math.round(process.memoryUsage().rss / 1e6), 'MB'); lap = 0; }
  }
  console.log('total', Math.round(N * 1000 / total * 1000), 'ev/s', 'db MB', statSync(s.config.database('activities').kind === 'sqlite' ? (s.config.database('activities') as any).file : '').size / 1e6);
  console.log(JSON.stringify((await s.ask('{ alerts { totalCount nodes { title } } }')).data).slice(0, 600));
  console.log([...spent].sort((a,b)=>b[1]-a[1]).slice(0,14).map(([k,v])=>(v/N).toFixed(2)+' ms/page '+k).join('\n'));
  await s.close();
}, 600000);
