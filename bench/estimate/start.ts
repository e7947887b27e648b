import { pathToFileURL } from 'node:url';
import { LOADERS, oursFrom } from './tokenizers.ts';

/** What it takes to begin, in a process that has done nothing else. Prints JSON. */
export interface Start {
  readonly importMs: number;
  /** From then until the first count is exact. */
  readonly readyMs: number;
  /** The longest that the event loop stood still in that time, and in a time of nothing to do. */
  readonly longestMs: number;
  readonly idleMs: number;
  /** Means something with `--expose-gc`. */
  readonly memoryMB: number;
}

const IDLE_MS = 400;

const used = (): number => {
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
};

await new Promise((resolve) => setTimeout(resolve, 50));
global.gc?.();
const before = used();
const [, , name = '', compiled] = process.argv;
const importedAt = performance.now();
const prepare = await (compiled ? oursFrom(pathToFileURL(compiled)) : LOADERS[name]?.());
const importMs = performance.now() - importedAt;
const watchIdle = stalls();
await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
const idleMs = await watchIdle();
const startedAt = performance.now();
const watch = stalls();
const count = await prepare?.();
await count?.('hello world');
const readyMs = performance.now() - startedAt;
const longestMs = await watch();
global.gc?.();
const start: Start = { importMs, readyMs, longestMs, idleMs, memoryMB: used() - before };
console.log(JSON.stringify(start));
await count?.('again'); // what was loaded is still in use

/** Watches the event loop; what it returns stops that and tells the longest stretch in ms. */
function stalls(): () => Promise<number> {
  let last = performance.now();
  let longestMs = 0;
  let isWatching = true;
  const watch = (): void => {
    const now = performance.now();
    longestMs = Math.max(longestMs, now - last);
    last = now;
    if (isWatching) setImmediate(watch);
  };
  setImmediate(watch);
  return async () => {
    await new Promise((resolve) => setImmediate(resolve));
    isWatching = false;
    return longestMs;
  };
}
