import type { EvidenceRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';
import { AppFailure, type AppClient, type Control, type Listing, type ListingPage } from '../sdk/index.js';

import {
  ACCOUNT_EVIDENCE,
  ADMINISTRATORS,
  administratorEvidence,
  ORGANIZATION_EVIDENCE,
  USER_OPERATIONS,
  userEvidence,
  type UserDocuments,
} from './evidence.js';
import { factsOf, type AccountFact } from './facts.js';
import catalogue from './posture.json' with { type: 'json' };

/** What is checked in Docusign. Data: judged by the posture service's evaluator. */
export const controls: readonly Control[] = catalogue as unknown as readonly Control[];

/** What the controls judge: a document for each operation of each account and of the organization, or why there is none. */
export const evidence: Listing<EvidenceRecord> = { everySeconds: 86_400, complete: ['evidence'], pages: evidencePages };

async function* evidencePages(app: AppClient): AsyncGenerator<ListingPage<EvidenceRecord>> {
  const { accounts } = factsOf(app);
  for (const [operation, read] of Object.entries(ORGANIZATION_EVIDENCE)) {
    yield { records: [told(app, operation, undefined, await outcomeOf(() => read(app)))] };
  }
  const administrators: string[] = [];
  let incomplete: Outcome | undefined;
  for (const account of accounts) {
    for (const [operation, read] of Object.entries(ACCOUNT_EVIDENCE)) {
      yield { records: [told(app, operation, account, await outcomeOf(() => read(app, account)))] };
    }
    // One walk over the users serves all controls about them, and fails for all of them.
    let documents: UserDocuments | undefined;
    const outcome = await outcomeOf(async () => {
      documents = await userEvidence(app, account, administrators);
      return null;
    });
    if (!documents) incomplete = outcome;
    yield {
      records: USER_OPERATIONS.map((operation) =>
        told(app, operation, account, documents ? { is: 'read', document: documents[operation] } : outcome),
      ),
    };
  }
  yield {
    records: [told(app, ADMINISTRATORS, undefined, incomplete ?? (await outcomeOf(() => administratorEvidence(app, administrators))))],
  };
}

type Outcome = EvidenceRecord['outcome'];

function told(app: AppClient, operation: string, account: AccountFact | undefined, outcome: Outcome): EvidenceRecord {
  return { kind: 'evidence', operation, scope: account?.id ?? '', scopeName: account?.name ?? null, outcome, readAt: app.now().getTime() };
}

// A refusal of one setting is a fact about that setting; a dead credential or a throttled app ends the run, to be tried again.
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
