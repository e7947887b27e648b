/**
 * The way of OpenAI's cookbook (its parallel processing script), written anew: two counters that
 * start full and fill up as time passes; a call goes when both have room for it. After a 429 nothing
 * goes for 15 seconds. A call that fails comes again before all others, five times in all. Results
 * are appended as they come, and so are failures.
 *
 * `node counters-way.ts requests.jsonl results.jsonl RPM TPM`
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Tiktoken } from 'js-tiktoken/lite';
import o200k from 'js-tiktoken/ranks/o200k_base';
import { type Line, linesOf } from './lines.ts';

const LOOP_MS = 1;
const PAUSE_MS = 15_000;
const ATTEMPTS = 5;
const MINUTE_MS = 60_000;

const [input = '', output = '', rpm = '', tpm = ''] = process.argv.slice(2);
const encoder = new Tiktoken(o200k);

interface Call {
  readonly line: Line;
  readonly tokens: number;
  left: number;
}

/** As the cookbook counts: four more for each message, two for the answer's beginning, and the answer. */
function callOf(line: Line): Call {
  const { max_completion_tokens, messages } = line.body;
  const texts = messages.flatMap(({ role, content }) => [role, content]);
  const counted = texts.reduce((sum, text) => sum + encoder.encode(text).length, 0);
  const tokens = counted + 4 * messages.length + 2 + max_completion_tokens;
  return { line, tokens, left: ATTEMPTS };
}

/** A counter that starts full. */
class Counter {
  readonly #most: number;
  #left: number;
  #at = Date.now();

  constructor(most: number) {
    this.#most = most;
    this.#left = most;
  }

  has(amount: number): boolean {
    const now = Date.now();
    this.#left = Math.min(this.#most, this.#left + (this.#most * (now - this.#at)) / MINUTE_MS);
    this.#at = now;
    return this.#left >= amount;
  }

  take(amount: number): void {
    this.#left -= amount;
  }
}

const again: Call[] = [];
let refusedAt = Number.NEGATIVE_INFINITY;
let open = 0;

async function send(call: Call): Promise<void> {
  open++;
  const { custom_id, url, body } = call.line;
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${process.env.OPENAI_API_KEY}`,
  };
  try {
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(`https://api.openai.com${url}`, init);
    if (response.status === 429) refusedAt = Date.now();
    const answer = await response.json();
    if (response.ok) record({ custom_id, response: { status_code: 200, body: answer } });
    else failed(call, answer);
  } catch (error) {
    failed(call, String(error));
  } finally {
    open--;
  }
}

function failed(call: Call, error: unknown): void {
  if (--call.left > 0) again.push(call);
  else record({ custom_id: call.line.custom_id, error });
}

function record(result: object): void {
  appendFileSync(output, `${JSON.stringify(result)}\n`);
}

const requests = new Counter(Number(rpm));
const tokens = new Counter(Number(tpm));
const lines = linesOf(input);
let next: Call | undefined;
let isDry = false;
while (!isDry || next !== undefined || again.length > 0 || open > 0) {
  next ??= again.shift();
  if (next === undefined && !isDry) {
    const { value, done } = await lines.next();
    isDry = done === true;
    if (value) next = callOf(value);
  }
  const isPaused = Date.now() - refusedAt < PAUSE_MS;
  if (next !== undefined && !isPaused && requests.has(1) && tokens.has(next.tokens)) {
    requests.take(1);
    tokens.take(next.tokens);
    void send(next);
    next = undefined;
  }
  await sleep(LOOP_MS);
}
