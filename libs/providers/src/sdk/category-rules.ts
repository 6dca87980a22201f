import type { ActivityCategory } from '#libs/contracts';

import { type Verb, hasWord, verbOf } from './event-words.js';

/** What rules make of an event's name. */
export interface RuleVerdict {
  readonly category: ActivityCategory;
  /** OCSF class. */
  readonly classUid: number;
  readonly activityId: number;
}

interface Rule {
  readonly category: ActivityCategory;
  readonly pattern: RegExp;
  /** The rule does not fit a name with one of these words. */
  readonly unless?: RegExp;
  readonly activity: (name: string, verb: Verb, isCloud: boolean) => readonly [classUid: number, activityId: number];
}

/**
 * The rules of MAPPING.md section 6, tried from top to bottom on the normalized name. All patterns are linear and match whole words.
 */
const RULES: readonly Rule[] = [
  {
    category: 'THREAT',
    pattern: /\b(alert|threat|anomal\w*|suspicious|malicious|malware|compromised|leak|attack|dlp|fraud|abnormal|violation|reuse)\b/,
    activity: (name) => [hasWord(name, /\bdlp\b/) ? 2006 : 2004, 1],
  },
  {
    category: 'ADMIN',
    pattern:
      /\b(pref|setting|settings|policies|idp|saml|sso|domains?|directory|retention|legal hold|allow ?list|allowlist|whitelist|ip allow|zone|trail|logging|sink|exclusion|diagnostic settings|brand|sharing change|change policy|org policy|conditional access|named location|tenant setup|properties|federation|workforce|workload|protected branch|ruleset|secret scanning|two factor requirement|transport rule)\b|\b(policy (lifecycle|rule|created|updated)|(create|update|delete|edit) policy)\b/,
    unless: /\b(response|login|logged|logon|member settings|applications?)\b/,
    activity: (name, verb, isCloud) => (isCloud ? [6003, crud(verb)] : [3004, entityActivity(name, verb)]),
  },
  {
    category: 'SIGN_IN',
    pattern: /\b(impersonat\w*|assume\w*|sign in as|login as|logged in as|proxy|switch role|sso response)\b/,
    activity: (name) => [3002, hasWord(name, /\b(end|ended|ends|stop|stopped|exit)\b/) ? 2 : 7],
  },
  {
    category: 'SIGN_IN',
    pattern:
      /\b(log ?in|log ?on|log ?out|log ?off|logins|logged (in|on|out|into)|loggedin|signed in|sign ?on|sessions?|authenticat\w*|challenge|verification)\b/,
    unless: /\b(reset mfa|recipient|multi factor|strong|factor auth|password|login profile|2sv|enroll|ip ?range|policy|2 step|two step)\b/,
    activity: (name) => [3002, signInActivity(name)],
  },
  {
    category: 'CREDENTIAL',
    pattern:
      /\b(passwords?|login profile|mfa|2sv|2fa|tfa|two (factor|step)|2 step|otp|passkey|authenticators?|security (key|info)|recovery|factors?|fido2|strong authentication)\b/,
    activity: (name, verb) => [3007, credentialActivity(name, verb)],
  },
  {
    category: 'APP_GRANT',
    pattern:
      /\b(token|tokens|api ?key|api client|apikeys?|access key|oauth\w*|oauth2|consent|credentials?|apps?|application|applications|integrations?|installation|webhook|hook|bot|service principal|personal access|public key|ssh public key|service account key|hmac keys|connected application|list ?keys|secrets? management|actions secret)\b/,
    unless: /\b(user membership|application assignment|policy sign on|to role|from role|app password)\b/,
    activity: grantActivity,
  },
  {
    category: 'SHARING',
    pattern:
      /\b(shar(e|ed|es|ing|able)|unshare|links?|collab\w*|public access|publish|visibility|acl|extern\w*|forward\w*|expos\w*|public|publicaccess|bucket policy|access scope|user access)\b/,
    unless: /\b(network|channel created|file deleted)\b/,
    activity: sharingActivity,
  },
  {
    category: 'PRIVILEGE',
    pattern: /\b(roles?|admin|privileges?|permissions?|owner|perm set|permset\w*|iam policy|(user|group|role) policy|elevate\w*)\b/,
    activity: privilegeActivity,
  },
  {
    category: 'GROUP',
    pattern: /\b(groups?|teams?|usergroup|group membership|queue membership)\b/,
    unless: /\b(resource groups?|security group)\b/,
    activity: (name, verb) => [3006, groupActivity(name, verb)],
  },
  {
    category: 'DATA',
    pattern:
      /\b(file\w*|documents?|doc|drive|folder|items?|objects?|records?|reports?|export\w*|downloads?|uploads?|view|preview|print|edit|envelopes?|templates?|sheets?|messages?|mail\w*|page|issue|ticket|content|search|backup|clone|fetch|push|download(ed)?|copy|move|rename|delete|undelete)\b$|\b(file\w*|document|envelope|template|sheet|report|export|download|upload|mail items|storage objects)\b/,
    unless: /\b(users?|account|members?|device|instances?|virtual|network|compute|buckets?|projects?)\b/,
    activity: dataActivity,
  },
  {
    category: 'USER',
    pattern: /\b(users?|members?|accounts?|profile|devices?|guests?|worker|invitation|lifecycle)\b/,
    unless: /\b(storage accounts|automation accounts)\b/,
    activity: (_, verb) => [3007, userActivity(verb)],
  },
  {
    category: 'RESOURCE',
    pattern:
      /\b(buckets?|instances?|virtual ?machines?|compute|projects?|networks?|firewalls?|disks?|snapshots?|databases?|clusters?|vaults?|crypto key|workspaces?|channels?|spaces?|sites?|boards?|workflows?|repo\w*|cabinet|deployments|runbooks|rooms|security group)\b/,
    activity: (_, verb, isCloud) => [isCloud ? 6003 : 6001, crud(verb)],
  },
  {
    category: 'DATA',
    pattern:
      /\b(encrypt|decrypt|get|read|load|list|send|save|view|open|edit|upload|download|preview|copy|move|rename|restore|trash|untrash|print|create|delete|git)\b/,
    activity: (name, verb) => [6001, webActivity(name, verb)],
  },
];

