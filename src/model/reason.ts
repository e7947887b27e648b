import type { Dimension } from './limits.ts';

/**
 * The reason why a call can't go now:
 *
 * - a dimension, such as `'tokens'`: a limit on it has no room
 * - `'concurrency'`: the maximum number of calls is in flight
 * - `'learning'`: no response has shown the limits yet, and few calls go until one does
 * - `'paused'`: the lane is paused, by a refusal or by `pause()`
 * - `'queue'`: other calls wait already (only of `tryAcquire`)
 */
export type Reason = Dimension | 'concurrency' | 'learning' | 'paused' | 'queue';
