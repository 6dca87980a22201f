import type { EvidenceRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import { AppFailure, type AppClient, type Control, type Listing, type ListingPage } from '../sdk/index.js';

import { EVIDENCE } from './evidence.js';
import catalogue from './posture.json' with { type: 'json' };

/** What is checked in Salesforce. Data: judged by the posture service's evaluator. */
export const controls: readonly Control[] = catalogue as unknown as readonly Control[];

/** What the controls judge: a document for each operation, or why there is none. */
export const evidence: Listing<EvidenceRecord> = { everySeconds: 86_400, complete: ['evidence'], pages: evidencePages };

async function* evidencePages(app: AppClient): AsyncGenerator<ListingPage<EvidenceRecord>> {
  for (const [operation, read] of Object.entries(EVIDENCE)) {
    const outcome = await outcomeOf(() => read(app));
    yield { records: [{ kind: 'evidence', operation, scope: '', outcome, readAt: app.now().getTime() }] };
  }
}

type Outcome = EvidenceRecord['outcome'];

// A refusal of one object is a fact about that object; a dead credential or a throttled app ends the run, to be tried again.
async function outcomeOf(read: () => Promise<Json>): Promise<Outcome> {
  try {
    return { is: 'read', document: await read() };
  } catch (failure) {
    if (!(failure instanceof AppFailure)) throw failure;
    const { kind, message, classified } = failure;
    if (kind === 'forbidden') return { is: 'refused', missing: classified.missingScopes ?? [], message };
    if (kind === 'unlicensed') return { is: 'unlicensed', message };
    if (kind === 'missing' || kind === 'malformed' || kind === 'rejected' || kind === 'conflict' || kind === 'down')
      return { is: 'failed', message };
    throw failure;
  }
}
