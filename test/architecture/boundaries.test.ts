import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';

import { fromRoot } from './repository.js';

// One file that breaks each rule of .dependency-cruiser.cjs, and one that obeys it although it looks alike.
const PLANTED: Readonly<
  Record<string, { readonly breaks: string; readonly text: string; readonly obeys?: string; readonly fine?: string }>
> = {
  'no-circles': { breaks: 'services/posture/src/usecases/a.ts', text: `import { b } from './b.js';\nexport const a = b;` },
  'no-dead-imports': { breaks: 'gateway/src/lost.ts', text: `import './nowhere.js';` },
  'domain-is-pure': {
    breaks: 'services/posture/src/domain/impure.ts',
    text: `import { readFileSync } from 'node:fs';\nexport const read = readFileSync;`,
    obeys: 'services/posture/src/domain/pure.ts',
    fine: `import { kernel } from '#libs/kernel';\nimport { parse } from 'ipaddr.js';\nexport const fine = [kernel, parse];`,
  },
  'use-cases-see-ports-not-tables': {
    breaks: 'services/posture/src/usecases/table.ts',
    text: `import { store } from '../persistence/finding.store.js';\nexport const x = store;`,
  },
  'doors-open-on-use-cases': {
    breaks: 'services/posture/src/resolvers/finding.resolver.ts',
    text: `import { store } from '../persistence/finding.store.js';\nexport const x = store;`,
  },
  'persistence-serves-domain': {
    breaks: 'services/posture/src/persistence/decides.ts',
    text: `import { c } from '../usecases/c.js';\nexport const x = c;`,
  },
  'services-do-not-meet-in-code': {
    breaks: 'services/inventory/src/usecases/peek.ts',
    text: `import { c } from '../../../posture/src/usecases/c.js';\nexport const x = c;`,
  },
  'gateway-knows-only-the-supergraph': {
    breaks: 'gateway/src/app.ts',
    text: `import { providers } from '#libs/providers';\nexport const x = providers;`,
    obeys: 'gateway/src/server.ts',
    fine: `import { platform } from '#libs/platform';\nimport { contracts } from '#libs/contracts';\nexport const x = [platform, contracts];`,
  },
  'embedded-starts-what-others-define': {
    breaks: 'embedded/src/deep.ts',
    text: `import { c } from '../../services/posture/src/usecases/c.js';\nexport const x = c;`,
    obeys: 'embedded/src/main.ts',
    fine: `import { module } from '../../services/posture/src/posture.module.js';\nimport { x } from '../../gateway/src/server.js';\nexport const y = [module, x];`,
  },
  'nothing-imports-embedded': {
    breaks: 'services/inventory/src/whole.ts',
    text: `import { y } from '../../../embedded/src/main.js';\nexport const z = y;`,
  },
  'kernel-imports-nothing': { breaks: 'libs/kernel/src/fat.ts', text: `import { parse } from 'ipaddr.js';\nexport const x = parse;` },
  'contracts-are-only-shapes': { breaks: 'libs/contracts/src/logic.ts', text: `import { z } from 'zod';\nexport const x = z;` },
  'libs-never-look-up': {
    breaks: 'libs/platform/src/up.ts',
    text: `import { x } from '../../../gateway/src/server.js';\nexport const y = x;`,
  },
  'platform-knows-no-app': {
    breaks: 'libs/platform/src/app.ts',
    text: `import type { Providers } from '#libs/providers';\nexport type X = Providers;`,
  },
  'libs-have-doors': {
    breaks: 'services/posture/src/usecases/inside.ts',
    text: `import { okta } from '../../../../libs/providers/src/okta/index.js';\nexport const x = okta;`,
  },
  'only-the-connectors-service-calls-providers': {
    breaks: 'services/posture/src/usecases/calls.ts',
    text: `import { clients } from '#libs/providers/clients';\nexport const x = clients;`,
    obeys: 'services/connectors/src/usecases/calls.ts',
    fine: `import { clients } from '#libs/providers/clients';\nexport const x = clients;`,
  },
  'providers-are-strangers': {
    breaks: 'libs/providers/src/okta/peer.ts',
    text: `import { docusign } from '../docusign/index.js';\nexport const x = docusign;`,
  },
  'sdk-knows-no-provider': {
    breaks: 'libs/providers/src/sdk/special.ts',
    text: `import { okta } from '../okta/index.js';\nexport const x = okta;`,
  },
  'providers-stay-pure': {
    breaks: 'libs/providers/src/okta/fetches.ts',
    text: `import { request } from 'undici';\nexport const x = request;`,
    obeys: 'libs/providers/src/okta/signs.ts',
    fine: `import { createHash } from 'node:crypto';\nimport { sdk } from '../sdk/provider.js';\nexport const x = [createHash, sdk];`,
  },
  'only-the-engine-does-io': {
    breaks: 'libs/providers/src/sdk/opens.ts',
    text: `import { connect } from 'node:net';\nexport const x = connect;`,
    obeys: 'libs/providers/src/sdk/engine/client.ts',
    fine: `import { request } from 'undici';\nexport const engine = request;`,
  },
  'the-engine-is-behind-clients': {
    breaks: 'libs/providers/src/sdk/shortcut.ts',
    text: `import { engine } from './engine/client.js';\nexport const x = engine;`,
  },
  'test-helpers-stay-in-tests': {
    breaks: 'services/posture/src/usecases/fake.ts',
    text: `import { testing } from '#libs/testing';\nexport const x = testing;`,
    obeys: 'services/posture/src/usecases/c.test.ts',
    fine: `import { testing } from '#libs/testing';\nimport { c } from './c.js';\nexport const x = [testing, c];`,
  },
  'tools-stay-out-of-the-product': {
    breaks: 'gateway/src/tool.ts',
    text: `import { transform } from 'esbuild';\nexport const x = transform;`,
  },
};

