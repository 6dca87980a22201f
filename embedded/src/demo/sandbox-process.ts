import { makeCompany, providers, type Company, type CompanyEvent } from '#libs/providers';
import { startSandbox } from '#libs/providers/clients';

import type { DemoApps } from './demo-apps.js';

// The apps of the demo, as a process of their own: they work beside Castellan, as real ones do. Ends when the demo does.
const { now, people, days } = JSON.parse(process.argv[2] ?? '{}') as { now: string; people: number; days: number };
const story = new Date(now);
const company = makeCompany({ people, days, now: story });

// Ctrl-C reaches the whole group; Castellan must still be able to end what it is doing with the apps.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));

const apps = await Promise.all(
  providers.map(async ({ manifest, sandbox }, index) => {
    const { url, hosts, credentials } = await startSandbox(sandbox, { company: asSeenBy(index), now: story, days, live: true });
    return { key: manifest.key, url, hosts, credentials };
  }),
);
process.send?.({ apps, domain: company.domain, victim: company.takeover.victim.email } satisfies DemoApps);

/**
 * All apps tell the same story, but people do not open every app every time: Okta, through which they sign in, tells all of it, each other app a third of
 * the ordinary days. A mistyped password happens at one app, not at all of them in the same second. The attack is told by all.
 */
function asSeenBy(app: number): Company {
  const isIdentityProvider = providers[app]?.manifest.key === 'okta';
  const isTold = (event: CompanyEvent): boolean => {
    if (event.isAttack) return true;
    const number = [...event.id].reduce((sum, sign) => sum + sign.charCodeAt(0), 0);
    if (event.act === 'SIGN_IN_FAILED') return number % providers.length === app;
    return isIdentityProvider || (number + app) % 3 === 0;
  };
  return {
    ...company,
    *events(from, to) {
      for (const event of company.events(from, to)) if (isTold(event)) yield event;
    },
  };
}
