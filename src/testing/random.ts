/** A number in [0, 1), different at each call. */
export type Random = () => number;

/**
 * A repeatable source of random numbers: the same seed gives the same sequence everywhere.
 *
 * The generator is mulberry32 (Tommy Ettinger, 2017; public domain): 32 bits of state, good enough
 * to draw latencies and faults, and for nothing secret.
 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
