import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { plainIp, toActivity } from './activity.js';
import { ADMIN_EVENTS, EVENTS, FAILURE_OF_EVENT } from './events.js';

const RECEIVED_AT = Date.parse('2026-11-20T15:30:00Z');
const SAMPLES = fileURLToPath(new URL('../../../../../shared/samples', import.meta.url));
const MAPPING = fileURLToPath(new URL('../../../../../shared/ocsf/mapping.json', import.meta.url));

function anEvent(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    uuid: 'u1',
    published: '2026-02-01T07:31:12.123Z',
    eventType: 'user.session.start',
    actor: { id: '00u1', type: 'User', alternateId: 'dana@example.com', displayName: 'Dana' },
    outcome: { result: 'SUCCESS' },
    target: [],
    ...change,
  };
}

function aFailure(result: string, reason?: string, change: Record<string, unknown> = {}) {
  return toActivity(anEvent({ outcome: { result, reason }, ...change }), RECEIVED_AT);
}

describe('the outcome of an event', () => {
  it.each([
    ['SUCCESS', 'SUCCESS', null],
    ['ALLOW', 'SUCCESS', null],
    ['FAILURE', 'FAILURE', null],
    ['DENY', 'FAILURE', null],
    ['RATE_LIMIT', 'FAILURE', null],
    ['ABANDONED', 'FAILURE', null],
    ['UNANSWERED', 'FAILURE', null],
    ['CHALLENGE', 'UNKNOWN', 'CHALLENGE'],
    ['SKIPPED', 'UNKNOWN', 'SKIPPED'],
    ['DEFERRED', 'UNKNOWN', 'DEFERRED'],
    ['SCHEDULED', 'UNKNOWN', 'SCHEDULED'],
    ['UNKNOWN', 'UNKNOWN', null],
  ])('%s is %s and keeps the word %s', (result, outcome, outcomeWord) => {
    expect(aFailure(result)).toMatchObject({ outcome, outcomeWord });
  });

  it('is unknown where Okta says nothing, whatever the name of the event', () => {
    expect(toActivity(anEvent({ outcome: undefined, eventType: 'user.mfa.factor.attempt_fail' }), RECEIVED_AT).outcome).toBe('UNKNOWN');
  });
});

describe('why a sign-in failed', () => {
  it.each([
    ['FAILURE', 'INVALID_CREDENTIALS', 'INVALID_CREDENTIALS'],
    ['FAILURE', 'LOCKED_OUT', 'ACCOUNT_LOCKED_OUT'],
    ['FAILURE', 'VERIFICATION_ERROR', 'MFA_FAILED'],
    ['FAILURE', 'PASSWORD_EXPIRED', 'PASSWORD_EXPIRED'],
    ['DENY', 'Sign-on policy evaluation resulted in DENY', 'BLOCKED_BY_POLICY'],
    ['FAILURE', 'Sign-on policy evaluation resulted in DENY', 'BLOCKED_BY_POLICY'],
    ['RATE_LIMIT', undefined, 'RATE_LIMITED'],
    ['UNANSWERED', undefined, 'MFA_TIMEOUT'],
    ['FAILURE', 'User rejected Okta push verify', 'MFA_DENIED'],
    ['FAILURE', 'A reason that Okta made up yesterday', 'UNKNOWN'],
  ])('%s %s is %s', (result, reason, failure) => {
    expect(aFailure(result, reason)).toMatchObject({ failure, outcomeDetail: reason ?? null });
  });

  it('is told by the name of the event where that is plainer', () => {
    expect(aFailure('FAILURE', undefined, { eventType: 'user.mfa.okta_verify.deny_push' }).failure).toBe('MFA_DENIED');
    expect(aFailure('FAILURE', undefined, { eventType: 'app.generic.unauth_app_access_attempt' }).failure).toBe('NOT_ASSIGNED');
  });

  it('is nothing for a denied act that is no sign-in', () => {
    expect(aFailure('DENY', 'no', { eventType: 'user.lifecycle.suspend' }).failure).toBeNull();
    expect(aFailure('SUCCESS').failure).toBeNull();
  });
});

describe('an address', () => {
  it.each([
    ['203.0.113.20', '203.0.113.20'],
    ['203.0.113.20:50123', '203.0.113.20'],
    ['[2001:DB8::7]:443', '2001:db8::7'],
    ['::ffff:198.51.100.9', '198.51.100.9'],
    ['fe80::1%eth0', 'fe80::1'],
    ['999.1.1.1', null],
    ['acme.okta.com', null],
    [null, null],
  ])('%s is %s', (written, ip) => {
    expect(plainIp(written)).toBe(ip);
  });

  it('carries what Okta says of it in any of three places', () => {
    const tags = toActivity(
      anEvent({
        securityContext: { isProxy: 'true', ipDetails: { ipServiceCategories: [{ type: 'Residential Proxy' }] } },
        debugContext: { debugData: { tunnels: '[{"anonymous":true,"operator":"SOMEVPN","type":"VPN"}]' } },
      }),
      RECEIVED_AT,
    ).ipTags;
    expect(tags).toEqual(['proxy', 'vpn']);
  });
});

