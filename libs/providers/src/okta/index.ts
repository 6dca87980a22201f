import { defineProvider } from '../sdk/index.js';
import { auth } from './auth.js';
import { actions } from './governance.js';
import { http } from './http.js';
import { manifest } from './manifest.js';
import { controls, evidence } from './posture.js';
import { identify, listings, probes } from './reads.js';
import { sandbox } from './sandbox.js';
import { systemLog } from './system-log.js';

/** Okta Workforce Identity: everything we read of it, judge in it and can do in it. */
export const okta = defineProvider({
  manifest,
  http,
  auth,
  identify,
  probes,
  listings,
  feeds: { main: systemLog },
  evidence,
  controls,
  actions,
  sandbox,
});
