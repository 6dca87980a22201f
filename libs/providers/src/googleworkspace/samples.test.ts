import { existsSync, readFileSync } from 'node:fs';

import type { ActivityRecord } from '#libs/contracts';

import { sampleEvent } from './samples.js';

const FOLDER = '../shared/samples';
const FILES = ['activities', 'rawonly', 'detections'].map((kind) => `${FOLDER}/${kind}/google_workspace.jsonl`);
const isThere = FILES.every((file) => existsSync(file));

interface Sample {
  readonly raw: unknown;
  readonly api?: unknown;
  readonly expected?: Readonly<Record<string, string | null>>;
  readonly unverified?: readonly string[];
}

function samplesOf(file: string): Sample[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Sample);
}

const OURS: Readonly<Record<string, (record: ActivityRecord) => string | null>> = {
  id: ({ externalId }) => externalId,
  time: ({ occurredAt }) => new Date(occurredAt).toISOString(),
  actorEmail: ({ actor }) => actor.email,
  actorId: ({ actor }) => actor.externalId,
  ip: ({ ip }) => ip,
  action: ({ eventType }) => eventType,
  userAgent: ({ userAgent }) => userAgent,
  outcome: ({ outcome }) => outcome.toLowerCase(),
};

(isThere ? describe : describe.skip)(isThere ? "other people's events" : `skipped: no samples in ${FOLDER}`, () => {
  it('are read as those who collected them read them', () => {
    const wrong: string[] = [];
    let asserted = 0;
    for (const [line, { raw, api, expected = {}, unverified = [] }] of samplesOf(FILES[0]!).entries()) {
      const record = sampleEvent(api ?? raw);
      for (const [field, value] of Object.entries(expected)) {
        const read = OURS[field];
        if (!read || unverified.includes(field)) continue;
        asserted++;
        const ours = record ? read(record) : 'unread';
        if (ours !== value) wrong.push(`line ${line + 1} ${field}: ${ours} instead of ${value}`);
      }
    }
    expect(asserted).toBeGreaterThan(50);
    expect(wrong.length / asserted > 0.02 ? wrong : []).toEqual([]);
  });

  it('all have a time, an actor and a type', () => {
    for (const { raw, api } of samplesOf(FILES[1]!)) {
      for (const form of [raw, api ?? raw]) {
        const record = sampleEvent(form);
        expect(record?.occurredAt).toBeGreaterThan(0);
        expect(record?.actor.email ?? record?.actor.externalId).toEqual(expect.any(String));
        expect(record?.eventType).toMatch(/^[a-z_]+\.\S+$/);
      }
    }
  });

  it('that are no activities are not taken for some', () => {
    expect(sampleEvent({ hello: 'world' })).toBeUndefined();
    expect(sampleEvent('text')).toBeUndefined();
  });
});
