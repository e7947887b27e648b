import OpenAI from 'openai';
import { warmUp } from '../src/tokens/estimate.ts';
import { withRateLimit } from '../src/with-rate-limit.ts';

/** Lines that calls join, and how many join at a time. */
const LINES = [10, 1000, 100_000] as const;
const JOINING = 50;
const MOST_AT_ONCE = 500;
/** The cheapest round counts. */
const ROUNDS = 60;
/** A client whose calls wait: its lane is paused. */
function pausedClient(): ReturnType<typeof withRateLimit<OpenAI>> {
  const client = withRateLimit(new OpenAI({ apiKey: 'key' }), { limits: { rpm: 1 } });
  client.rateLimit.pause({ forMs: 600_000 });
  return client;
}

type Client = ReturnType<typeof pausedClient>;

/** Until so many calls wait: those that come are estimated in turns of the event loop. */
async function untilWaiting({ rateLimit }: Client, count: number): Promise<void> {
  for (;;) {
    const [lane] = rateLimit.snapshot();
    if (lane !== undefined && lane.queued - lane.estimating === count) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** `count` calls join a line of `length`; returns what makes them leave it. */
async function join(client: Client, length: number, count: number): Promise<() => void> {
  const leaving = new AbortController();
  for (let i = 0; i < count; i++) {
    const messages = [{ role: 'user' as const, content: 'Say in one sentence what it is for.' }];
    const { signal } = leaving;
    client.chat.completions.create({ model: 'gpt-4o-mini', messages }, { signal }).catch(() => {});
  }
  await untilWaiting(client, length + count);
  return () => leaving.abort();
}

async function lineOf(length: number): Promise<Client> {
  const client = pausedClient();
  for (let there = 0; there < length; ) {
    const more = Math.min(MOST_AT_ONCE, length - there);
    await join(client, there, more);
    there += more;
  }
  return client;
}

/** Microseconds of CPU that a call takes to join, with what the SDK does of it. */
async function cpuOf(client: Client, length: number): Promise<number> {
  // Estimates share turns of the event loop: none of the line before has a part in these.
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
  const before = process.cpuUsage();
  const leave = await join(client, length, JOINING);
  const { user, system } = process.cpuUsage(before);
  leave();
  await untilWaiting(client, length);
  return (user + system) / JOINING;
}

/** What it takes to join a line, by its length, as a Markdown table: all lines in turn. */
export async function joiningTable(): Promise<string> {
  await warmUp();
  const lines = [];
  for (const length of LINES) lines.push({ length, client: await lineOf(length), cpu: Infinity });
  for (let round = 0; round < ROUNDS; round++) {
    for (const line of lines) line.cpu = Math.min(line.cpu, await cpuOf(line.client, line.length));
  }
  for (const { client } of lines) client.rateLimit.close();
  const rows = lines.map(({ length, cpu }) => `| ${length} | ${Math.round(cpu)} |`);
  return ['| calls in the line | to join it, µs of CPU |', '|--:|--:|', ...rows].join('\n');
}
