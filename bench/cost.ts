import Bottleneck from 'bottleneck';
import { RateLimiter as TokenBucket } from 'limiter';
import OpenAI from 'openai';
import PQueue from 'p-queue';
import { withRateLimit } from '../src/with-rate-limit.ts';

/**
 * Calls of one measurement, and how often each is repeated: the cheapest one counts. Short rounds, so
 * that some are free of what else the machine does; and many, because code is fast only after thousands
 * of calls.
 */
const CALLS = 100;
const ROUNDS = 100;
/** What lets every call through at once. */
const NO_LIMIT = { rpm: 100_000_000, tpm: 100_000_000_000 };
const PER_MINUTE = 100_000_000;

const REQUEST: OpenAI.ChatCompletionCreateParamsNonStreaming = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: 'Say in one sentence what a token bucket is for.' }],
};
const ANSWER = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'gpt-4o-mini',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Yes.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 19, completion_tokens: 2, total_tokens: 21 },
});
const HEADERS = {
  'content-type': 'application/json',
  'x-ratelimit-limit-requests': '100000000',
  'x-ratelimit-remaining-requests': '99999999',
  'x-ratelimit-reset-requests': '2ms',
  'x-ratelimit-limit-tokens': '100000000000',
  'x-ratelimit-remaining-tokens': '99999999967',
  'x-ratelimit-reset-tokens': '0s',
};

type Call = () => Promise<unknown>;

function bare(): OpenAI {
  const fetch = async (): Promise<Response> => new Response(ANSWER, { headers: HEADERS });
  return new OpenAI({ apiKey: 'key', fetch });
}

function asking(client: OpenAI): Call {
  return () => client.chat.completions.create(REQUEST);
}

const ways: Readonly<Record<string, () => Call>> = {
  'the SDK alone': () => asking(bare()),
  'llm-headroom': () => asking(withRateLimit(bare(), { limits: NO_LIMIT })),
  'p-queue': () => {
    const queue = new PQueue({ interval: 60_000, intervalCap: PER_MINUTE });
    const ask = asking(bare());
    return () => queue.add(ask);
  },
  bottleneck: () => {
    const queue = new Bottleneck({ reservoir: PER_MINUTE, reservoirRefreshAmount: PER_MINUTE });
    const ask = asking(bare());
    return () => queue.schedule(ask);
  },
  limiter: () => {
    const bucket = new TokenBucket({ tokensPerInterval: PER_MINUTE, interval: 'minute' });
    const ask = asking(bare());
    return async () => {
      await bucket.removeTokens(1);
      return ask();
    };
  },
};

/** Microseconds of CPU a call. */
async function cpuOf(call: Call, atOnce: number): Promise<number> {
  const before = process.cpuUsage();
  for (let done = 0; done < CALLS; done += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, call));
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CALLS;
}

/** What a call costs beside the SDK alone, as a Markdown table: all ways in turn, in one process. */
export async function costTable(): Promise<string> {
  const calls = Object.entries(ways).map(([name, make]) => ({ name, call: make() }));
  const rows = calls.map(({ name }) => ({ name, cpu: [Infinity, Infinity] }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, { call }] of calls.entries()) {
      for (const [j, atOnce] of [1, 50].entries()) {
        const row = rows[i]?.cpu ?? [];
        row[j] = Math.min(row[j] ?? Infinity, await cpuOf(call, atOnce));
      }
    }
  }
  const [alone] = rows;
  const added = (cpu: number, j: number): string => `${Math.round(cpu - (alone?.cpu[j] ?? 0))}`;
  const lines = rows.map(({ name, cpu }, i) => {
    const cells = cpu.map((each, j) => (i === 0 ? `${Math.round(each)}` : `+ ${added(each, j)}`));
    return `| ${name} | ${cells.join(' | ')} |`;
  });
  const head = ['| | one at a time, µs | 50 at once, µs |', '|---|--:|--:|'];
  return [`CPU a call, with an instant \`fetch\``, '', ...head, ...lines].join('\n');
}
