import type { EvidenceRecord } from '#libs/contracts';
import type { Json } from '#libs/kernel';

import { AppFailure, type AppClient, type Control, type Listing, type ListingPage } from '../sdk/index.js';

import {
  ACCOUNT_EVIDENCE,
  bucketEvidence,
  buckets,
  customerPolicies,
  policyEvidence,
  REGION_EVIDENCE,
  REPORT_OPERATIONS,
  reportEvidence,
} from './evidence.js';
import catalogue from './posture.json' with { type: 'json' };
import { regionsOf } from './regions.js';

/** What is checked in an AWS account. Data: judged by the posture service's evaluator. */
export const controls: readonly Control[] = catalogue as unknown as readonly Control[];

/** What the controls judge: documents of the account, of each region, bucket and policy, or why there is none. */
export const evidence: Listing<EvidenceRecord> = { everySeconds: 86_400, complete: ['evidence'], pages: evidencePages };

async function* evidencePages(app: AppClient): AsyncGenerator<ListingPage<EvidenceRecord>> {
  for (const [operation, read] of Object.entries(ACCOUNT_EVIDENCE))
    yield { records: [told(app, operation, '', await outcomeOf(() => read(app)))] };
  yield { records: await reportRecords(app) };
  for (const region of regionsOf(app.settings, app.facts)) {
    for (const [operation, read] of Object.entries(REGION_EVIDENCE)) {
      yield { records: [told(app, operation, region, await outcomeOf(() => read(app, region)))] };
    }
  }
  yield* each(
    app,
    'iam:GetPolicyVersion',
    () => customerPolicies(app),
    ({ arn }) => arn,
    policyEvidence,
  );
  yield* each(
    app,
    's3:GetBucketPolicy',
    () => buckets(app),
    ({ name }) => name,
    bucketEvidence,
  );
}

// One report serves three documents, and fails for all of them.
async function reportRecords(app: AppClient): Promise<EvidenceRecord[]> {
  let documents: Awaited<ReturnType<typeof reportEvidence>> | undefined;
  const outcome = await outcomeOf(async () => {
    documents = await reportEvidence(app);
    return null;
  });
  return REPORT_OPERATIONS.map((operation) =>
    told(app, operation, '', documents ? { is: 'read', document: documents[operation] } : outcome),
  );
}

// A list that cannot be read stands as one record, so that its control is unknown instead of silent.
async function* each<T extends { readonly name: string }>(
  app: AppClient,
  operation: string,
  find: () => Promise<readonly T[]>,
  scopeOf: (item: T) => string,
  read: (app: AppClient, item: T) => Promise<Json>,
): AsyncGenerator<ListingPage<EvidenceRecord>> {
  let items: readonly T[] = [];
  const listed = await outcomeOf(async () => {
    items = await find();
    return null;
  });
  if (listed.is !== 'read') yield { records: [told(app, operation, '', listed)] };
  for (const item of items)
    yield { records: [{ ...told(app, operation, scopeOf(item), await outcomeOf(() => read(app, item))), scopeName: item.name }] };
}

type Outcome = EvidenceRecord['outcome'];

function told(app: AppClient, operation: string, scope: string, outcome: Outcome): EvidenceRecord {
  return { kind: 'evidence', operation, scope, ...(scope !== '' && { scopeName: scope }), outcome, readAt: app.now().getTime() };
}

// A refusal of one setting is a fact about that setting; a dead credential or a throttled app ends the run, to be tried again.
async function outcomeOf(read: () => Promise<Json>): Promise<Outcome> {
  try {
    return { is: 'read', document: await read() };
  } catch (failure) {
    if (!(failure instanceof AppFailure)) throw failure;
    const { kind, message, classified } = failure;
    if (kind === 'forbidden' || kind === 'consent') return { is: 'refused', missing: classified.missingScopes ?? [], message };
    if (kind === 'unlicensed') return { is: 'unlicensed', message };
    if (kind === 'missing' || kind === 'malformed' || kind === 'rejected' || kind === 'conflict' || kind === 'down')
      return { is: 'failed', message };
    throw failure;
  }
}
