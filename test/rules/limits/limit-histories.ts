import fc from 'fast-check';
import {
  type Correction,
  type Cost,
  type Dimension,
  type LimitSource,
  type Shape,
  USD_SHAPE,
} from '../../../src/model/limits.ts';
import type { LimitPolicy } from '../../../src/rules/limits/limit-policy.ts';
import type { MeteredLimit } from '../../../src/rules/limits/metered-limit.ts';
import type { Tuning } from '../../../src/rules/limits/tuning.ts';

/** What may happen to the limits of a lane. Shares are of the first limit's maximum. */
export interface Step {
  readonly afterMs: number;
  readonly what:
    | 'head'
    | 'behind'
    | 'take'
    | 'settle'
    | 'observe'
    | 'tune'
    | 'adopt'
    | 'configure'
    | 'drain'
    | 'look';
  readonly shares: readonly [number, number, number, number, number];
  readonly which: number;
  readonly tuning: Tuning;
  readonly limits: readonly MeteredLimit[];
  readonly headroom: number | 'auto';
  readonly counted: number | undefined;
  readonly dimension: Dimension | 'concurrency' | undefined;
}

/** When histories begin: a time of day that is no whole second, so that windows begin within. */
export const START = 1_767_225_612_345;

const dimensions = ['requests', 'tokens', 'inputTokens', 'outputTokens', 'usd'] as const;

const shape: fc.Arbitrary<Shape> = fc.record({
  enforcement: fc.constantFrom<Shape['enforcement'][]>('bucket', 'window', 'slices', 'fixed'),
  burstSeconds: fc.constantFrom(0.25, 2, 10, 60),
  spreadMs: fc.constantFrom(undefined, 50, 200),
  isUnknown: fc.constantFrom(undefined, true),
});

export const policies: fc.Arbitrary<LimitPolicy> = fc.record({
  shapes: fc.record({
    requests: shape,
    tokens: shape,
    inputTokens: shape,
    outputTokens: shape,
    usd: fc.constant(USD_SHAPE),
  }),
  isShapeGiven: fc.boolean(),
  headroom: fc.constantFrom<(number | 'auto')[]>(0, 0.01, 0.2, 'auto'),
  correction: fc.constantFrom<Correction[]>('settled', 'never', 'unknown'),
  slots: fc.constant(0),
});

const limit: fc.Arbitrary<MeteredLimit> = fc.record({
  dimension: fc.constantFrom<Dimension[]>(...dimensions),
  max: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100_000 })),
  windowMs: fc.constantFrom(1000, 60_000, 60_000, 60_000, 3_600_000, 86_400_000),
  source: fc.constantFrom<LimitSource[]>('given', 'published', 'guess', 'headers', 'refusal'),
});

export const limits: fc.Arbitrary<MeteredLimit[]> = fc.uniqueArray(limit, {
  maxLength: 4,
  selector: ({ dimension, windowMs }) => `${dimension}/${windowMs}`,
});

const share = fc.oneof(
  fc.constant(0),
  fc.double({ min: 0, max: 0.002, noNaN: true }),
  fc.double({ min: 0, max: 0.2, noNaN: true }),
  fc.nat(3),
);
const afterMs = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 0, 1, 10, 100) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 2500 }) },
  { weight: 2, arbitrary: fc.double({ min: 0, max: 5000, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(-50, 10_000, 45_000, 90_000, 3_600_000) },
);

/** As often as they are written here. */
const KINDS: readonly Step['what'][] = [
  ...(['head', 'head', 'head', 'head', 'behind', 'behind', 'take', 'take'] as const),
  ...(['settle', 'settle', 'observe', 'observe', 'observe', 'observe'] as const),
  ...(['tune', 'adopt', 'configure', 'drain', 'look', 'look'] as const),
];

const step: fc.Arbitrary<Step> = fc.record({
  afterMs,
  what: fc.constantFrom(...KINDS),
  shares: fc.tuple(share, share, share, share, share),
  which: fc.nat(1000),
  tuning: fc.record({
    // With less, waits last for so many years that a time is not read to the bit as it was written.
    rateShare: fc.constantFrom(1, 1, 0.8, 0.3, 0.01),
    strictness: fc.constantFrom<Tuning['strictness'][]>(0, 0, 1, 2, 3),
  }),
  limits,
  headroom: fc.constantFrom<(number | 'auto')[]>(0, 0.01, 0.2, 'auto'),
  counted: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
  dimension: fc.constantFrom<(Dimension | 'concurrency' | undefined)[]>(
    ...dimensions,
    'concurrency',
    undefined,
  ),
});

export const histories: fc.Arbitrary<Step[]> = fc.array(step, {
  minLength: 100,
  maxLength: 300,
  size: 'max',
});

/** A cost of that share of each limit, in steps of a tenth. */
export function costOf(inForce: readonly MeteredLimit[], { shares }: Step): Cost {
  const maxima = dimensions.map(
    (dimension) => inForce.find((each) => each.dimension === dimension)?.max ?? 10,
  );
  const amounts = maxima.map((max, i) => Math.round(10 * max * (shares[i] ?? 0)) / 10);
  const [requests = 0, tokens = 0, inputTokens = 0, outputTokens = 0, usd = 0] = amounts;
  return { requests, tokens, inputTokens, outputTokens, usd };
}