describe('an event', () => {
  it('without an id gets one that is the same at every reading', () => {
    const read = () => toActivity(anEvent({ uuid: undefined }), RECEIVED_AT);
    expect(read()).toMatchObject({ isIdDerived: true, externalId: read().externalId });
    expect(toActivity(anEvent({ uuid: undefined, eventType: 'user.session.end' }), RECEIVED_AT).externalId).not.toBe(read().externalId);
  });

  it('without a time happened when we received it', () => {
    expect(toActivity(anEvent({ published: undefined }), RECEIVED_AT).occurredAt).toBe(RECEIVED_AT);
  });

  it('of a type that nobody knows is kept and said to be unmapped', () => {
    expect(toActivity(anEvent({ eventType: 'canvas.block.publish.x' }), RECEIVED_AT).eventType).toBe('canvas.block.publish.x');
    expect(toActivity(anEvent({ eventType: 'zeta.quux' }), RECEIVED_AT)).toMatchObject({ category: 'UNMAPPED', mapping: 'none' });
  });

  it('that is not even an object becomes an unknown activity instead of an error', () => {
    expect(toActivity(null, RECEIVED_AT)).toMatchObject({ eventType: 'unknown', occurredAt: RECEIVED_AT, outcome: 'UNKNOWN' });
  });

  it('keeps all its targets', () => {
    const target = [{ id: '00u2', type: 'User', displayName: 'Lee' }, { id: '0oa1', type: 'AppInstance', displayName: 'Slack' }, null];
    expect(toActivity(anEvent({ target }), RECEIVED_AT).targets).toEqual([
      { type: 'User', externalId: '00u2', name: 'Lee' },
      { type: 'AppInstance', externalId: '0oa1', name: 'Slack' },
    ]);
  });

  it('is administrative when done to somebody else, not when done to oneself or by Okta itself', () => {
    const reset = (actor: unknown, id: string) =>
      toActivity(
        anEvent({ eventType: 'user.account.reset_password', ...(actor ? { actor } : {}), target: [{ id, type: 'User' }] }),
        RECEIVED_AT,
      ).isAdminActivity;
    expect(reset(undefined, '00u2')).toBe(true);
    expect(reset(undefined, '00u1')).toBe(false);
    expect(reset({ id: 'system', type: 'SystemPrincipal' }, '00u2')).toBe(false);
  });

  it('leaves no session or state token in its raw text', () => {
    const { raw } = toActivity(
      anEvent({
        debugContext: { debugData: { url: '/login?stateToken=made-up-1&fromURI=%2F', requestUri: '/x?sessionToken=made-up-2' } },
        authenticationContext: { sessionToken: 'made-up-3' },
      }),
      RECEIVED_AT,
    );
    expect(raw).not.toMatch(/made-up/);
    expect(JSON.parse(raw)).toMatchObject({ uuid: 'u1' });
  });

  it('of Okta’s log level WARN is not therefore a threat', () => {
    expect(toActivity(anEvent({ severity: 'WARN' }), RECEIVED_AT).severity).toBeUndefined();
  });
});

describe('the table of events', () => {
  it('has no name twice', () => {
    const names = EVENTS.flatMap((row) => row.events);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('has the names that the lists of exceptions speak of', () => {
    const names = new Set(EVENTS.flatMap((row) => row.events));
    expect([...ADMIN_EVENTS, ...Object.keys(FAILURE_OF_EVENT)].filter((name) => !names.has(name))).toEqual([]);
  });

  const isThere = existsSync(MAPPING);
  (isThere ? it : it.skip)(
    `says what the published mapping says${isThere ? '' : ' (skipped: ../shared/ocsf/mapping.json not found)'}`,
    () => {
      const { apps } = JSON.parse(readFileSync(MAPPING, 'utf8')) as {
        apps: { okta: { rows: { events: string[]; category: string; classUid: number; activityId: number }[] } };
      };
      for (const { events, category, classUid, activityId } of apps.okta.rows) {
        for (const name of events) {
          expect({ name, ...pickClass(toActivity(anEvent({ eventType: name }), RECEIVED_AT)) }).toEqual({
            name,
            category,
            classUid,
            activityId,
            mapping: 'exact',
          });
        }
      }
    },
  );
});

function pickClass({ category, classUid, activityId, mapping }: ReturnType<typeof toActivity>) {
  return { category, classUid, activityId, mapping };
}

const areThere = existsSync(SAMPLES);
(areThere ? describe : describe.skip)(`other people's events${areThere ? '' : ' (skipped: ../shared/samples not found)'}`, () => {
  interface Sample {
    readonly raw: unknown;
    readonly api?: unknown;
    readonly expected?: { readonly time?: string; readonly ip?: string; readonly userAgent?: string };
  }
  function samples(file: string): Sample[] {
    return readFileSync(`${SAMPLES}/${file}`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Sample);
  }

  it('have the time, address and user agent that others found in them', () => {
    for (const { raw, api, expected = {} } of samples('activities/okta.jsonl')) {
      const { occurredAt, ip, userAgent } = toActivity(api ?? raw, RECEIVED_AT);
      // Some of those who wrote it down kept whole seconds only.
      if (expected.time) expect(Math.floor(occurredAt / 1_000)).toBe(Math.floor(Date.parse(expected.time) / 1_000));
      if (expected.ip) expect(ip).toBe(expected.ip);
      if (expected.userAgent) expect(userAgent).toBe(expected.userAgent);
    }
  });

  it.each(['activities/okta.jsonl', 'detections/okta.jsonl', 'scenarios/okta-add-administrator.jsonl'])(
    'of %s are all read with a type',
    (file) => {
      const events = samples(file)
        .map(({ raw, api }) => api ?? raw)
        .filter((event) => Object.keys(event as object).length > 0);
      for (const event of events) expect(toActivity(event, RECEIVED_AT).eventType).not.toBe('unknown');
    },
  );
});
