import { createRateLimiter } from '../src/limiter.ts';
import { createVirtualClock } from '../src/testing/index.ts';

// Memory of lanes and keys whose names users think of: `node --expose-gc bench/lanes.ts`.
const clock = createVirtualClock();
const limiter = createRateLimiter({ clock, limits: { rpm: 600, tpm: 200_000 } });
const report = (what: string, before: number): void => {
  globalThis.gc?.();
  const megabytes = (process.memoryUsage().heapUsed - before) / 1e6;
  console.log(`${what}: ${megabytes.toFixed(1)} MB, ${limiter.snapshot().length} lanes`);
};
globalThis.gc?.();
const before = process.memoryUsage().heapUsed;
for (let n = 0; n < 6000; n++) (await limiter.acquire({}, { model: `model ${n}` })).settle();
report('6,000 model names', before);
await clock.advance(10 * 60_000);
report('ten minutes later', before);
for (let n = 0; n < 20_000; n++)
  (await limiter.acquire({ requests: 0 }, { key: `key ${n}` })).settle();
report('20,000 keys', before);
await clock.advance(86_400_000);
report('a day later', before);
limiter.close();
