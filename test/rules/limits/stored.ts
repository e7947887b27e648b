import type { Codec } from '../../../src/rules/codec.ts';

/** The value as another process reads it from a store. */
export function stored<T>(codec: Codec<T>, value: T, at: number): T {
  return codec.unpack(JSON.parse(JSON.stringify(codec.pack(value, at))), at);
}
