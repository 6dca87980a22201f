import { at, epochSeconds, list, text, whole, type SandboxAnswer, type SandboxRoute, type WireRecord } from '../sdk/index.js';

import { ec2Answer, fieldsOf, refuse, serviceOf, xml, xmlAnswer, xmlList, type Call } from './sandbox-answers.js';
import { ACCOUNT_ID, REGIONS } from './sandbox-ids.js';
import type { AwsState } from './sandbox-state.js';
import type { TrailQuery } from './sandbox-trail.js';

const HOUR_MS = 3_600_000;
const KEPT_MS = 90 * 24 * HOUR_MS;

type Route = SandboxRoute<AwsState>;

/** The services that have a host in each region. */
export const serviceRoutes: readonly Route[] = REGIONS.flatMap((region) => [
  route('POST /', `https://cloudtrail.${region}.amazonaws.com`, (call) => cloudTrail(call, region)),
  route('POST /', `https://config.${region}.amazonaws.com`, (call) => recorders(call, region)),
  route('GET /analyzer', `https://access-analyzer.${region}.amazonaws.com`, () =>
    json(200, { analyzers: region === REGIONS[0] ? [ANALYZER] : [] }),
  ),
  route('GET /detector', `https://guardduty.${region}.amazonaws.com`, () =>
    json(200, { detectorIds: region === REGIONS[2] ? [] : ['12abc34d567e8fa901bc2d34e56789f0'] }),
  ),
  route('GET /detector/{id}', `https://guardduty.${region}.amazonaws.com`, () =>
    json(200, {
      status: region === REGIONS[0] ? 'ENABLED' : 'DISABLED',
      serviceRole: `arn:aws:iam::${ACCOUNT_ID}:role/aws-service-role/guardduty`,
    }),
  ),
  route('GET /accounts', `https://securityhub.${region}.amazonaws.com`, (call) => hub(call, region)),
  route('GET /', `https://ec2.${region}.amazonaws.com`, (call) => ec2(call, region)),
  route('POST /', `https://ec2.${region}.amazonaws.com`, (call) => ec2(call, region)),
  route('GET /', `https://s3.${region}.amazonaws.com`, (call) => listBuckets(call)),
  route('GET /{bucket}', `https://s3.${region}.amazonaws.com`, (call) => bucketPolicy(call, region)),
]);

/** S3 Control, which has a host for each account. */
export const S3_CONTROL = `https://${ACCOUNT_ID}.s3-control.us-east-1.amazonaws.com`;

export const accountRoutes: readonly Route[] = [
  route('GET /v20180820/configuration/publicAccessBlock', S3_CONTROL, (call) => {
    if (call.headers['x-amz-account-id'] !== ACCOUNT_ID)
      return refuse(call, 400, 'InvalidRequest', 'Missing required header for this request: x-amz-account-id');
    if (call.switches['noPublicBlock'])
      return refuse(call, 404, 'NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found');
    const inner = xml({ BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: false });
    return xmlAnswer(
      200,
      `<PublicAccessBlockConfiguration xmlns="http://awss3control.amazonaws.com/doc/2018-08-20/">${inner}</PublicAccessBlockConfiguration>`,
    );
  }),
];

function route(operation: string, host: string, answer: (call: Call) => SandboxAnswer): Route {
  const method = operation.slice(0, operation.indexOf(' ')) as Route['method'];
  return { method, operation, host, answer: (call) => closed(call, host) ?? answer(call) };
}

// A region that the account has not switched on knows nobody's keys.
function closed(call: Call, host: string): SandboxAnswer | undefined {
  const region = String(call.switches['closedRegion'] ?? '');
  if (region === '' || !host.includes(`.${region}.`)) return undefined;
  const code = serviceOf(call) === 'ec2' ? 'AuthFailure' : 'UnrecognizedClientException';
  return refuse(call, serviceOf(call) === 'ec2' ? 401 : 400, code, 'The security token included in the request is invalid.');
}

const ANALYZER = {
  arn: `arn:aws:access-analyzer:us-east-1:${ACCOUNT_ID}:analyzer/main`,
  name: 'main',
  type: 'ACCOUNT',
  status: 'ACTIVE',
  createdAt: '2024-01-01T00:00:00Z',
};

function json(status: number, body: unknown): SandboxAnswer {
  return { status, headers: { 'content-type': 'application/json' }, json: body };
}

// ---------------------------------------------------------------- CloudTrail