const GROUND: Readonly<Record<string, string>> = {
  'services/posture/src/usecases/b.ts': `import { a } from './a.js';\nexport const b = () => a;`,
  'services/posture/src/usecases/c.ts': `export const c = 1;`,
  'services/posture/src/persistence/finding.store.ts': `export const store = 1;`,
  'services/posture/src/posture.module.ts': `export const module = 1;`,
  'libs/kernel/src/index.ts': `export const kernel = 1;`,
  'libs/contracts/src/index.ts': `export const contracts = 1;`,
  'libs/platform/src/index.ts': `export const platform = 1;`,
  'libs/testing/src/index.ts': `export const testing = 1;`,
  'libs/providers/src/catalogue.ts': `export const providers = 1;\nexport type Providers = 1;`,
  'libs/providers/src/clients.ts': `export { engine as clients } from './sdk/engine/client.js';`,
  'libs/providers/src/sdk/provider.ts': `export const sdk = 1;`,
  'libs/providers/src/okta/index.ts': `export const okta = 1;`,
  'libs/providers/src/docusign/index.ts': `export const docusign = 1;`,
};

const FOLDERS = ['services', 'gateway', 'embedded', 'libs'];
const rules = (createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as { forbidden: IForbiddenRuleType[] }).forbidden;

describe('the import rules of .dependency-cruiser.cjs', () => {
  let folder = '';
  let violations: readonly { readonly rule: string; readonly from: string }[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'castellan-boundaries-'));
    await plant(folder);
    violations = await violationsIn(folder);
  }, 60_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('are each tried here on a file that breaks them', () => {
    expect(Object.keys(PLANTED).sort()).toEqual(rules.map(({ name }) => name!).sort());
  });

  it.each(Object.entries(PLANTED))('%s bites', (rule, { breaks }) => {
    expect(violations.filter((violation) => violation.rule === rule).map(({ from }) => from)).toContain(breaks);
  });

  it('leave alone what is allowed', () => {
    const allowed = new Set([...Object.values(PLANTED).flatMap(({ obeys }) => (obeys ? [obeys] : [])), 'libs/providers/src/clients.ts']);
    expect(violations.filter(({ from }) => allowed.has(from))).toEqual([]);
  });
});

async function plant(folder: string): Promise<void> {
  const files: Record<string, string> = { ...GROUND };
  for (const { breaks, text, obeys, fine } of Object.values(PLANTED)) {
    files[breaks] = text;
    if (obeys !== undefined && fine !== undefined) files[obeys] = fine;
  }
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  for (const name of ['package.json', 'tsconfig.json']) await cp(fromRoot(name), join(folder, name));
  await symlink(fromRoot('node_modules'), join(folder, 'node_modules'));
}

async function violationsIn(folder: string): Promise<readonly { rule: string; from: string }[]> {
  const { options, forbidden } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
    options: { enhancedResolveOptions: object };
    forbidden: IForbiddenRuleType[];
  };
  const { enhancedResolveOptions, ...cruiseOptions } = options;
  const { output } = await cruise(
    FOLDERS,
    { ...cruiseOptions, baseDir: folder, validate: true, ruleSet: { forbidden } } as Parameters<typeof cruise>[1],
    { ...enhancedResolveOptions, bustTheCache: true } as Parameters<typeof cruise>[2],
  );
  return (output as ICruiseResult).summary.violations.map(({ rule, from }) => ({ rule: rule.name, from }));
}
