/// <reference types="node" />
import { createRateLimiter, type RateLimiter } from '../limiter.ts';
import { didYouMean } from '../model/did-you-mean.ts';
import { hostOfPreset } from '../providers/host.ts';
import { isTierOf, tiersOf } from '../providers/tier.ts';
import type { Store } from '../shared/store.ts';
import type { Arguments } from './arguments.ts';
import type { Form } from './batch-line.ts';
import { CommandError, orUsage } from './exit-code.ts';
import type { Io } from './io.ts';

const KEYS: Readonly<Record<Form, string>> = {
  openai: 'OPENAI_API_KEY',
  anthropic: 'ANTHROPIC_API_KEY',
};
/** A provider's pause is waited for: a batch may be left alone for a day. */
const LONGEST_PAUSE_MS = 86_400_000;
/** One window that is not over before the year 2200: a budget that never begins anew. */
export const EVER_MS = 7_300_000_000_000;

/**
 * The key to send with.
 * @throws CommandError that names what to set
 */
export function keyOf(form: Form, { key, baseUrl }: Arguments, io: Io): string {
  if (key !== undefined) {
    io.err('Warning: others on this machine can see a --key, and it stays in your shell history\n');
    return key;
  }
  const found = io.env[KEYS[form]];
  if (found) return found;
  if (baseUrl !== undefined) return 'none';
  throw noKey(KEYS[form]);
}

/**
 * The provider whose key is set, OpenAI where both are.
 * @throws CommandError that names both, where neither is
 */
export function formByKey({ key, baseUrl }: Arguments, { env }: Pick<Io, 'env'>): Form {
  if (env[KEYS.openai] || key !== undefined || baseUrl !== undefined) return 'openai';
  if (env[KEYS.anthropic]) return 'anthropic';
  throw noKey(`${KEYS.openai} or ${KEYS.anthropic}`);
}

function noKey(names: string): CommandError {
  return new CommandError(
    `There is no API key: set ${names}. (If your host needs no key, --base-url is enough)`,
  );
}

/**
 * A host that isn't known has the tiers of its SDK's provider.
 * @throws CommandError for a tier that the host doesn't have: it lists those that it has
 */
export function expectTier({ accountTier: tier, baseUrl }: Arguments, form: Form): void {
  const host = hostOfPreset(hostIn({ baseUrl }, form), form) ?? form;
  if (tier === undefined || isTierOf(host, tier)) return;
  const tiers = tiersOf(host);
  const meant = didYouMean(tier, tiers);
  const known = tiers.map((each) => `'${each}'`).join(', ');
  throw new CommandError(`--account-tier must be one of ${known}, not '${tier}'${meant}`);
}

const HOSTS: Readonly<Record<Form, string>> = {
  openai: 'api.openai.com',
  anthropic: 'api.anthropic.com',
};

export function hostIn({ baseUrl }: Pick<Arguments, 'baseUrl'>, form: Form): string {
  return baseUrl === undefined ? HOSTS[form] : new URL(baseUrl).host;
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
