import type { SimulatedCall } from './call.ts';
import { expectFinite, expectKeys } from './expect.ts';
import type { Random } from './random.ts';

/** How long an admitted call takes. */
export interface Latency {
  /** From the request's arrival to the first byte of a stream, in milliseconds. @default 0 */
  firstByteMs?: number | undefined;
  /** The time for each output token, streamed or not, in milliseconds. @default 0 */
  perTokenMs?: number | undefined;
}

/**
 * Milliseconds to the first byte, or both figures, or a function that draws them for each call from
 * the simulator's own random numbers. An answer that isn't streamed comes when its last token is
 * produced. Refusals and other errors come at once.
 */
export type LatencyModel =
  | number
  | Latency
  | ((call: SimulatedCall, random: Random) => number | Latency);

export type ResolvedLatency = Readonly<Record<keyof Latency, number>>;

export function checkLatency(latency: LatencyModel): void {
  if (typeof latency !== 'function') resolve(latency);
}

export function latencyOf(
  model: LatencyModel,
  call: SimulatedCall,
  random: Random,
): ResolvedLatency {
  return resolve(typeof model === 'function' ? model(call, random) : model);
}

function resolve(given: number | Latency): ResolvedLatency {
  if (typeof given !== 'number') expectKeys('latency', given, ['firstByteMs', 'perTokenMs']);
  const { firstByteMs = 0, perTokenMs = 0 } =
    typeof given === 'number' ? { firstByteMs: given } : given;
  return {
    firstByteMs: expectFinite('latency.firstByteMs', firstByteMs, { min: 0 }),
    perTokenMs: expectFinite('latency.perTokenMs', perTokenMs, { min: 0 }),
  };
}
