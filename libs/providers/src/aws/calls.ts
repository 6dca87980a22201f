import type { Json } from '#libs/kernel';

import type { AppAnswer, AppClient, AppRequest, WireRecord } from '../sdk/index.js';
import { at, flag, malformed, many, MOST_PAGES, parseXml, record, requiredRecord, requiredText, text } from '../sdk/index.js';

import { hostOf } from './http.js';

/** Fields of a call, in the flat form of the query protocol: `Filter.member.1`. */
export type Fields = Readonly<Record<string, string>>;

const IAM_VERSION = '2010-05-08';
const STS_VERSION = '2011-06-15';
const EC2_VERSION = '2016-11-15';

/** Asks IAM. Reads go by GET, which IAM takes for every action and which may be repeated when AWS is down. */
export async function askIam(app: AppClient, action: string, fields: Fields = {}, accept?: readonly number[]): Promise<WireRecord> {
  const operation = `iam:${action}`;
  const answer = await app.call({ operation, ...query(action, IAM_VERSION, fields), as: 'text', ...(accept && { accept }) });
  return resultOf(answer, action);
}

/** The same where the thing may be absent: `undefined` when IAM says that there is none. */
export async function askIamIfThere(app: AppClient, action: string, fields: Fields): Promise<WireRecord | undefined> {
  const operation = `iam:${action}`;
  const answer = await app.call({ operation, ...query(action, IAM_VERSION, fields), as: 'text', accept: [404] });
  return answer.status === 404 ? undefined : resultOf(answer, action);
}

/** Changes something in IAM; never repeated by itself. */
export async function changeIam(app: AppClient, action: string, fields: Fields): Promise<void> {
  const form = { Action: action, Version: IAM_VERSION, ...fields };
  await app.call({ operation: `iam:${action}`, method: 'POST', path: '/', form, as: 'text' });
}

/** Who we are. Needs no permission. */
export async function callerIdentity(app: AppClient): Promise<{ readonly account: string; readonly arn: string }> {
  const operation = 'sts:GetCallerIdentity';
  const answer = await app.call({ operation, at: 'sts', ...query('GetCallerIdentity', STS_VERSION), as: 'text' });
  const told = resultOf(answer, 'GetCallerIdentity');
  return { account: requiredText(told['Account'], operation, 'the account'), arn: requiredText(told['Arn'], operation, 'the ARN') };
}

/** Asks EC2 in a region; its answers have no part named result. */
export async function askEc2(app: AppClient, action: string, region: string, fields: Fields = {}): Promise<WireRecord> {
  const operation = `ec2:${action}`;
  const answer = await app.call({ operation, at: hostOf('ec2', region), ...query(action, EC2_VERSION, fields), as: 'text' });
  return requiredRecord(at(xmlOf(answer), `${action}Response`), operation, `the part "${action}Response"`);
}

/** Asks a service of the JSON 1.1 protocol, where the operation stands in a header. */
export async function askJson(app: AppClient, at_: string, operation: string, target: string, json: Json): Promise<WireRecord> {
  const answer = await app.call({
    operation,
    method: 'POST',
    at: at_,
    path: '/',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
    json,
  });
  return requiredRecord(answer.body, operation, 'an object');
}

/** The parsed XML of an answer. */
export function xmlOf(answer: AppAnswer): WireRecord {
  const parsed = typeof answer.body === 'string' ? parseXml(answer.body) : undefined;
  if (!parsed) throw malformed(answer.request.operation, 'XML', answer.status);
  return parsed;
}

function query(action: string, version: string, fields: Fields = {}): Pick<AppRequest, 'path' | 'query'> {
  return { path: '/', query: { Action: action, Version: version, ...fields } };
}

// A result without any part is an empty text in XML's eyes, and still an answer.
function resultOf(answer: AppAnswer, action: string): WireRecord {
  const result = at(xmlOf(answer), `${action}Response`, `${action}Result`);
  if (result === '') return {};
  return requiredRecord(result, answer.request.operation, `the part "${action}Result"`);
}

/** Pages of an IAM list, by its marker. A page with fewer rows than asked for, or none, is not the last one: `IsTruncated` tells. */
export async function* iamPages(app: AppClient, action: string, fields: Fields = {}): AsyncGenerator<WireRecord, void, undefined> {
  const seen = new Set<string>();
  let marker: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const result = await askIam(app, action, { MaxItems: '1000', ...fields, ...(marker !== undefined && { Marker: marker }) });
    yield result;
    if (flag(result['IsTruncated']) !== true) return;
    marker = requiredText(result['Marker'], `iam:${action}`, 'the marker of a cut list');
    if (seen.has(marker)) throw malformed(`iam:${action}`, 'a marker that goes on');
    seen.add(marker);
  }
  throw malformed(`iam:${action}`, 'an end');
}

/** The rows of a list in XML: always a list, whether it has none, one or several. Each must be an object. */
export function members(parent: unknown, name: string, operation: string, item = 'member'): readonly WireRecord[] {
  const holder = at(parent, name);
  if (holder === undefined) throw malformed(operation, `the list "${name}"`);
  return many(at(holder, item)).map((row) => requiredRecord(row, operation, `an item of "${name}"`));
}

/** The same for a list that an answer may leave out. */
export function membersIfAny(parent: unknown, name: string, item = 'member'): readonly WireRecord[] {
  return many(at(parent, name, item))
    .map(record)
    .filter((row) => row !== undefined);
}

/** The texts of a list of texts. */
export function textMembers(parent: unknown, name: string): readonly string[] {
  return many(at(parent, name, 'member'))
    .map(text)
    .filter((value) => value !== null);
}