function cloudTrail(call: Call, region: string): SandboxAnswer {
  const target = call.headers['x-amz-target'] ?? '';
  if (!(call.headers['content-type'] ?? '').startsWith('application/x-amz-json-1.1'))
    return json(404, { __type: 'UnknownOperationException' });
  if (target.endsWith('.LookupEvents')) return lookUp(call, region);
  if (!target.endsWith('.DescribeTrails')) return refuse(call, 400, 'UnknownOperationException', '');
  const trail = {
    Name: 'main',
    TrailARN: `arn:aws:cloudtrail:us-east-1:${ACCOUNT_ID}:trail/main`,
    S3BucketName: 'acme-trail',
    HomeRegion: 'us-east-1',
    IsMultiRegionTrail: true,
    IncludeGlobalServiceEvents: true,
    LogFileValidationEnabled: false,
    IsOrganizationTrail: false,
  };
  return json(200, { trailList: [trail] });
}

interface Token {
  readonly asked: string;
  readonly offset: number;
  readonly epoch: string;
  /** What happened since the first page does not move the others. */
  readonly until: number;
  readonly isAfterEmpty: boolean;
}

// Pages come newest first; a token holds only for the very same question.
function lookUp(call: Call, region: string): SandboxAnswer {
  const now = call.now.getTime();
  const { NextToken, ...question } = (call.body ?? {}) as WireRecord;
  const size = question['MaxResults'] === undefined ? 50 : whole(question['MaxResults']);
  if (size === null || size < 1 || size > 50) return refuse(call, 400, 'InvalidMaxResultsException', 'MaxResults has to be from 1 to 50.');
  const attributes = list(question['LookupAttributes']) ?? [];
  if (attributes.length > 1) return refuse(call, 400, 'InvalidLookupAttributesException', 'Only one lookup attribute is allowed.');
  const from = question['StartTime'] === undefined ? now - KEPT_MS : (epochSeconds(question['StartTime']) ?? 0);
  const until = question['EndTime'] === undefined ? now : (epochSeconds(question['EndTime']) ?? 0);
  if (until < from || from < now - KEPT_MS) return refuse(call, 400, 'InvalidTimeRangeException', 'The time range is not valid.');
  const asked = JSON.stringify(question);
  const epoch = String(call.switches['tokenEpoch'] ?? '');
  const token = NextToken === undefined ? undefined : readToken(NextToken);
  if (NextToken !== undefined && (token?.asked !== asked || token.epoch !== epoch)) {
    return refuse(call, 400, 'InvalidNextTokenException', 'The token is not valid for these parameters.');
  }
  const offset = token?.offset ?? 0;
  const tokenFor = (next: number, isAfterEmpty: boolean): string =>
    Buffer.from(JSON.stringify({ asked, offset: next, epoch, until: token?.until ?? now, isAfterEmpty })).toString('base64');
  if (call.switches.emptyPages && !token?.isAfterEmpty) return json(200, { Events: [], NextToken: tokenFor(offset, true) });
  const query: TrailQuery = {
    region,
    from,
    until: Math.min(until, token?.until ?? now),
    key: text(at(attributes[0], 'AttributeKey')),
    value: text(at(attributes[0], 'AttributeValue')),
  };
  const start = call.switches.duplicateRows && offset > 0 ? offset - 1 : offset;
  const { events, hasMore } = call.state.trail.look(query, start, size);
  return json(200, { Events: events.map(lookedUp), ...(hasMore && { NextToken: tokenFor(start + events.length, false) }) });
}

function readToken(token: unknown): Token | undefined {
  try {
    return JSON.parse(Buffer.from(String(token), 'base64').toString()) as Token;
  } catch {
    return undefined;
  }
}

function lookedUp(event: WireRecord): WireRecord {
  return {
    EventId: event['eventID'],
    EventName: event['eventName'],
    ReadOnly: String(event['readOnly'] ?? false),
    EventTime: (Date.parse(String(event['eventTime'])) || 0) / 1_000,
    EventSource: event['eventSource'],
    ...(text(at(event, 'userIdentity', 'userName')) !== null && { Username: at(event, 'userIdentity', 'userName') }),
    Resources: [],
    CloudTrailEvent: JSON.stringify(event),
  };
}

// ---------------------------------------------------------------- settings

