import { aws } from './aws/index.js';
import { docusign } from './docusign/index.js';
import { github } from './github/index.js';
import { googleWorkspace } from './googleworkspace/index.js';
import { microsoft365 } from './microsoft365/index.js';
import { okta } from './okta/index.js';
import { salesforce } from './salesforce/index.js';
import type { Provider } from './sdk/index.js';
import { slack } from './slack/index.js';

export * from './sdk/index.js';

/** Every app that can be connected. A new provider is its folder and a line here. */
export const providers: readonly Provider[] = [aws, docusign, github, googleWorkspace, microsoft365, okta, salesforce, slack];

/** The provider of an app by its key, such as `okta`; `undefined` when there is none. */
export function providerOf(key: string): Provider | undefined {
  return providers.find(({ manifest }) => manifest.key === key);
}
