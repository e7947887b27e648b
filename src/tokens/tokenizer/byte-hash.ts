/**
 * A polynomial hash of bytes modulo 2^32. With the hashes of all prefixes of a text at hand, that
 * of any slice takes one multiplication: `hash(i..j) = prefix[j] - prefix[i] * FACTOR^(j - i)`.
 */
const FACTOR = 0x01000193;

/** The hash of some bytes and one more, from theirs. */
export function extendHash(hash: number, byte: number): number {
  return (Math.imul(hash, FACTOR) + byte + 1) | 0;
}

/** `FACTOR` to the powers 0 to `length`. */
export function hashPowers(length: number): Int32Array {
  const powers = new Int32Array(length + 1);
  powers[0] = 1;
  for (let index = 0; index < length; index += 1) {
    powers[index + 1] = Math.imul(powers[index]!, FACTOR);
  }
  return powers;
}

/** Spreads a hash over all its bits, so that the low and the high ones can be used apart. */
export function spreadHash(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}
