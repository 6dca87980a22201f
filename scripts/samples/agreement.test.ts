import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { sampleReaders } from '#libs/providers/samples';

import { measure } from './measure.js';
import { disagreementText } from './table.js';

const FOLDER = fileURLToPath(new URL('../../../shared/samples', import.meta.url));
const LEAST = 0.98;

(existsSync(FOLDER) ? describe : describe.skip)("our mappings and other people's events (skipped without ../shared/samples)", () => {
  it('agree on 98 of 100 values of each app, and refuse no event', async () => {
    const apps = (await measure(FOLDER, sampleReaders))?.apps ?? [];
    expect(apps.map(({ app }) => app)).toContain('okta');
    for (const { app, asserted, right, rawOnly, disagreements } of apps) {
      const isGood = right >= LEAST * asserted && rawOnly.accepted === rawOnly.lines;
      expect({ app, wrong: isGood ? [] : disagreements.map(disagreementText) }).toEqual({ app, wrong: [] });
    }
  });
});