/** The first rule that fits the normalized name; `undefined` when none does. In a cloud every call is at least a change of a resource. */
export function ruleVerdict(name: string, isCloud: boolean): RuleVerdict | undefined {
  const verb = verbOf(name);
  const rule = RULES.find(({ pattern, unless }) => pattern.test(name) && !unless?.test(name));
  if (!rule) return isCloud ? { category: 'RESOURCE', classUid: 6003, activityId: crud(verb) } : undefined;
  const [classUid, activityId] = rule.activity(name, verb, isCloud);
  return { category: rule.category, classUid, activityId };
}

/** 1 Create, 2 Read, 3 Update, 4 Delete: the first four of API Activity and Web Resources Activity. */
function crud(verb: Verb): number {
  return { create: 1, read: 2, delete: 4 }[verb as string] ?? 3;
}

function entityActivity(name: string, verb: Verb): number {
  if (verb === 'enable' && hasWord(name, /\b(re)?activat\w*\b/)) return 10;
  if (verb === 'disable' && hasWord(name, /\bdeactivat\w*\b/)) return 11;
  return { create: 1, read: 2, delete: 4, enable: 8, disable: 9, lock: 9, unlock: 8 }[verb as string] ?? 3;
}

function userActivity(verb: Verb): number {
  return { create: 1, delete: 3, enable: 4, disable: 5, lock: 6, unlock: 7 }[verb as string] ?? 2;
}

function signInActivity(name: string): number {
  if (hasWord(name, /\b(out|logout|logoff|off|end|ended|revoked?|expired?|terminated?|clear|cleared|invalidated?|reset)\b/)) return 2;
  return hasWord(name, /\b(challenge\w*|verif\w*|mfa|factor|step|evaluat\w*)\b/) ? 6 : 1;
}

