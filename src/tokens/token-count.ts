/** Rounds an amount up to whole tokens, from 0 up. Ignores rounding errors of a sum of weights. */
export function tokenCount(amount: number): number {
  const whole = Math.ceil(amount - 1e-6);
  return whole > 0 ? Math.min(whole, Number.MAX_SAFE_INTEGER) : 0;
}
