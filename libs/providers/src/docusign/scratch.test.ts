import { readFileSync, writeFileSync } from 'node:fs';
import { toActivity } from './activities.js';
it('writes', () => {
  const page = JSON.parse(readFileSync(new URL('./fixtures/monitor.json', import.meta.url), 'utf8'));
  writeFileSync(new URL('./fixtures/monitor.expected.json', import.meta.url), JSON.stringify(page.resultData.map((r: unknown) => toActivity(r, 0)), null, 2) + '\n');
});
