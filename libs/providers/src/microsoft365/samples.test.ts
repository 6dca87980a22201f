import { existsSync, readFileSync } from 'node:fs';

import type { ActivityRecord } from '#libs/contracts';

import { sampleEvent } from './samples.js';

const FILE = '../shared/samples/activities/entra.jsonl';
const DETECTIONS = ['../shared/samples/detections/office365.jsonl', '../shared/samples/detections/entra.jsonl'];

interface Sample {
  readonly raw: unknown;
  readonly api?: unknown;
  readonly expected: Readonly<Record<string, string>>;
}

/** The fields on which samples are judged, as ours has them. */
const FIELDS: Readonly<Record<string, (event: ActivityRecord) => string | null>> = {
  id: (event) => event.externalId,
  time: (event) => new Date(event.occurredAt).toISOString(),
  actorEmail: (event) => event.actor.email,
  actorId: (event) => event.actor.externalId,
  ip: (event) => event.ip,
  action: (event) => event.eventType,
  userAgent: (event) => event.userAgent,
  outcome: (event) => event.outcome.toLowerCase(),
};

function samplesOf(file: string): Sample[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Sample);
}

(existsSync(FILE) ? describe : describe.skip)("other people's events of Entra ID and Office 365", () => {
  it('are read as those people expect', () => {
    const disagreements: string[] = [];
    let asserted = 0;
    for (const [index, { raw, api, expected }] of samplesOf(FILE).entries()) {
      const event = sampleEvent(api ?? raw);
      for (const [field, value] of Object.entries(expected)) {
        const read = FIELDS[field];
        if (!read) continue;
        asserted++;
        const ours = event ? read(event) : 'no event';
        if (ours !== value) disagreements.push(`sample ${index}, ${field}: expected ${value}, read ${ours}`);
      }
    }
    expect(asserted).toBeGreaterThan(20);
    expect(disagreements).toEqual([]);
  });

  it('all have a time, a name and a category', () => {
    const events = [FILE, ...DETECTIONS.filter((file) => existsSync(file))]
      .flatMap(samplesOf)
      .map(({ raw, api }) => sampleEvent(api ?? raw));
    expect(events.length).toBeGreaterThan(40);
    for (const event of events) {
      expect(event).toBeDefined();
      expect(event!.occurredAt).toBeGreaterThan(Date.parse('2020-01-01T00:00:00Z'));
      expect(event!.eventType).not.toBe('unknown');
      expect({ type: event!.eventType, category: event!.category }).not.toEqual({ type: event!.eventType, category: 'UNMAPPED' });
    }
  });
});
