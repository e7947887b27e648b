import { describe, expect, it } from 'vitest';
import { json } from './bench.ts';
import { answering, MINUTE, setUp } from './hosts.ts';
import { type EachSdk, sdks } from './sdks.ts';

const SDKS = sdks.filter(({ name }) => ['openai 7', 'anthropic 1'].includes(name));
const HOUR = 60 * MINUTE;
const CALLS = 60;

interface Shown {
  readonly dimension: 'requests' | 'tokens';
  readonly max: number;
  readonly left: number;
  readonly resetMs: number;
}

function headers({ provider }: EachSdk, shown: Shown, now: number): Record<string, string> {
  const { dimension, max, left, resetMs } = shown;
  if (provider === 'anthropic') {
    const name = `anthropic-ratelimit-${dimension === 'tokens' ? 'input-tokens' : dimension}`;
    const reset = new Date(now + resetMs).toISOString();
    return {
      [`${name}-limit`]: `${max}`,
      [`${name}-remaining`]: `${left}`,
      [`${name}-reset`]: reset,
    };
  }
  const field = (what: string): string => `x-ratelimit-${what}-${dimension}`;
  return {
    ...{ [field('limit')]: `${max}`, [field('remaining')]: `${left}` },
    [field('reset')]: `${resetMs / 1000}s`,
  };
}

describe.each(SDKS)('$name: responses that show nothing to be left for long', (sdk) => {
  /** The minutes that calls take; the first `honest` responses show what is left. */
  const minutesOf = async (
    shown: Omit<Shown, 'left'>,
    { atOnce, honest }: { atOnce: number; honest: number },
  ): Promise<number> => {
    let answered = 0;
    const made = setUp(sdk, () => new Response());
    const { client, clock } = made;
    const start = clock.now();
    answering(made, () => {
      answered++;
      const left = answered <= honest ? shown.max * (1 - answered / 1000) : 0;
      return json(sdk.answer, { headers: headers(sdk, { ...shown, left }, clock.now()) })();
    });
    let asked = 0;
    const worker = async (): Promise<void> => {
      while (asked++ < CALLS) await sdk.ask(client);
    };
    await clock.run(Promise.all(Array.from({ length: atOnce }, worker)));
    return (clock.now() - start) / MINUTE;
  };

  const LIMITS = [
    { dimension: 'requests', max: 50, resetMs: HOUR },
    { dimension: 'requests', max: 50, resetMs: 24 * HOUR },
    { dimension: 'tokens', max: 60_000, resetMs: HOUR },
    { dimension: 'tokens', max: 60_000, resetMs: 24 * HOUR },
  ] as const;

  it.each(LIMITS)(
    'delay nobody for it while calls pass: $max $dimension, $resetMs ms',
    async (shown) => {
      for (const atOnce of [1, 10]) {
        expect(await minutesOf(shown, { atOnce, honest: 0 })).toBeLessThan(2);
      }
      // After honest ones: what is shown of a minute is believed five times.
      expect(await minutesOf(shown, { atOnce: 1, honest: 8 })).toBeLessThan(6);
    },
  );

  it.each(LIMITS)(
    'delay calls once, where they answer calls that were under way: $max $dimension, $resetMs ms',
    async (shown) => {
      const minutes = await minutesOf(shown, { atOnce: 10, honest: 8 });
      expect(minutes).toBeLessThan(shown.resetMs / MINUTE + 2);
    },
  );
});
