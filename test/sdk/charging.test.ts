import { describe, expect, it } from 'vitest';
import { runCharged } from './charged.ts';

/** 1 − headroom, less 5 %. */
const NEARLY_ALL = 0.8 * 0.95;
/**
 * Where output is charged at the end, all that has room has gone by the time that shows: the server
 * is in debt then, and the second minute begins late.
 */
const IN_THE_END = { most429s: 3, share: 0.4 };

const SERVERS = [
  { says: 'the characters', charge: 'characters' },
  { says: 'input and max_tokens', charge: 'sum' },
  { says: 'the larger of input and max_tokens', charge: 'max' },
  { says: 'output at the end', charge: 'produced' },
  { says: 'input and max_tokens, and gives back the rest', charge: 'sum', refund: true },
] as const;

const ACCOUNTS = [
  { tpm: 30_000, characters: 2000, maxTokens: 2000, outputTokens: 300 },
  { tpm: 30_000, characters: 1000, maxTokens: 500, outputTokens: 200 },
  { tpm: 300_000, characters: 8000, maxTokens: 4000, outputTokens: 600 },
];

const CASES = ACCOUNTS.flatMap((account) => SERVERS.map((server) => ({ ...account, ...server })));

describe('at OpenAI, whatever it charges', () => {
  it.each(CASES)('$tpm a minute, max_tokens $maxTokens: $says', async (options) => {
    const { calls, status429, share } = await runCharged(options);
    const isLate = options.charge === 'produced';
    const most = Math.max(isLate ? IN_THE_END.most429s : 1, 0.005 * calls);
    expect(status429).toBeLessThanOrEqual(most);
    expect(share).toBeGreaterThanOrEqual(isLate ? IN_THE_END.share : NEARLY_ALL);
  });

  it('whose max_tokens is eight times the rest, and not charged', async () => {
    const options = { tpm: 30_000, characters: 2000, maxTokens: 4096, outputTokens: 300 };
    const { status429, share } = await runCharged({ ...options, charge: 'characters' });
    expect(status429).toBe(0);
    expect(share).toBeGreaterThanOrEqual(NEARLY_ALL);
  });

  it('leaves a neighbor its share, and takes the rest', async () => {
    const account = { tpm: 30_000, characters: 2000, maxTokens: 4096, outputTokens: 300 };
    const shared = { ...account, charge: 'characters', neighbor: 0.3 } as const;
    const { calls, status429, share } = await runCharged(shared);
    expect(status429 / calls).toBeLessThanOrEqual(0.005);
    expect(share).toBeGreaterThanOrEqual(0.9 * (0.8 - shared.neighbor));
  });

  it('learns from what a 429 says, where headers show nothing', async () => {
    const account = { tpm: 30_000, characters: 2000, maxTokens: 4096, outputTokens: 300 };
    const faults = () => 'missing-headers' as const;
    const { status429, share } = await runCharged({ ...account, charge: 'sum', faults });
    // As many as had room by the recorded rule, all in one go.
    expect(status429).toBeLessThanOrEqual(30_000 / (2000 / 4));
    expect(share).toBeGreaterThanOrEqual(NEARLY_ALL);
  });
});
