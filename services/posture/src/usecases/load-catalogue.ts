import { createHash } from 'node:crypto';

import { canonicalJson } from '#libs/kernel';
import { providers, type Control, type Provider } from '#libs/providers';

import { ControlCatalogue } from '../domain/control-catalogue.js';

type WithControls = { readonly manifest: Pick<Provider['manifest'], 'key'>; readonly controls: readonly Control[] };

/** The controls of the providers, under a version that changes with any of them. */
export function loadCatalogue(from: readonly WithControls[] = providers): ControlCatalogue {
  const version = createHash('sha256')
    .update(canonicalJson(from.map(({ controls }) => controls)))
    .digest('hex')
    .slice(0, 32);
  return new ControlCatalogue(from, version);
}
