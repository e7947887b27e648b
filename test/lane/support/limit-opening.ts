import type { LaneOpening } from '../../../src/rules/lane-state.ts';

const BUCKET = { enforcement: 'bucket', burstSeconds: 60 } as const;

/** A bucket of 100 requests a minute, without headroom. */
export const LIMIT_OPENING: LaneOpening = {
  start: [{ dimension: 'requests', max: 100, windowMs: 60_000, source: 'given' }],
  policy: {
    shapes: {
      ...{ requests: BUCKET, tokens: BUCKET, inputTokens: BUCKET },
      ...{ outputTokens: BUCKET, usd: BUCKET },
    },
    ...{ isShapeGiven: true, headroom: 0, correction: 'settled', slots: 0 },
  },
  inFlight: { start: Number.POSITIVE_INFINITY, most: Number.POSITIVE_INFINITY },
  isCold: false,
};
