import type { Limit, PauseCause, RateLimiter } from 'llm-headroom';

const CAUSES: Readonly<Record<PauseCause, string>> = {
  rate: 'the provider has answered 429',
  daily: "a day's limit is used up",
  ramp: 'the load grew too fast for the provider',
  capacity: 'the provider is overloaded',
  operator: 'an operator has said so',
};

/** Says what a limiter does. Calls held back for the same reason are told of once. */
export function announce(limiter: RateLimiter, say: (line: string) => void): void {
  const told = new Set<string>();
  limiter.on('limits', ({ model, limits }) => {
    if (limits.length > 0) say(`${model}: ${limits.map(inShort).join(', ')}`);
  });
  limiter.on('throttled', ({ model, reason, waitMs }) => {
    const line = `${model}: calls are held back (${reason})`;
    if (told.has(line)) return;
    told.add(line);
    say(`${line}, this one for ${waitMs < 100 ? `${waitMs} ms` : inSeconds(waitMs)}`);
  });
  limiter.on('paused', ({ model, cause, retryAfterMs }) => {
    say(`${model}: paused for ${inSeconds(retryAfterMs)}, ${CAUSES[cause]}`);
  });
  limiter.on('resumed', ({ model, pausedMs }) => {
    say(`${model}: resumed after ${inSeconds(pausedMs)}`);
  });
}

const INITIALS: Readonly<Record<Limit['dimension'], string>> = {
  requests: 'R',
  tokens: 'T',
  inputTokens: 'IT',
  outputTokens: 'OT',
  usd: 'USD ',
};

/** `500 RPM`; a limit of another time, `60 R in 10 s`. */
function inShort({ dimension, max, windowMs }: Limit): string {
  const amount = `${max.toLocaleString('en')} ${INITIALS[dimension]}`;
  if (windowMs === 60_000) return `${amount}PM`;
  return windowMs === 86_400_000 ? `${amount}PD` : `${amount} in ${windowMs / 1000} s`;
}

export function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
