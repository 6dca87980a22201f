import type { IpRangeCategory } from '../ip-range.js';
import type { NetworkType } from '../vocabulary.js';

/** Hosting companies and clouds whose names the words below do not catch, by their AS number. */
const HOSTING_ASNS: ReadonlySet<number> = new Set([
  8_075, 14_061, 14_618, 16_276, 16_509, 20_473, 24_940, 31_898, 36_351, 37_963, 45_090, 45_102, 46_606, 51_167, 54_290, 60_781, 62_904,
  63_949, 132_203, 136_907, 197_540, 202_425, 206_092, 212_238, 396_982, 398_101, 400_529,
]);

/** Networks of satellites: one address may be anywhere. */
const SATELLITE_ASNS: ReadonlySet<number> = new Set([6_621, 7_155, 14_593, 35_228, 38_622, 40_306, 45_700]);

// Whole words, so that "hosting" is not found in "hostingen" and "cell" not in "Excellent".
const HOSTING_WORDS =
  /\b(?:hosting|hosted|cloud|clouds|server|servers|vps|datacenter|datacentre|data ?cent(?:er|re)s?|colo(?:cation)?|dedicated|virtual|vultr|ovh|hetzner|linode|digitalocean|contabo|leaseweb|choopa|m247|scaleway|amazon|aws|azure|google cloud|oracle|alibaba|tencent|ionos|godaddy|datacamp)\b/i;
const MOBILE_WORDS =
  /\b(?:mobile|mobility|wireless|cellular|cellco|gsm|lte|telecom mobile|t-mobile|tmobile|telefonica germany|vodacom|airtel|mtn|jio|celcom|maxis|digicel|verizon wireless|orange mobile)\b/i;

/** Mobile operators whose names hold no such word. */
const MOBILE_ASNS: ReadonlySet<number> = new Set([6_167, 20_057, 21_928, 22_394, 12_430, 25_135, 45_143, 55_836, 6_805, 30_689]);

/** What the owner of a network tells of its addresses. A company can sell both, so this is weaker than anybody's word about the address itself. */
export function networkOfOperator(asn: number | null, organization: string | null): NetworkType {
  if (asn !== null && SATELLITE_ASNS.has(asn)) return 'satellite';
  if (asn !== null && HOSTING_ASNS.has(asn)) return 'hosting';
  if (asn !== null && MOBILE_ASNS.has(asn)) return 'mobile';
  if (organization === null) return 'unknown';
  if (HOSTING_WORDS.test(organization)) return 'hosting';
  return MOBILE_WORDS.test(organization) ? 'mobile' : 'unknown';
}

const STATED: readonly NetworkType[] = ['tor', 'proxy', 'vpn', 'relay', 'satellite', 'hosting', 'mobile'];

/** The first that applies: the operator's ranges, what the app says of the address, the network's owner. */
export function networkType(
  category: IpRangeCategory | undefined,
  statedTags: readonly string[],
  asn: number | null,
  organization: string | null,
): NetworkType {
  if (category === 'CORPORATE' || category === 'ADMINISTRATIVE') return 'corporate';
  if (category === 'VPN') return 'vpn';
  if (category === 'CLOUD_PROVIDER') return 'hosting';
  return STATED.find((type) => statedTags.includes(type)) ?? networkOfOperator(asn, organization);
}
