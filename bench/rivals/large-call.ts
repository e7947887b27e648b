import { createRateLimiter } from '../../src/index.ts';
import { createVirtualClock } from '../../src/testing/index.ts';
import { globalClock } from './global-clock.ts';
import type { Pass, Usable } from './pass.ts';
import { RIVALS } from './rivals.ts';

const TPM = 300_000;
const HEADROOM = 0.2;
const USABLE: Usable = { rpm: 1000, tpm: (1 - HEADROOM) * TPM };
/** More than others let through in a minute, and less than the provider takes. */
const LARGE = 250_000;
const SMALL = 500;
const SMALL_CALLS = 100;
/** Who has not gone by then never does. */
const PATIENCE_MS = 3_600_000;

/** One call of 250,000 tokens at a limit of 300,000 a minute, and a hundred of 500 right after it. */
export async function largeCallTable(): Promise<string> {
  const rows = ['| | a call of 250,000 tokens | 100 of 500 behind it |', '|---|---|---|'];
  for (const [name, rival] of Object.entries(RIVALS)) rows.push(await row(name, rival));
  rows.push(await row('llm-headroom', undefined));
  return rows.join('\n');
}

async function row(name: string, rival: ((usable: Usable) => Pass) | undefined): Promise<string> {
  const clock = createVirtualClock();
  const restore = rival ? globalClock(clock) : (): void => {};
  const pass = rival?.(USABLE) ?? ours(clock);
  let large = 'never goes';
  let small = 0;
  let last = 0;
  pass(LARGE, async () => {
    large = `goes after ${seconds(clock.now())}`;
  }).catch((error: unknown) => {
    large = `is rejected: ${String(error).split('\n')[0]}`;
  });
  for (let i = 0; i < SMALL_CALLS; i++) {
    pass(SMALL, async () => {
      small++;
      last = clock.now();
    }).catch(() => {});
  }
  await clock.advance(PATIENCE_MS).finally(restore);
  const others = small === SMALL_CALLS ? `go within ${seconds(last)}` : `${small} go`;
  return `| ${name} | ${large} | ${others} |`;
}

function ours(clock: ReturnType<typeof createVirtualClock>): Pass {
  const limiter = createRateLimiter({ clock, headroom: HEADROOM, limits: { tpm: TPM } });
  return async (cost, send) => {
    const reservation = await limiter.acquire({ tokens: cost });
    try {
      return await send();
    } finally {
      reservation.settle();
    }
  };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
