import { defineProvider } from '../sdk/index.js';
import { auditLog, gitEvents } from './audit-log.js';
import { auth } from './auth.js';
import { actions } from './governance.js';
import { http } from './http.js';
import { manifest } from './manifest.js';
import { controls, evidence } from './posture.js';
import { discover, identify, listings, probes } from './reads.js';
import { sandbox } from './sandbox.js';

/** An organization on GitHub, with its enterprise where there is one: everything we read of it, judge in it and can do in it. */
export const github = defineProvider({
  manifest,
  http,
  auth,
  discover,
  identify,
  probes,
  listings,
  feeds: { audit: auditLog, git: gitEvents },
  evidence,
  controls,
  actions,
  sandbox,
});
