import type { ActivityRecord } from '#libs/contracts';

import { sampleEvent as aws } from './aws/samples.js';
import { sampleEvent as docusign } from './docusign/samples.js';
import { sampleEvent as github } from './github/samples.js';
import { sampleEvent as googleworkspace } from './googleworkspace/samples.js';
import { sampleEvent as microsoft365 } from './microsoft365/samples.js';
import { sampleEvent as okta } from './okta/samples.js';
import { sampleEvent as salesforce } from './salesforce/samples.js';
import { sampleEvent as slack } from './slack/samples.js';

/** Maps one raw event of an app's log, whichever of its logs it is of; `undefined` for what is no event. An event without a time gets the time 0. */
export type SampleReader = (raw: unknown, group?: string) => ActivityRecord | undefined;

/** How to map other people's events, by the app's key: only for measuring, see docs/samples.md. A new provider is a line here. */
export const sampleReaders: Readonly<Record<string, SampleReader>> = {
  aws,
  docusign,
  github,
  googleworkspace,
  microsoft365,
  okta,
  salesforce,
  slack,
};
