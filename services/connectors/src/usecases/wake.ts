import { Injectable } from '@nestjs/common';

/** Tells the background work that there is something to do now, instead of at its next look. */
@Injectable()
export class Wake {
  private readonly listeners = new Set<() => void>();

  now(): void {
    for (const listener of this.listeners) listener();
  }

  on(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
