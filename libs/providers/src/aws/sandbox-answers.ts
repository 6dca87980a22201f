import type { SandboxAnswer, SandboxContext } from '../sdk/index.js';

import { guid } from './sandbox-ids.js';
import type { AwsState } from './sandbox-state.js';

export type Call = SandboxContext<AwsState>;

const XMLNS: Readonly<Record<string, string>> = {
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
  ec2: 'http://ec2.amazonaws.com/doc/2016-11-15/',
};

/** Which service a call is for, by its host. */
export function serviceOf(call: Call): string {
  const [first = '', second = ''] = new URL(call.host).host.split('.');
  return second === 's3-control' ? second : first;
}

/** Text made safe for XML. */
export function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Fields as elements; what is null or undefined is left out. Lists are made by {@link xmlList}. */
export function xml(fields: Readonly<Record<string, string | number | boolean | null | undefined>>): string {
  return Object.entries(fields)
    .flatMap(([name, value]) => (value === null || value === undefined ? [] : [`<${name}>${escaped(String(value))}</${name}>`]))
    .join('');
}

/** A list of elements; an empty one is an empty element. */
export function xmlList(name: string, items: readonly string[], item = 'member'): string {
  return items.length === 0 ? `<${name}/>` : `<${name}>${items.map((one) => `<${item}>${one}</${item}>`).join('')}</${name}>`;
}

/** The answer of an action of the query protocol; without `result` for actions that answer nothing. */
export function queryAnswer(call: Call, action: string, result?: string): SandboxAnswer {
  const inner = result === undefined ? '' : `<${action}Result>${result}</${action}Result>`;
  const namespace = XMLNS[serviceOf(call)] ?? '';
  const meta = `<ResponseMetadata><RequestId>${requestId(call)}</RequestId></ResponseMetadata>`;
  return xmlAnswer(200, `<${action}Response xmlns="${namespace}">${inner}${meta}</${action}Response>`);
}

/** The answer of an action of EC2. */
export function ec2Answer(call: Call, action: string, inner: string): SandboxAnswer {
  return xmlAnswer(200, `<${action}Response xmlns="${XMLNS['ec2']}"><requestId>${requestId(call)}</requestId>${inner}</${action}Response>`);
}

export function xmlAnswer(status: number, text: string): SandboxAnswer {
  return { status, headers: { 'content-type': 'text/xml' }, text: `<?xml version="1.0" encoding="UTF-8"?>\n${text}` };
}

/** A refusal in the dialect of the service that is asked. */
export function refuse(call: Call, status: number, code: string, message: string): SandboxAnswer {
  const service = serviceOf(call);
  const date = { date: call.now.toUTCString() };
  const inner = xml({ Code: code, Message: message });
  const id = requestId(call);
  if (service === 'iam' || service === 'sts') {
    const answer = xmlAnswer(
      status,
      `<ErrorResponse xmlns="${XMLNS[service]}"><Error><Type>Sender</Type>${inner}</Error><RequestId>${id}</RequestId></ErrorResponse>`,
    );
    return { ...answer, headers: { ...answer.headers, ...date } };
  }
  if (service === 'ec2')
    return xmlAnswer(status, `<Response><Errors><Error>${inner}</Error></Errors><RequestID>${id}</RequestID></Response>`);
  if (service.startsWith('s3')) return xmlAnswer(status, `<Error>${inner}<RequestId>${id}</RequestId><HostId>sandbox</HostId></Error>`);
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': code, ...date },
    json: { __type: code, message },
  };
}

function requestId(call: Call): string {
  return guid(`request ${call.chance()}`);
}

/** The fields of a call of the query protocol, from its address or its form. */
export function fieldsOf(call: Call): Readonly<Record<string, string>> {
  const form = typeof call.body === 'object' && call.body !== null ? (call.body as Record<string, string>) : {};
  return { ...Object.fromEntries(call.query), ...form };
}
