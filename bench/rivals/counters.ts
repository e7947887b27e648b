import type { Pass, Usable } from './pass.ts';

const POLL_MS = 1;
const ATTEMPTS = 5;
const PAUSE_MS = 15_000;
const MINUTE_MS = 60_000;

interface Queued {
  readonly cost: number;
  readonly start: () => Promise<void>;
}

/**
 * The way of OpenAI's cookbook (its parallel processing script), written anew: two counters that
 * start full and fill up evenly, looked at each millisecond for the call that came first; a call that
 * is refused comes again, five times at most, and after each refusal nothing goes for 15 seconds.
 */
export function counters({ rpm, tpm }: Usable): Pass {
  const queue: Queued[] = [];
  let isRunning = false;
  let calls = rpm;
  let tokens = tpm;
  let at = Date.now();
  let refusedAt = Number.NEGATIVE_INFINITY;

  function step(): void {
    const now = Date.now();
    calls = Math.min(rpm, calls + (rpm * (now - at)) / MINUTE_MS);
    tokens = Math.min(tpm, tokens + (tpm * (now - at)) / MINUTE_MS);
    at = now;
    const [first] = queue;
    if (first === undefined) {
      isRunning = false;
      return;
    }
    if (calls >= 1 && tokens >= first.cost && now - refusedAt >= PAUSE_MS) {
      queue.shift();
      calls -= 1;
      tokens -= first.cost;
      void first.start();
    }
    setTimeout(step, POLL_MS);
  }

  return (cost, send) =>
    new Promise((resolve, reject) => {
      let attempts = ATTEMPTS;
      const start = async (): Promise<void> => {
        try {
          resolve(await send());
        } catch (error) {
          if ((error as { status?: number }).status === 429) refusedAt = Date.now();
          if (--attempts > 0) enqueue();
          else reject(error);
        }
      };
      function enqueue(): void {
        queue.push({ cost, start });
        if (isRunning) return;
        isRunning = true;
        setTimeout(step, POLL_MS);
      }
      enqueue();
    });
}
