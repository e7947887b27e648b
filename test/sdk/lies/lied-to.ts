import { createVirtualClock } from '../../../src/testing/index.ts';
import { withRateLimit } from '../../../src/with-rate-limit.ts';
import type { Lie } from './lies.ts';
import { ask, bodyOf, honestUsage, type Setting } from './settings.ts';

const MINUTE = 60_000;
const LATENCY = 100;
const BATCH = 20;
const BATCHES = 3;

/** How long an honestly answered call took, in milliseconds; a text where it failed. */
export type Took = number | string;

/**
 * One lie after so many honest answers, then batches of honest ones. How long the calls after the
 * lie took.
 */
export async function liedTo(
  { wire, make, limits, headers }: Setting,
  lie: Lie | undefined,
  before: number,
): Promise<Took[]> {
  const clock = createVirtualClock({ start: Date.UTC(2026, 10, 28, 12) });
  const sentAt: number[] = [];
  const fetch = async (): Promise<Response> => {
    const isLie = sentAt.length === before && lie !== undefined;
    sentAt.push(clock.now());
    const used = sentAt.filter((at) => at > clock.now() - MINUTE).length;
    await new Promise<void>((resolve) => clock.setTimeout(resolve, LATENCY));
    const honest = { 'content-type': 'application/json', ...headers(used) };
    const body = bodyOf(wire, honestUsage(wire));
    if (!isLie) return new Response(JSON.stringify(body), { headers: honest });
    const lied = lie.body ?? bodyOf(wire, 'usage' in lie ? lie.usage : honestUsage(wire));
    return new Response(JSON.stringify(lied), {
      status: lie.status ?? 200,
      headers: { ...honest, ...lie.headers },
    });
  };
  const client = withRateLimit(make(fetch), { clock, ...(limits && { limits }) });
  const timed = async (): Promise<Took> => {
    const from = clock.now();
    try {
      await ask(client);
      return clock.now() - from;
    } catch (error) {
      return String(error);
    }
  };
  for (let i = 0; i <= before; i++) await clock.run(timed());
  const took: Took[] = [];
  for (let batch = 0; batch < BATCHES; batch++) {
    took.push(...(await clock.run(Promise.all(Array.from({ length: BATCH }, timed)))));
  }
  client.rateLimit.close();
  return took;
}

/** By how much the lie has delayed an honest call at most; a text where one failed. */
export function harmOf(took: readonly Took[], honest: readonly Took[]): Took {
  const failed = [...took, ...honest].find((each) => typeof each === 'string');
  if (failed !== undefined) return failed;
  return Math.max(...took.map((each, i) => Number(each) - Number(honest[i])));
}
