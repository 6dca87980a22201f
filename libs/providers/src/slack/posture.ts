import type { EvidenceRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import type { AppClient, Control, Listing } from '../sdk/index.js';
import { AppFailure } from '../sdk/index.js';
import { EVIDENCE, scopesOf } from './evidence.js';
import catalogue from './posture.json' with { type: 'json' };

/** What is checked in Slack. Data: judged by the posture service's evaluator. */
export const controls: readonly Control[] = catalogue as unknown as readonly Control[];

/** What the controls judge: one document for each operation and place, or why there is none. */
export const evidence: Listing<EvidenceRecord> = { everySeconds: 86_400, complete: ['evidence'], pages: evidencePages };

async function* evidencePages(app: AppClient): AsyncGenerator<{ records: EvidenceRecord[] }> {
  const places = await scopesOf(app);
  for (const [operation, { read, where }] of Object.entries(EVIDENCE)) {
    for (const { scope, scopeName } of where(places)) {
      const outcome = await outcomeOf(() => read(app, scope));
      yield { records: [{ kind: 'evidence', operation, scope, scopeName, outcome, readAt: app.now().getTime() }] };
    }
  }
}

// A refusal of one document is a finding about that document; a dead credential or a throttled app stops the run, to be tried again.
async function outcomeOf(read: () => Promise<Json>): Promise<EvidenceRecord['outcome']> {
  try {
    return { is: 'read', document: await read() };
  } catch (error) {
    if (!(error instanceof AppFailure)) throw error;
    const { kind, message, classified } = error;
    if (kind === 'forbidden' || kind === 'consent') return { is: 'refused', missing: classified.missingScopes ?? [], message };
    if (kind === 'unlicensed') return { is: 'unlicensed', message };
    if (kind === 'missing' || kind === 'malformed' || kind === 'rejected' || kind === 'conflict' || kind === 'down')
      return { is: 'failed', message };
    throw error;
  }
}
