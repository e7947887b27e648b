import * as all from '../../node_modules/fast-check/lib/fast-check.js';

/** Of each property few examples: the suite tries many, and what differs here is the runtime. */
const RUNS = 5;
/** The suite's, wherever this is loaded. */
const SEED = Number(process.env.SEED ?? 1);

const assert = (property: never, { numRuns = RUNS, ...rest }: { numRuns?: number } = {}): unknown =>
  all.assert(property, { seed: SEED, ...rest, numRuns: Math.min(numRuns, RUNS) });

export default { ...all, assert };
