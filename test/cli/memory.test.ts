import { expect, it } from 'vitest';
import { createVirtualClock } from '../../src/testing/index.ts';
import { collectGarbage } from '../support/garbage.ts';
import { World } from './support/world.ts';

/*
 * Names, requests and answers are so large that a run that keeps any of them, of each line, takes
 * many times what is allowed; and so few that the code itself, as it gets warm, takes far less.
 */
const LINES = 400;
/** Memory is looked at after so many. */
const BATCH = 50;
const LARGE = 16_000;
/** Of a line: 10 to 20 bytes for each set that knows its name, and what is not about lines at all. */
const MOST_BYTES = LARGE / 4;

const clock = createVirtualClock({ start: 1_800_000_000_000 });
const id = (index: number): string => `${index}-${'i'.repeat(LARGE)}`;

function world(): World {
  const made = new World();
  const lines = Array.from({ length: LINES }, (_, index) => {
    const messages = [{ role: 'user', content: 'word '.repeat(LARGE / 5) }];
    const body = { model: 'gpt-4o-mini', max_completion_tokens: 1, messages };
    return { custom_id: id(index), method: 'POST', url: '/v1/chat/completions', body };
  });
  made.write('in.jsonl', lines);
  return made;
}

/** What is in use, a turn after all that can go has gone. */
async function inUse(): Promise<number> {
  for (let turns = 0; turns < 2; turns++) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Bytes for each line, from the first sample to the last. */
function grown(samples: readonly number[]): number {
  const [first = 0] = samples;
  return ((samples.at(-1) ?? 0) - first) / (BATCH * (samples.length - 1));
}

function answer(): object {
  const message = { role: 'assistant', content: 'fine '.repeat(LARGE / 5) };
  const usage = { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 };
  const choices = [{ index: 0, message, finish_reason: 'stop' }];
  return { id: 'a', object: 'chat.completion', created: 1, model: 'gpt-4o-mini', choices, usage };
}

it('keeps nothing of a line that has a result but that it has one', async () => {
  const made = world();
  const samples: number[] = [];
  let sent = 0;
  const fetch = async (): Promise<Response> => {
    if (++sent % BATCH === 0) samples.push(await inUse());
    return Response.json(answer());
  };
  const args = 'batch in.jsonl -o out.jsonl --limits rpm=100000000 --concurrency 4 --quiet';
  expect(await made.sent(args, clock, { fetch })).toBe(0);
  expect(made.results()).toHaveLength(LINES);
  expect(grown(samples.slice(1))).toBeLessThan(MOST_BYTES);
});

/** OpenAI's Batch API, of which nothing stays but how many lines each batch has. */
class Batches {
  readonly #files = new Map<string, { readonly size: number; readonly endsAt: number }>();
  readonly asked: (what: 'upload' | 'tidy') => Promise<void>;

  constructor(asked: (what: 'upload' | 'tidy') => Promise<void>) {
    this.asked = asked;
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const { pathname } = new URL(String(input));
    const [, what, id = '', verb] = /(files|batches)\/?([^/]*)\/?(.*)$/.exec(pathname) ?? [];
    if (init?.method === 'DELETE') await this.asked('tidy');
    if (verb === 'content') return this.#results(id);
    if (what === 'batches') return Response.json(this.#batch(id || fileIn(String(init?.body))));
    if (id === '') return Response.json({ id: await this.#stored(init?.body) });
    return Response.json({ id });
  };

  async #stored(form: unknown): Promise<string> {
    const release = clock.hold();
    const file = form instanceof FormData ? form.get('file') : null;
    const text = file instanceof File ? await file.text() : '';
    const [, found = ''] = /"custom_id":"(\w+)-0"/.exec(text) ?? [];
    // A copy: a part of a text keeps all of it.
    const token = Buffer.from(found).toString();
    const size = text.trimEnd().split('\n').length;
    this.#files.set(token, { size, endsAt: clock.now() + 600_000 * (this.#files.size + 1) });
    await this.asked('upload');
    release();
    return token;
  }

  /** Each ends ten minutes after the one before. */
  #batch(id: string): object {
    const { endsAt } = this.#files.get(id) ?? { endsAt: 0 };
    const status = clock.now() < endsAt ? 'in_progress' : 'completed';
    return { id, status, input_file_id: id, output_file_id: id };
  }

  async #results(token: string): Promise<Response> {
    const { size } = this.#files.get(token) ?? { size: 0 };
    const lines = Array.from({ length: size }, (_, index) => {
      const response = { status_code: 200, request_id: 'r', body: answer() };
      return `${JSON.stringify({ custom_id: `${token}-${index}`, response })}\n`;
    });
    return new Response(lines.join(''));
  }
}

function fileIn(body: string): string {
  return /"input_file_id":"(\w+)"/.exec(body)?.[1] ?? '';
}

it('keeps of a line that is in a batch its name, once, until the batch has ended', async () => {
  const made = world();
  const samples = { upload: [] as number[], tidy: [] as number[] };
  const batches = new Batches(async (what) => void samples[what].push(await inUse()));
  const args = `batch in.jsonl -o out.jsonl --via batch-api --batch-size ${BATCH} --quiet`;
  expect(await made.sent(args, clock, batches)).toBe(0);
  expect(made.results()).toHaveLength(LINES);
  const { upload, tidy } = samples;
  expect(tidy).toHaveLength(LINES / BATCH);
  // While all are open. At first the SDK tries whether it can upload; the last one ends the reading.
  expect(grown(upload.slice(2, -1))).toBeLessThan(LARGE + MOST_BYTES);
  expect(grown([upload[2] ?? 0, ...tidy.slice(2)])).toBeLessThan(MOST_BYTES);
});
