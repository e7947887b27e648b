import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import OpenAI from 'openai';
import { warmUp } from '../src/tokens/estimate.ts';
import { withRateLimit } from '../src/with-rate-limit.ts';

/** Calls that wait at once. */
const CALLS = 10_000;
const LOOK_MS = 20;
/** What is done later by then: the collector is asked this often. */
const COLLECTIONS = 10;
const BYTES_PER_KB = 1000;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Bytes of the heap that are in use. */
async function heapInUse(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  for (let i = 0; i < COLLECTIONS; i++) {
    if (typeof collect === 'function') collect();
    await pause(1);
  }
  return process.memoryUsage().heapUsed;
}

/** An SDK whose requests wait for ever before they are made: what it keeps of a call by itself. */
function stuck(): OpenAI {
  const client = new OpenAI({ apiKey: 'key' });
  const kept: unknown[] = [];
  const makeRequest = (options: Promise<unknown>): Promise<unknown> =>
    new Promise((resolve) => {
      void options.then((given) => kept.push({ given, resolve }));
    });
  return Object.defineProperty(client, 'makeRequest', { value: makeRequest });
}

/** Bytes that one waiting call keeps beside its body. */
async function bytesPerCall(client: OpenAI, areAllThere: () => boolean): Promise<number> {
  const bodies = Array.from({ length: CALLS }, (_, i) => ({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user' as const, content: `Say in one sentence what ${i} is for.` }],
  }));
  const calls: Promise<unknown>[] = new Array(CALLS);
  const before = await heapInUse();
  for (const [i, body] of bodies.entries()) {
    calls[i] = client.chat.completions.create(body);
    calls[i]?.catch(() => {});
  }
  do await pause(LOOK_MS);
  while (!areAllThere());
  const bytes = ((await heapInUse()) - before) / calls.length;
  return bytes;
}

/** The memory of a call that waits, as a Markdown table. */
export async function waitingTable(): Promise<string> {
  await warmUp();
  const alone = await bytesPerCall(stuck(), () => true);
  const client = withRateLimit(new OpenAI({ apiKey: 'key' }), { limits: { rpm: 1 } });
  client.rateLimit.pause({ forMs: 600_000 });
  const limited = await bytesPerCall(client, () => {
    const [lane] = client.rateLimit.snapshot();
    return lane?.queued === CALLS && lane.estimating === 0;
  });
  client.rateLimit.close();
  const kB = (bytes: number): string => (bytes / BYTES_PER_KB).toFixed(1);
  const rows = [`| the SDK alone | ${kB(alone)} |`, `| llm-headroom | ${kB(limited)} |`];
  const head = [`| one of ${CALLS} calls that wait | kB |`, '|---|--:|'];
  return [...head, ...rows].join('\n');
}
