import { describe, expect, it } from 'vitest';
import { newLimitSet, observeBalance } from '../../../src/rules/limits/limit-set.ts';
import { take, takeAsHead, wait } from '../../../src/rules/limits/limit-waits.ts';
import { policyOf } from './policies.ts';

const BY_THE_SECOND = { enforcement: 'slices', burstSeconds: 60 } as const;
const TOKENS = { dimension: 'tokens', max: 30_000, windowMs: 60_000, source: 'given' } as const;
/** Somewhat less than the share of a second. */
const A_SECOND = { requests: 1, tokens: 440 };
const FEW = { requests: 1, tokens: 40 };

describe('the window of a second', () => {
  it('stays full whatever a response says is left of the minute', () => {
    const limits = newLimitSet([TOKENS], policyOf(BY_THE_SECOND), 0);
    expect(takeAsHead(limits, A_SECOND, 0).waitMs).toBe(0);
    take(limits, A_SECOND, 0);
    const { dimension, max, windowMs } = TOKENS;
    const shown = { dimension, max, windowMs, remaining: 29_000 };
    const taken = { requests: 2, tokens: 880 };
    observeBalance(limits, [shown], 0, taken, 0);
    observeBalance(limits, [shown], 0, taken, 0);
    expect(wait(limits, FEW, 0).waitMs).toBe(1050);
  });
});
