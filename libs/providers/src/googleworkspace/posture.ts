import type { EvidenceRecord } from '#libs/contracts';

import type { AppClient, Control, Listing, ListingPage } from '../sdk/index.js';
import { AppFailure } from '../sdk/index.js';
import { POLICY_OPERATIONS, policyDocuments, USER_OPERATIONS, userDocuments, type Documents } from './evidence.js';
import catalogue from './posture.json' with { type: 'json' };

/** What is checked in Google Workspace. Data: judged by the posture service's evaluator. */
export const controls: readonly Control[] = catalogue as unknown as readonly Control[];

/** What the controls judge: one document for each operation, or why there is none. */
export const evidence: Listing<EvidenceRecord> = { everySeconds: 86_400, complete: ['evidence'], pages: evidencePages };

// One walk serves many documents, and fails for all of them.
async function* evidencePages(app: AppClient): AsyncGenerator<ListingPage<EvidenceRecord>> {
  yield { records: await collected(app, POLICY_OPERATIONS, () => policyDocuments(app)) };
  yield { records: await collected(app, Object.values(USER_OPERATIONS), () => userDocuments(app)) };
}

type Outcome = EvidenceRecord['outcome'];

async function collected(app: AppClient, operations: readonly string[], read: () => Promise<Documents>): Promise<EvidenceRecord[]> {
  const found = await outcomesOf(read);
  const readAt = app.now().getTime();
  return operations.map((operation) => ({ kind: 'evidence', operation, scope: '', outcome: found(operation), readAt }));
}

// A refusal is a finding about what it refused; a dead credential or a throttled app ends the run, to be tried again.
async function outcomesOf(read: () => Promise<Documents>): Promise<(operation: string) => Outcome> {
  try {
    const documents = await read();
    return (operation) => ({ is: 'read', document: documents[operation] ?? null });
  } catch (failure) {
    if (!(failure instanceof AppFailure)) throw failure;
    const outcome = withoutDocument(failure);
    return () => outcome;
  }
}

function withoutDocument(failure: AppFailure): Outcome {
  const { kind, message, classified } = failure;
  if (kind === 'forbidden' || kind === 'consent') return { is: 'refused', missing: classified.missingScopes ?? [], message };
  if (kind === 'unlicensed') return { is: 'unlicensed', message };
  // An API that is not enabled in the project is a matter of that API alone.
  const isOfOneApi = kind === 'misconfigured' && failure.httpStatus === 403;
  if (isOfOneApi || kind === 'missing' || kind === 'malformed' || kind === 'rejected' || kind === 'conflict' || kind === 'down') {
    return { is: 'failed', message };
  }
  throw failure;
}
