import type { Clock } from '../clock.ts';

/** Digests that were made lately: the same few callers ask again and again. */
const known = new Map<string, string>();
const MOST_KNOWN = 4096;

/**
 * SHA-256 of a text, in hexadecimal, cut to 128 bits: what stands for a caller where others could
 * read it. No virtual time passes meanwhile.
 */
export async function digest(text: string, clock: Pick<Clock, 'hold'>): Promise<string> {
  const before = known.get(text);
  if (before !== undefined) return before;
  const digesting = crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  const bytes = await digesting.finally(clock.hold?.());
  const hex = Array.from(new Uint8Array(bytes).subarray(0, 16), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(text, hex);
  return hex;
}
