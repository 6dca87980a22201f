import { defineProvider } from '../sdk/index.js';
import { auth } from './auth.js';
import { discover } from './discover.js';
import { actions } from './governance.js';
import { http } from './http.js';
import { feeds } from './logs.js';
import { manifest } from './manifest.js';
import { controls, evidence } from './posture.js';
import { identify, listings, probes } from './reads.js';
import { sandbox } from './sandbox.js';

/** Google Workspace: everything we read of it, judge in it and can do in it. */
export const googleWorkspace = defineProvider({
  manifest,
  http,
  auth,
  discover,
  identify,
  probes,
  listings,
  feeds,
  evidence,
  controls,
  actions,
  sandbox,
});
