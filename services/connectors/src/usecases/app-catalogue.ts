import { Injectable } from '@nestjs/common';
import { providerOf, providers, type Provider } from '#libs/providers';

import { AppUnknown } from '../domain/errors.js';

/** The apps that can be connected. */
@Injectable()
export class AppCatalogue {
  list(): readonly Provider[] {
    return [...providers].sort((a, b) => a.manifest.name.localeCompare(b.manifest.name));
  }

  find(app: string): Provider | undefined {
    return providerOf(app);
  }

  /** Throws {@link AppUnknown}. */
  get(app: string): Provider {
    const provider = providerOf(app);
    if (!provider)
      throw new AppUnknown(
        app,
        this.list().map((one) => one.manifest.key),
      );
    return provider;
  }
}
