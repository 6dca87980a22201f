import { defineProvider } from '../sdk/index.js';
import { auth } from './auth.js';
import { activityFeeds } from './feed-activity.js';
import { directoryAudits, signIns } from './feed-graph.js';
import { actions } from './governance.js';
import { http } from './http.js';
import { manifest } from './manifest.js';
import { controls, evidence } from './posture.js';
import { identify, listings, probes } from './reads.js';
import { sandbox } from './sandbox.js';

/** Microsoft 365 with Entra ID: everything we read of it, judge in it and can do in it. */
export const microsoft365 = defineProvider({
  manifest,
  http,
  auth,
  identify,
  probes,
  listings,
  feeds: { signIns, directoryAudits, ...activityFeeds },
  evidence,
  controls,
  actions,
  sandbox,
});
