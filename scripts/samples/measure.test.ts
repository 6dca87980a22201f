import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readMadeUp } from './fixture-reader.js';
import { linesOf } from './lines.js';
import { appOf, measure } from './measure.js';
import { reportText } from './table.js';

const good = JSON.stringify({ raw: { id: 'e1', ip: '203.0.113.9' }, expected: { id: 'e1', ip: '203.0.113.9', actorName: 'Ada' } });
const bad = JSON.stringify({ raw: { id: 'e2', ip: '203.0.113.9' }, expected: { ip: '\u001b[2J' } });

describe('measuring a folder of samples', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'castellan-samples-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function given(path: string, text: string): Promise<void> {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
  }

  it('counts every line of every app, also those that cannot be read, and lists each disagreement', async () => {
    await given('activities/acme.jsonl', `\uFEFF${good}\r\n\n${bad}\n{"raw":`);
    await given('rawonly/acme.jsonl', `${JSON.stringify({ raw: {} })}\n`);
    expect(await measure(folder, { acme: readMadeUp })).toEqual({
      apps: [
        {
          app: 'acme',
          lines: 3,
          asserted: 4,
          right: 2,
          byField: { id: { asserted: 1, right: 1 }, ip: { asserted: 2, right: 1 }, line: { asserted: 1, right: 0 } },
          information: { actorName: { asserted: 1, right: 0 } },
          rawOnly: { lines: 1, accepted: 0 },
          disagreements: [
            { file: 'activities/acme.jsonl', line: 3, field: 'ip', expected: '\u001b[2J', got: '203.0.113.9' },
            expect.objectContaining({ file: 'activities/acme.jsonl', line: 4, field: 'line' }),
            expect.objectContaining({ file: 'rawonly/acme.jsonl', line: 1, field: 'accepted', why: 'without time, action, actor' }),
          ],
        },
      ],
      notMeasured: [],
    });
  });

  it('adds up the files of one app, and counts the same line as often as it stands there', async () => {
    await given('activities/entra.jsonl', `${good}\n${good}\n`);
    await given('activities/office365.jsonl', good);
    const report = await measure(folder, { microsoft365: readMadeUp });
    expect(report?.apps).toMatchObject([{ app: 'microsoft365', lines: 3, asserted: 6, right: 6 }]);
  });

  it('names the apps that no provider is there for', async () => {
    await given('activities/constructor.jsonl', good);
    await given('rawonly/constructor.jsonl', `${good}\n${good}`);
    expect(await measure(folder, {})).toEqual({ apps: [], notMeasured: [{ app: 'constructor', lines: 3 }] });
  });

  it('finds nothing in a folder that is not there, or has no samples', async () => {
    expect(await measure(join(folder, 'nowhere'), {})).toBeUndefined();
    await given('activities', 'a file');
    expect(await measure(folder, {})).toBeUndefined();
  });

  it('reads a line of many megabytes', async () => {
    const agent = 'ä'.repeat(10_000_000);
    await given('activities/acme.jsonl', `${JSON.stringify({ raw: { agent }, expected: { userAgent: agent } })}\n${good}`);
    expect((await measure(folder, { acme: readMadeUp }))?.apps).toMatchObject([{ lines: 2, asserted: 3, right: 3 }]);
  });

  it('goes on behind a line that is too long to be held', async () => {
    await given('lines', `short\n${'x'.repeat(3_000_000)}\n\nlast`);
    const lines = [];
    for await (const line of linesOf(join(folder, 'lines'), 2_000_000)) lines.push(line);
    expect(lines).toEqual([
      { number: 1, text: 'short' },
      { number: 2, text: undefined },
      { number: 4, text: 'last' },
    ]);
  });

  it('shows a table per app and field, with each disagreement, and obeys no escape code of a sample', async () => {
    await given('activities/acme.jsonl', `${good}\n${bad}`);
    await given('activities/other.jsonl', good);
    const text = reportText((await measure(folder, { acme: readMadeUp }))!);
    expect(text).toMatch(/^app +lines +agrees +id .*\n-+\nacme +2 +2\/3 66\.66 % +1\/1 /);
    expect(text).toMatch(/information only.*\napp +actorName .*\n-+\nacme +0\/1 /);
    expect(text).toContain('activities/acme.jsonl:2 ip: expected "\\u001b[2J", we say "203.0.113.9"');
    expect(text).toContain('No provider, so not measured: other (1 lines)');
    expect(text).not.toMatch(/\u001b/);
  });
});

describe('the app of a file of samples', () => {
  it.each([
    ['okta.jsonl', 'okta'],
    ['google_workspace.jsonl', 'googleworkspace'],
    ['entra.jsonl', 'microsoft365'],
    ['office365.jsonl', 'microsoft365'],
    ['constructor.jsonl', 'constructor'],
  ])('%s is %s', (file, app) => {
    expect(appOf(file)).toBe(app);
  });
});
