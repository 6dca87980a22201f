import type { Json } from '#libs/kernel';

import { at, list, record, text } from '../sdk/index.js';

/** What a policy document says, with single values made lists as AWS allows both. */
export interface Statement {
  readonly effect: string;
  readonly sid: string | null;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly isConditional: boolean;
  readonly principal: unknown;
  readonly condition: Json;
}

/** The statements of a document as IAM sends it: JSON, encoded for an address. `undefined` when it cannot be read. */
export function readDocument(document: string | null): readonly Statement[] | undefined {
  if (document === null) return undefined;
  const parsed = parse(document.trimStart().startsWith('{') ? document : decode(document));
  const statements = at(parsed, 'Statement');
  if (statements === undefined) return undefined;
  return asList(statements).map(readStatement);
}

/** The document's text with its encoding taken off, to be put back by undo to the letter. */
export function plainDocument(document: string): string {
  return document.trimStart().startsWith('{') ? document : (decode(document) ?? document);
}

function decode(document: string): string | undefined {
  try {
    return decodeURIComponent(document);
  } catch {
    return undefined;
  }
}

function parse(document: string | undefined): unknown {
  if (document === undefined) return undefined;
  try {
    return JSON.parse(document) as unknown;
  } catch {
    return undefined;
  }
}

function readStatement(statement: unknown): Statement {
  return {
    effect: text(at(statement, 'Effect')) ?? '',
    sid: text(at(statement, 'Sid')),
    actions: texts(at(statement, 'Action')),
    resources: texts(at(statement, 'Resource')),
    isConditional: Object.keys(record(at(statement, 'Condition')) ?? {}).length > 0,
    principal: at(statement, 'Principal'),
    condition: (record(at(statement, 'Condition')) ?? {}) as Json,
  };
}

function asList(value: unknown): readonly unknown[] {
  return list(value) ?? [value];
}

function texts(value: unknown): readonly string[] {
  return value === undefined
    ? []
    : asList(value)
        .map(text)
        .filter((item) => item !== null);
}

const EVERYTHING = new Set(['*', '*:*']);
/** Whoever may do everything in IAM can give themselves the rest. */
const ALL_OF_IAM = new Set(['*', '*:*', 'iam:*']);

/** True when a document lets its holder do everything, or everything in IAM, on everything. */
export function givesEverything(statements: readonly Statement[]): boolean {
  return statements.some(
    ({ effect, actions, resources, isConditional }) =>
      effect === 'Allow' && !isConditional && actions.some((action) => ALL_OF_IAM.has(action.toLowerCase())) && resources.includes('*'),
  );
}

/** True for the one document that allows every action of every service. */
export function givesEveryAction(statements: readonly Statement[]): boolean {
  return statements.some(
    ({ effect, actions, resources }) => effect === 'Allow' && actions.some((action) => EVERYTHING.has(action)) && resources.includes('*'),
  );
}

const ADMINISTRATOR_POLICY = /^arn:aws[\w-]*:iam::aws:policy\/(?:AdministratorAccess|IAMFullAccess)$/;
const AWS_POLICY = /^arn:aws[\w-]*:iam::aws:policy\//;
const DENY_ALL = /^arn:aws[\w-]*:iam::aws:policy\/AWSDenyAll$/;

/** Whether a managed policy makes an administrator, by its ARN: AWS keeps its own policies, the customer's are judged by their text. */
export function isAdminPolicy(arn: string, customerPolicies: ReadonlyMap<string, boolean | null>): boolean | null {
  if (ADMINISTRATOR_POLICY.test(arn)) return true;
  return AWS_POLICY.test(arn) ? false : (customerPolicies.get(arn) ?? null);
}

/** True for the policy of AWS that denies everything. */
export function isDenyAll(arn: string): boolean {
  return DENY_ALL.test(arn);
}

/** Our inline policy on a suspended user. */
export const HOLD_POLICY = 'CastellanHold';
/** Our inline policy that ends sessions begun before a moment. */
export const SIGN_OUT_POLICY = 'CastellanSignOut';

/** What a user had before it was suspended, as far as undo needs it. */
export interface Held {
  readonly activeKeys: readonly string[];
  readonly hadPassword: boolean;
}

/**
 * The document that denies everything. Its statement's name remembers what the user had, so that a later "unsuspend", which knows nothing of this
 * act, gives back exactly that. Names hold letters and digits only, and key ids no small letters.
 */
export function holdDocument({ activeKeys, hadPassword }: Held): string {
  const sid = ['CastellanHold', ...activeKeys, ...(hadPassword ? ['password'] : [])].join('x');
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Sid: sid, Effect: 'Deny', Action: '*', Resource: '*' }] });
}

/** What the document of a hold remembers. */
export function readHold(document: string | null): Held | undefined {
  const sid = readDocument(document)?.find(({ effect }) => effect === 'Deny')?.sid;
  if (!sid?.startsWith('CastellanHold')) return undefined;
  const parts = sid.slice('CastellanHold'.length).split('x').filter(Boolean);
  return { activeKeys: parts.filter((part) => part !== 'password'), hadPassword: parts.includes('password') };
}

/** The document that ends sessions begun before `before`. */
export function signOutDocument(before: Date): string {
  // Whole seconds: rounded up, so that a session begun in this very second ends too.
  const cutOff = `${new Date(Math.ceil(before.getTime() / 1_000) * 1_000).toISOString().slice(0, 19)}Z`;
  const condition = { DateLessThan: { 'aws:TokenIssueTime': cutOff } };
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*', Condition: condition }] });
}
