import type { Json } from '#libs/kernel';

import type { SandboxAnswer, SandboxDefinition, SandboxRoute } from '../sdk/index.js';

import { manifest } from './manifest.js';
import { refuse, serviceOf, type Call } from './sandbox-answers.js';
import { authorize, securityTokens } from './sandbox-auth.js';
import { answerIam } from './sandbox-iam.js';
import { READS } from './sandbox-iam-reads.js';
import { seedState, tellStory } from './sandbox-seed.js';
import { accountRoutes, S3_CONTROL, serviceRoutes } from './sandbox-services.js';
import { REGIONS } from './sandbox-ids.js';
import type { AwsState } from './sandbox-state.js';
import { recordedEntry } from './sandbox-trail.js';

const KEPT_MS = manifest.retentionDays * 86_400_000;
const IAM = 'https://iam.amazonaws.com';
const STS = 'https://sts.us-east-1.amazonaws.com';
const SERVICES = ['cloudtrail', 'config', 'guardduty', 'securityhub', 'access-analyzer', 'ec2', 's3'];

/** A stand-in for one AWS account with three regions. */
const definition: SandboxDefinition<AwsState> = {
  hosts: [IAM, STS, ...REGIONS.flatMap((region) => SERVICES.map((service) => `https://${service}.${region}.amazonaws.com`)), S3_CONTROL],
  seed: seedState,
  load: loadEvents,
  tick: goOn,
  authorize,
  throttled,
  notFound: () => ({ status: 404, json: { __type: 'UnknownOperationException' } }),
  credentials: (state) => sandboxCredentials(state, 'role'),
  switches: {
    closedRegion: 'The name of a region that the account has not switched on.',
    tokenEpoch: 'A number; changing it makes every page token of LookupEvents given out before invalid.',
    noPasswordPolicy: 'true: the account has no password policy of its own.',
    noPublicBlock: 'true: the account has never set the public access block.',
  },
  routes: [
    // Each read under its own name, so that a switch can aim at it; clients that send a form are served by the last.
    ...Object.keys(READS).map((action) => iamRoute('GET', `GET /?Action=${action}`)),
    iamRoute('GET', 'GET /'),
    iamRoute('POST', 'POST /'),
    { method: 'GET', operation: 'GET /', host: STS, answer: securityTokens },
    { method: 'POST', operation: 'POST /', host: STS, open: true, answer: securityTokens },
    ...serviceRoutes,
    ...accountRoutes,
  ],
};

/** The same for whoever does not care what its state is made of. */
export const sandbox = definition as SandboxDefinition;

/** Working credentials of a sandbox, of either kind. */
export function sandboxCredentials({ own }: AwsState, authKind: 'role' | 'access-key'): ReturnType<SandboxDefinition['credentials']> {
  const settings = { authKind, accessKeyId: own.accessKeyId, region: 'us-east-1' };
  const role = { roleArn: own.roleArn, externalId: own.externalId };
  return { settings: authKind === 'role' ? { ...settings, ...role } : settings, secrets: { secretAccessKey: own.secret } };
}

function iamRoute(method: 'GET' | 'POST', operation: string): SandboxRoute<AwsState> {
  return { method, operation, host: IAM, answer: answerIam };
}

// Each family of services has its own word for it.
function throttled(call: Call): SandboxAnswer {
  const service = serviceOf(call);
  if (service.startsWith('s3')) return refuse(call, 503, 'SlowDown', 'Please reduce your request rate.');
  if (service === 'ec2') return refuse(call, 503, 'RequestLimitExceeded', 'Request limit exceeded.');
  return refuse(call, 400, service === 'iam' || service === 'sts' ? 'Throttling' : 'ThrottlingException', 'Rate exceeded');
}

function loadEvents(state: AwsState, events: readonly Json[]): void {
  const entries = events.map((event) => recordedEntry(event, state.seededAt.getTime(), KEPT_MS));
  state.trail.add(...entries.filter((entry) => entry !== undefined));
}

function goOn(state: AwsState, now: Date): void {
  if (now <= state.tickedAt) return;
  state.trail.add(...tellStory(state, state.tickedAt, now));
  state.tickedAt = now;
}