function recorders(call: Call, region: string): SandboxAnswer {
  if (!(call.headers['x-amz-target'] ?? '').endsWith('.DescribeConfigurationRecorderStatus'))
    return refuse(call, 400, 'UnknownOperationException', '');
  const status = { name: 'default', recording: region !== REGIONS[1], lastStatus: 'SUCCESS' };
  return json(200, { ConfigurationRecordersStatus: region === REGIONS[2] ? [] : [status] });
}

function hub(call: Call, region: string): SandboxAnswer {
  if (region !== REGIONS[0])
    return { ...refuse(call, 401, 'InvalidAccessException', `Account ${ACCOUNT_ID} is not subscribed to AWS Security Hub`) };
  return json(200, {
    HubArn: `arn:aws:securityhub:${region}:${ACCOUNT_ID}:hub/default`,
    SubscribedAt: '2024-01-01T00:00:00Z',
    AutoEnableControls: true,
  });
}

function ec2(call: Call, region: string): SandboxAnswer {
  const action = fieldsOf(call)['Action'] ?? '';
  if (action === 'DescribeRegions') {
    const regions = REGIONS.map((one) =>
      xml({ regionName: one, regionEndpoint: `ec2.${one}.amazonaws.com`, optInStatus: 'opt-in-not-required' }),
    );
    return ec2Answer(call, action, xmlList('regionInfo', regions, 'item'));
  }
  if (action === 'GetEbsEncryptionByDefault') return ec2Answer(call, action, xml({ ebsEncryptionByDefault: region === REGIONS[0] }));
  if (action !== 'DescribeSecurityGroups')
    return refuse(call, 400, 'InvalidAction', `The action ${action} is not valid for this web service.`);
  const groups = [
    securityGroup('default', '-1', '10.0.0.0/8'),
    ...(region === REGIONS[1] ? [securityGroup('bastion', 'tcp', '0.0.0.0/0', 22)] : []),
  ];
  return ec2Answer(call, action, xmlList('securityGroupInfo', groups, 'item'));
}

function securityGroup(name: string, protocol: string, range: string, port?: number): string {
  const permission =
    xml({ ipProtocol: protocol, fromPort: port, toPort: port }) + xmlList('ipRanges', [xml({ cidrIp: range })], 'item') + '<ipv6Ranges/>';
  return (
    xml({ groupId: `sg-${name}`, groupName: name, ownerId: ACCOUNT_ID, groupDescription: name }) +
    xmlList('ipPermissions', [permission], 'item')
  );
}

const BUCKETS: readonly { readonly name: string; readonly region: string; readonly policy?: unknown }[] = [
  { name: 'acme-trail', region: REGIONS[0], policy: { Version: '2012-10-17', Statement: [denyPlain('acme-trail')] } },
  // A single statement may stand without a list.
  {
    name: 'acme-website',
    region: REGIONS[1],
    policy: {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::acme-website/*' },
    },
  },
  { name: 'acme-exports', region: REGIONS[1] },
];

function denyPlain(name: string): unknown {
  return {
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: `arn:aws:s3:::${name}/*`,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}

function listBuckets(call: Call): SandboxAnswer {
  const size = Number(call.query.get('max-buckets') ?? 10_000);
  const start = Number(call.query.get('continuation-token') ?? 0);
  const page = BUCKETS.slice(start, start + Math.min(size, 2));
  const end = start + page.length;
  const rows = xmlList(
    'Buckets',
    page.map(({ name, region }) => xml({ Name: name, CreationDate: '2024-01-01T00:00:00.000Z', BucketRegion: region })),
    'Bucket',
  );
  const rest = end < BUCKETS.length ? xml({ ContinuationToken: String(end) }) : '';
  return xmlAnswer(
    200,
    `<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>acme</ID></Owner>${rows}${rest}</ListAllMyBucketsResult>`,
  );
}

function bucketPolicy(call: Call, region: string): SandboxAnswer {
  const bucket = BUCKETS.find(({ name }) => name === call.params['bucket']);
  if (!bucket || !call.query.has('policy')) return refuse(call, 404, 'NoSuchBucket', 'The specified bucket does not exist');
  if (bucket.region !== region)
    return {
      ...refuse(call, 301, 'PermanentRedirect', 'The bucket must be addressed at its own endpoint.'),
      headers: { 'x-amz-bucket-region': bucket.region },
    };
  return bucket.policy === undefined
    ? refuse(call, 404, 'NoSuchBucketPolicy', 'The bucket policy does not exist')
    : json(200, bucket.policy);
}
