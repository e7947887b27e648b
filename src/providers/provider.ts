import type { Call, Request } from '../model/call.ts';
import type { ChargeRule, Charges } from '../model/charge.ts';
import type { Correction, Cost, Dimension, Shape } from '../model/limits.ts';
import type { CallEstimate, Usage } from '../model/usage.ts';

/** What is known of how a provider takes tokens from its limit, where responses may show otherwise. */
export interface Charging {
  /** The rule that is published or recorded. */
  readonly recorded: ChargeRule;
  /** What each rule takes for a call. */
  charges(estimate: CallEstimate, call: Call): Charges;
  /** The tokens to take from the limit as long as no response shows what a call is charged. */
  careful(estimate: CallEstimate, call: Call): number;
}

/** The rules by which calls to a provider are limited. Pure: no clock, no state. */
export interface Provider {
  readonly name: string;
  shape(dimension: Dimension): Shape;
  /** The metered call of a request; `undefined` for requests that aren't metered (lists, files, …). */
  describe(request: Request): Call | undefined;
  /**
   * What to reserve for a call: of its caller's own limits, and of the provider's where `charging`
   * doesn't tell of tokens.
   */
  charge(estimate: CallEstimate, call: Call): Cost;
  /** Absent where the charge is known, or counts no tokens. */
  readonly charging?: Charging | undefined;
  /**
   * Dimensions in which `charge` is only an expectation: no call is rejected because it exceeds a limit
   * of these.
   */
  readonly expects: readonly Dimension[];
  /** Whether the server later corrects a wrong `charge`. */
  readonly correction: Correction;
  /** The final cost of the call. */
  settle(usage: Usage, call: Call): Cost;
}