function credentialActivity(name: string, verb: Verb): number {
  if (hasWord(name, /\bpasswords?\b/)) return hasWord(name, /\breset\w*\b/) ? 9 : 8;
  if (verb === 'create' || verb === 'enable') return 12;
  if (verb === 'delete' || verb === 'disable' || hasWord(name, /\breset\w*\b/)) return 13;
  return 2;
}

function grantActivity(name: string, verb: Verb): readonly [number, number] {
  if (
    hasWord(name, /\b(apps?|applications?|integrations?|installation|bot)\b/) &&
    !hasWord(name, /\b(tokens?|keys?|credentials?|consent)\b/)
  ) {
    return [6002, { create: 1, delete: 2, enable: 6, disable: 7, lock: 7, unlock: 6 }[verb as string] ?? 8];
  }
  if (hasWord(name, /\b(web)?hook\b/)) return [3004, entityActivity(name, verb)];
  if (verb === 'delete' || verb === 'disable') return [3007, 19];
  return verb === 'create' || verb === 'enable' || hasWord(name, /\b(consent\w*|authoriz\w*|issued?)\b/)
    ? [3007, 18]
    : [3004, entityActivity(name, verb)];
}

function sharingActivity(name: string, verb: Verb): readonly [number, number] {
  const isTakenBack = verb === 'delete' || verb === 'disable' || hasWord(name, /\b(unshare\w*|expire\w*)\b/);
  if (hasWord(name, FILE_WORDS)) return [6006, isTakenBack ? 13 : 12];
  return [6001, isTakenBack ? 3 : 8];
}

function privilegeActivity(name: string, verb: Verb): readonly [number, number] {
  const isDefinition =
    hasWord(name, /\b(created?|updated?|deleted?|edited|changed)\b/) && !hasWord(name, /\b(users?|members?|grant\w*|assign\w*)\b/);
  if (isDefinition) return [3008, verb === 'create' ? 1 : verb === 'delete' ? 3 : 2];
  return verb === 'delete' || verb === 'disable' ? [3007, 17] : [3007, 16];
}

function groupActivity(name: string, verb: Verb): number {
  const isMembership = hasWord(name, /\b(users?|members?|membership|to (group|team)|from (group|team)|join\w*|left|leave)\b/);
  if (verb === 'create' || hasWord(name, /\bjoin\w*\b/)) return isMembership ? 3 : 6;
  if (verb === 'delete' || hasWord(name, /\b(left|leave)\b/)) return isMembership ? 4 : 5;
  return 9;
}

const FILE_WORDS = /\b(files?|documents?|folders?|drive|attachments?)\b/;

function dataActivity(name: string, verb: Verb): readonly [number, number] {
  return hasWord(name, FILE_WORDS) ? [6006, fileActivity(name, verb)] : [6001, webActivity(name, verb)];
}

const FILE_ACTIVITIES: readonly (readonly [RegExp, number])[] = [
  [/\bupload\w*\b/, 1],
  [/\b(download\w*|export\w*)\b/, 2],
  [/\brename\w*\b/, 5],
  [/\bcop(y|ied|ies)\b/, 6],
  [/\bmoved?\b/, 7],
  [/\b(restor\w*|undelete\w*|untrash\w*)\b/, 8],
  [/\bpreview\w*\b/, 9],
  [/\b(view\w*|open\w*|read|access\w*)\b/, 14],
];

function fileActivity(name: string, verb: Verb): number {
  const found = FILE_ACTIVITIES.find(([pattern]) => hasWord(name, pattern));
  if (found) return found[1];
  return { create: 1, delete: 4, read: 14, lock: 10, unlock: 11 }[verb as string] ?? 3;
}

function webActivity(name: string, verb: Verb): number {
  if (hasWord(name, /\bsearch\w*\b/)) return 5;
  if (hasWord(name, /\b(import\w*|upload\w*)\b/)) return 6;
  if (hasWord(name, /\b(export\w*|download\w*|print\w*)\b/)) return 7;
  return crud(verb);
}
