import { defineProvider } from '../sdk/index.js';

import { auth } from './auth.js';
import { actions } from './governance.js';
import { http } from './http.js';
import { manifest } from './manifest.js';
import { controls, evidence } from './posture.js';
import { discover, feeds, identify, listings, probes } from './reads.js';
import { sandbox } from './sandbox.js';

/** Salesforce: everything we read of an org, judge in it and can do in it. */
export const salesforce = defineProvider({
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
