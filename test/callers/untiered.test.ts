import OpenAI from 'openai';
import { describe, expect, it, vi } from 'vitest';
import { runAs } from '../../src/callers/run-as.ts';
import type { TiersOption } from '../../src/callers/tiers.ts';
import { createRateLimiter } from '../../src/limiter.ts';
import { createSimulator } from '../../src/testing/index.ts';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { watchedWarnings } from '../support/warnings.ts';

const TIERS: TiersOption = { free: { rpm: 5 }, staff: {} };

function limited(tiers?: TiersOption) {
  const limiter = createRateLimiter({ tiers });
  const { fetch } = createSimulator();
  const client = withRateLimit(new OpenAI({ apiKey: 'key', fetch }), { limiter });
  const ask = () => client.chat.completions.create({ model: 'gpt-4o', messages: [] });
  return { limiter, ask };
}

describe('a key without a tier, where there are tiers', () => {
  const warnings = watchedWarnings('HEADROOM_UNTIERED_KEY');

  it('is warned of once: it has no limits', async () => {
    const { limiter, ask } = limited(TIERS);
    await runAs({ key: 'ann' }, ask);
    await limiter.run({}, async () => {}, { key: 'bob' });
    limiter.record({}, { key: 'cid' });
    await vi.dynamicImportSettled();
    expect(warnings()).toHaveBeenCalledTimes(1);
    const [message, options] = warnings().mock.calls[0] ?? [];
    expect(message).toMatch(/`key` but no `tier`.*no limits.*`tiers` \(free, staff\)/);
    expect(message).not.toContain('ann');
    expect(options).toEqual({ type: 'HeadroomWarning', code: 'HEADROOM_UNTIERED_KEY' });
  });

  it.each<[string, TiersOption | undefined, { key?: string; tier?: string }]>([
    ['one with a tier', TIERS, { key: 'ann', tier: 'free' }],
    ['one whose tier has no limits', TIERS, { key: 'ann', tier: 'staff' }],
    ['calls without a key', TIERS, {}],
    ['a limiter without tiers', undefined, { key: 'ann' }],
    ['tiers that are a function, which decides', () => undefined, { key: 'ann' }],
  ])('but not %s', async (_, tiers, caller) => {
    await runAs(caller, limited(tiers).ask);
    await vi.dynamicImportSettled();
    expect(warnings()).not.toHaveBeenCalled();
  });
});
