import type { Facts, Settings } from '../sdk/index.js';
import { at, list, text } from '../sdk/index.js';

/** Regions that every account has without asking for them. Others are found by `DescribeRegions` or entered. */
export const USUAL_REGIONS: readonly string[] = [
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'sa-east-1',
];

export const REGION = /^[a-z]{2}(?:-[a-z]{2,9}){1,2}-\d{1,2}$/;

/** The three worlds of AWS, which share no account, no key and no host name. */
export interface Partition {
  readonly name: 'aws' | 'aws-cn' | 'aws-us-gov';
  /** What the host names of its services end in. */
  readonly domain: string;
  readonly iamHost: string;
  /** Where the calls of IAM are signed for and where its events are logged. */
  readonly globalRegion: string;
}

const COMMERCIAL: Partition = { name: 'aws', domain: 'amazonaws.com', iamHost: 'iam.amazonaws.com', globalRegion: 'us-east-1' };
const CHINA: Partition = {
  name: 'aws-cn',
  domain: 'amazonaws.com.cn',
  iamHost: 'iam.cn-north-1.amazonaws.com.cn',
  globalRegion: 'cn-north-1',
};
const GOVERNMENT: Partition = {
  name: 'aws-us-gov',
  domain: 'amazonaws.com',
  iamHost: 'iam.us-gov.amazonaws.com',
  globalRegion: 'us-gov-west-1',
};

/** The partition that a region belongs to. */
export function partitionOf(region: string): Partition {
  if (region.startsWith('cn-')) return CHINA;
  return region.startsWith('us-gov-') ? GOVERNMENT : COMMERCIAL;
}

/** The region whose STS we sign in at. */
export function homeRegion(settings: Settings): string {
  const entered = settings['region'];
  return typeof entered === 'string' && REGION.test(entered) ? entered : COMMERCIAL.globalRegion;
}

/** What discovery found: the account, and the regions that are switched on in it. */
export interface AwsFacts {
  readonly accountId: string;
  readonly regions: readonly string[];
}

/** The facts as far as they are known. */
export function readFacts(facts: Facts | undefined): Partial<AwsFacts> {
  const accountId = text(at(facts, 'accountId'));
  const regions = (list(at(facts, 'regions')) ?? []).map(text).filter((region) => region !== null && REGION.test(region)) as string[];
  return { ...(accountId !== null && { accountId }), ...(regions.length > 0 && { regions }) };
}

/** The regions that we read: those entered, else those that are switched on, else the home region alone. */
export function regionsOf(settings: Settings, facts: Facts | undefined): readonly string[] {
  const entered = settings['regions'];
  const chosen = (typeof entered === 'object' ? entered : []).filter((region) => REGION.test(region));
  const global = partitionOf(homeRegion(settings)).globalRegion;
  // The events of IAM, STS and the root user stand in one region, whatever regions the customer works in.
  if (chosen.length > 0) return [...new Set([global, ...chosen])];
  return readFacts(facts).regions ?? [...new Set([global, homeRegion(settings)])];
}
