import type { Call, Request } from '../model/call.ts';
import type { Correction, Cost, Dimension, Shape } from '../model/limits.ts';
import type { ErrorResponse, Refusal } from '../model/refusal.ts';
import type { CallEstimate, Usage } from '../model/usage.ts';

/** The rules by which calls to a provider are limited. Pure: no clock, no state. */
export interface Provider {
  readonly name: string;
  shape(dimension: Dimension): Shape;
  /** The metered call of a request; `undefined` for requests that aren't metered (lists, files, …). */
  describe(request: Request): Call | undefined;
  /** The assumed charge of the provider when it admits the call. */
  charge(estimate: CallEstimate, call: Call): Cost;
  /**
   * Dimensions in which `charge` is only an expectation: no call is refused because it exceeds a limit
   * of these.
   */
  readonly expects: readonly Dimension[];
  /** Whether the server later corrects a wrong `charge`. */
  readonly correction: Correction;
  /** The final cost of the call. */
  settle(usage: Usage, call: Call): Cost;
  /** Classifies an error response; `undefined` if it isn't about limits. Never throws. */
  classify(response: ErrorResponse): Refusal | undefined;
}
