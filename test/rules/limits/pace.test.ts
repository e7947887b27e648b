import { describe, expect, it } from 'vitest';
import type { Shape } from '../../../src/model/limits.ts';
import { paceOf } from '../../../src/rules/limits/pace.ts';
import { NO_CAUTION, type Tuning } from '../../../src/rules/limits/tuning.ts';

const TPM = { dimension: 'tokens', max: 60_000, windowMs: 60_000 } as const;

function paced(shape: Shape, tuning: Tuning = NO_CAUTION, left = 0) {
  return paceOf(TPM, shape, 0.2, tuning, left);
}

describe('the pace of a limit', () => {
  const bucket: Shape = { enforcement: 'bucket', burstSeconds: 10 };

  it('is its rate less the headroom, with the burst of its shape', () => {
    expect(paced(bucket)).toEqual({
      bucket: { perMs: 0.8, capacity: 8000, largest: 60_000 },
      guards: [],
    });
  });

  it('is guarded by each window and what a network may shift calls, where the server counts windows', () => {
    const { guards } = paced({ ...bucket, enforcement: 'window' });
    expect(guards).toEqual([{ max: 48_000, spanMs: 60_050 }]);
  });

  it('is guarded by each second, less half the headroom, where the server counts slices', () => {
    const { guards } = paced({ ...bucket, enforcement: 'slices', spreadMs: 200 });
    expect(guards).toEqual([
      { max: 48_000, spanMs: 60_200 },
      { max: 900, spanMs: 1200 },
    ]);
  });

  it('has no bucket of its own, where windows are by the clock', () => {
    const { bucket: loose, guards } = paced({ ...bucket, enforcement: 'fixed' });
    expect(guards).toEqual([{ max: 48_000, spanMs: 60_000, isFixed: true }]);
    expect(loose.capacity).toBe(120_000);
  });

  it('leaves others their share once, where caution has cut the rate for them already', () => {
    const perMs = (rateShare: number, left: number) =>
      paced(bucket, { rateShare, strictness: 0 }, left).bucket.perMs;
    expect([perMs(0.8, 0), perMs(1, 0.25), perMs(0.8, 0.25)]).toEqual([0.64, 0.6, 0.6]);
  });

  it('has a smaller burst the stricter it is, and never a larger one than its shape', () => {
    const bursts = ([0, 1, 2] as const).map((strictness) => {
      const loose: Shape = { enforcement: 'bucket', burstSeconds: 60 };
      return paced(loose, { rateShare: 1, strictness }).bucket.capacity;
    });
    expect(bursts).toEqual([48_000, 8000, 800]);
    const short: Shape = { enforcement: 'bucket', burstSeconds: 0.5 };
    expect(paced(short, { rateShare: 1, strictness: 1 }).bucket.capacity).toBe(400);
    expect(paced(bucket, { rateShare: 1, strictness: 3 }).guards).toHaveLength(2);
  });

  it('lets one request go at once, and a daily quota be used at once', () => {
    const rpm = { dimension: 'requests', max: 6, windowMs: 60_000 } as const;
    expect(paceOf(rpm, { ...bucket, burstSeconds: 1 }, 0, NO_CAUTION).bucket.capacity).toBe(1);
    const rpd = { ...rpm, max: 200, windowMs: 86_400_000 };
    expect(paceOf(rpd, { ...bucket, burstSeconds: 1 }, 0, NO_CAUTION).bucket.capacity).toBe(200);
  });
});
