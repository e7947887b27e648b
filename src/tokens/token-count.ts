/** An amount as a whole number of tokens, from 0 up. Forgives the last bits of a sum of weights. */
export function tokenCount(amount: number): number {
  const whole = Math.ceil(amount - 1e-6);
  return whole > 0 ? Math.min(whole, Number.MAX_SAFE_INTEGER) : 0;
}
