import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/kernel';

import { IDEMPOTENCY_KEPT_MS, IdempotencyStore } from '../domain/idempotency.js';

/** Forgets idempotency keys that nobody will repeat any more. */
@Injectable()
export class ForgetOldKeys {
  constructor(
    private readonly keys: IdempotencyStore,
    private readonly clock: Clock,
  ) {}

  async run(): Promise<void> {
    await this.keys.prune(this.clock.now().getTime() - IDEMPOTENCY_KEPT_MS);
  }
}
