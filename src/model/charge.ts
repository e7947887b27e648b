/**
 * What a host may take from its limit on tokens when it admits a call, by the rule that it may
 * follow.
 */
export interface Charges {
  /** The input, as the host counts it. */
  readonly bare: number;
  /** The larger of the input and the output limit. */
  readonly max: number;
  /** The input and the output limit; without a limit, the expected output. */
  readonly sum: number;
  /** No rule of a host: the input and the expected output, which a call takes in the end. */
  readonly expected: number;
}

/** How a host charges a call. */
export interface ChargeRule {
  readonly at: 'bare' | 'max' | 'sum';
  /** Whether the charge becomes the actual usage when the call ends. */
  readonly isSettled: boolean;
}

/** The tokens to reserve where a host charges by `rule`: what it takes now, or will have taken. */
export function reservedBy({ at, isSettled }: ChargeRule, charges: Charges): number {
  return isSettled ? Math.max(charges[at], charges.expected) : charges[at];
}
