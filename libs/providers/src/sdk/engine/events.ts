import type { FailureKind } from '../provider.js';

/**
 * What the engine did behind a call, for logs and metrics. Events carry names, numbers and kinds; never an address, a header, a body or a setting.
 */
export type EngineEvent =
  | {
      readonly type: 'call';
      readonly operation: string;
      readonly method: string;
      /** Absent when no answer came. */
      readonly status?: number;
      readonly kind?: FailureKind;
      readonly durationMs: number;
      /** 1 for the first. */
      readonly attempt: number;
    }
  | { readonly type: 'retry'; readonly operation: string; readonly kind: FailureKind; readonly waitMs: number; readonly attempt: number }
  | { readonly type: 'budget-wait'; readonly operation: string; readonly budget: string; readonly waitMs: number }
  | { readonly type: 'parked'; readonly operation: string; readonly retryAt: number }
  | { readonly type: 'renewal'; readonly isDone: boolean; readonly kind?: FailureKind; readonly durationMs: number }
  | { readonly type: 'proof-nonce'; readonly operation: string }
  | { readonly type: 'budget-lowered'; readonly budget: string; readonly limit: number };

/** Hears {@link EngineEvent}s. It is called in the midst of a call and must not throw. */
export type EngineListener = (event: EngineEvent) => void;
