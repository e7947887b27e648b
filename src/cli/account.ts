/// <reference types="node" />
import { createRateLimiter, type RateLimiter } from '../limiter.ts';
import type { Store } from '../shared/store.ts';
import type { Arguments } from './arguments.ts';
import type { Form } from './batch-line.ts';
import { CommandError, orUsage } from './exit-code.ts';
import type { Io } from './io.ts';

/** A provider's pause is waited for: a batch may be left alone for a day. */
const LONGEST_PAUSE_MS = 86_400_000;
/** One window that is not over before the year 2200: a budget that never begins anew. */
const EVER_MS = 7_300_000_000_000;

/**
 * The key to send with.
 * @throws CommandError that names what to set
 */
export function keyOf(form: Form, { key, baseUrl }: Arguments, io: Io): string {
  if (key !== undefined) {
    io.err('Warning: a --key can be seen by others on this machine, and stays in your history\n');
    return key;
  }
  const name = form === 'anthropic' ? 'ANTHROPIC_API_KEY' : 'OPENAI_API_KEY';
  const found = io.env[name];
  if (found) return found;
  if (baseUrl !== undefined) return 'none';
  throw new CommandError(`There is no API key: set ${name}, or --base-url of a host without keys`);
}

/** The limiter that the arguments ask for, and what closes it. */
export async function limiterOf(
  { limits, concurrency, maxUsd, redis }: Arguments,
  { clock }: Io,
): Promise<{ limiter: RateLimiter; close(): Promise<void> }> {
  const store = redis === undefined ? undefined : await storeAt(redis);
  const budget = maxUsd === undefined ? undefined : { usd: maxUsd, windowMs: EVER_MS };
  const options = { limits, concurrency, budget, store, clock, maxPauseMs: LONGEST_PAUSE_MS };
  const limiter = orUsage(() => createRateLimiter(options));
  return {
    limiter,
    close: async () => {
      limiter.close();
      await store?.close();
    },
  };
}

async function storeAt(url: string): Promise<Store> {
  const { redisStore } = await import('../redis/index.ts');
  return orUsage(() => redisStore(url));
}
