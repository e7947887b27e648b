import type { Dimension } from './limits.ts';

/**
 * Why a call is held back: a limit's dimension; `concurrency`: as many calls are in flight as may
 * be; `learning`: few calls go until the first response has shown the limits; `paused`: the
 * provider has refused a call; `queue`: others wait already (only of `tryAcquire`).
 */
export type Reason = Dimension | 'concurrency' | 'learning' | 'paused' | 'queue';
