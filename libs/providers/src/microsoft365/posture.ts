import type { EvidenceRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import type { AppClient, Control, Listing } from '../sdk/index.js';
import { AppFailure } from '../sdk/index.js';
import { EVIDENCE } from './evidence.js';
import catalogue from './posture.json' with { type: 'json' };

/** What is checked in a tenant. Data: judged by the posture service's evaluator. */
export const controls: readonly Control[] = catalogue as unknown as readonly Control[];

/** What the controls judge: one document for each operation, or why there is none. */
export const evidence: Listing<EvidenceRecord> = { everySeconds: 86_400, complete: ['evidence'], pages: evidencePages };

async function* evidencePages(app: AppClient): AsyncGenerator<{ records: EvidenceRecord[] }> {
  for (const [operation, read] of Object.entries(EVIDENCE)) {
    const outcome = await outcomeOf(() => read(app));
    yield { records: [{ kind: 'evidence', operation, scope: '', outcome, readAt: app.now().getTime() }] };
  }
}

// A refusal of one setting is a finding about that setting; a dead credential or a throttled app stops the run, to be tried again.
async function outcomeOf(read: () => Promise<Json>): Promise<EvidenceRecord['outcome']> {
  try {
    return { is: 'read', document: await read() };
  } catch (error) {
    if (!(error instanceof AppFailure)) throw error;
    const { kind, message, classified } = error;
    if (kind === 'forbidden' || kind === 'consent') return { is: 'refused', missing: classified.missingScopes ?? [], message };
    if (kind === 'unlicensed') return { is: 'unlicensed', message };
    if (['missing', 'malformed', 'rejected', 'conflict', 'down'].includes(kind)) return { is: 'failed', message };
    throw error;
  }
}
