import type { Call, Request } from '../model/call.ts';
import type { Correction, Cost, Dimension, Shape } from '../model/limits.ts';
import type { ErrorResponse, Refusal } from '../model/refusal.ts';
import type { CallEstimate, Usage } from '../model/usage.ts';

/** The facts about a provider that decide how calls to it are limited. Pure: no clock, no state. */
export interface Provider {
  readonly name: string;
  shape(dimension: Dimension): Shape;
  /** What the provider meters; `undefined` for calls that pass it uncounted (lists, files, …). */
  describe(request: Request): Call | undefined;
  /** What the provider is believed to charge when it admits the call. */
  charge(estimate: CallEstimate, call: Call): Cost;
  /**
   * Dimensions in which `charge` is an expectation, not a commitment: a limit that is smaller
   * refuses no call.
   */
  readonly expects: readonly Dimension[];
  /** Whether the server ever gives back, or charges, what `charge` was wrong by. */
  readonly correction: Correction;
  /** What the call has cost in the end. */
  settle(usage: Usage, call: Call): Cost;
  /** Why a response with an error status was refused; `undefined` for any other error. Total. */
  classify(response: ErrorResponse): Refusal | undefined;
}
