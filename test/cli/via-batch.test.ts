import { existsSync, writeSync } from 'node:fs';
import { expect, it, onTestFinished, vi } from 'vitest';
import { LimiterControls } from '../../src/limiter/limiter-controls.ts';
import {
  createSimulator,
  createVirtualClock,
  type SimulatorOptions,
} from '../../src/testing/index.ts';
import { anthropicLine, ids, openaiLine, World } from './support/world.ts';

const clock = createVirtualClock({ start: 1_800_000_000_000 });
const HOUR = 3_600_000;
const VIA = 'batch in.jsonl -o out.jsonl --limits rpm=600 --via batch-api';
const simulated = (options: SimulatorOptions = {}) =>
  createSimulator({ clock, limits: { rpm: 600 }, ...options });

function world(count: number, line: (id: string) => object = openaiLine): World {
  const made = new World();
  made.write(
    'in.jsonl',
    ids(count).map((id) => line(id)),
  );
  return made;
}

const idsIn = (made: World): string[] => made.results().map(({ custom_id }) => custom_id);

it.each([
  ['openai', openaiLine],
  ['anthropic', anthropicLine],
] as const)(
  'sends a file of %s in batches, and records the same as live',
  async (provider, line) => {
    const [live, batched] = [world(50, line), world(50, line)];
    const reply = () => 'fine';
    await live.sent(VIA.replace('--via batch-api', ''), clock, simulated({ provider, reply }));
    const simulator = simulated({ provider, reply });
    expect(await batched.sent(`${VIA} --batch-size 20`, clock, simulator)).toBe(0);
    expect(simulator.batches.map(({ customIds }) => customIds.length)).toEqual([20, 20, 10]);
    expect(simulator.log).toEqual([]);
    expect(idsIn(batched).toSorted()).toEqual(idsIn(live).toSorted());
    // Names of answers are the server's own, and differ.
    const comparable = (made: World): unknown[] =>
      made
        .results()
        .sort((one, other) => (one.custom_id < other.custom_id ? -1 : 1))
        .map((each) =>
          JSON.parse(
            JSON.stringify(each)
              .replaceAll(/"(created|created_at)":\d+/g, '"$1":0')
              .replaceAll(/"[a-z0-9_-]+sim[^"]*"|"req_[^"]*"/g, '"name"'),
          ),
        );
    expect(comparable(batched)).toEqual(comparable(live));
    const usd = (made: World): number => Number(/\$([\d.]+), 0 429s/.exec(made.err)?.[1]);
    expect(usd(batched) / usd(live)).toBeCloseTo(0.5, 2);
    expect(existsSync(batched.path('out.jsonl.batches'))).toBe(false);
  },
);

it('puts lines of one model and one endpoint into a file', async () => {
  const made = new World();
  const embedding = (id: string) => ({
    ...{ custom_id: id, method: 'POST', url: '/v1/embeddings' },
    body: { model: 'text-embedding-3-small', input: ['a', 'b'] },
  });
  made.write('in.jsonl', [
    ...[openaiLine('a'), openaiLine('b', { model: 'gpt-4o' }), embedding('c')],
    ...[embedding('d'), openaiLine('e')],
  ]);
  const simulator = simulated();
  // Two inputs of each embedding count: three of these calls don't fit into one batch of 3.
  expect(await made.sent(`${VIA} --batch-size 3`, clock, simulator)).toBe(0);
  expect(simulator.batches.map(({ customIds }) => customIds.length)).toEqual([1, 2, 1, 1]);
  expect(simulator.batches.some(({ isFailed }) => isFailed)).toBe(false);
  expect(idsIn(made)).toHaveLength(5);
});

it.each([
  ['openai', openaiLine],
  ['anthropic', anthropicLine],
] as const)(
  '%s: sends live what expires or fails passingly, and records what is wrong',
  async (provider, line) => {
    const made = world(8, line);
    const outcomes = ['answer', 400, 429, 500, 'expire'] as const;
    const simulator = simulated({
      provider,
      batches: { outcome: ({ index }) => outcomes[index] ?? 'answer' },
    });
    expect(await made.sent(VIA, clock, simulator)).toBe(1);
    const live = simulator.log.length;
    expect(live).toBe(3);
    expect(idsIn(made).toSorted()).toEqual(ids(8));
    expect(made.err).toContain('8 recorded (1 failed)');
    expect(made.err).toContain('3 requests are sent live: no batch answered them');
  },
);

it('waits for room in the queue of tokens, and splits what is too large for it', async () => {
  const made = world(40);
  // A line has 2 tokens and more; all of them 80 and more.
  const simulator = simulated({ batches: { maxQueuedTokens: 50 } });
  expect(await made.sent(VIA, clock, simulator)).toBe(0);
  expect(simulator.log).toEqual([]);
  expect(idsIn(made).toSorted()).toEqual(ids(40).toSorted());
  expect(simulator.batches.some(({ isFailed }) => isFailed)).toBe(true);
});

it('sends all live where the provider can not use the file', async () => {
  const made = world(5);
  const simulator = simulated({ batches: { maxRequests: 3 } });
  expect(await made.sent(VIA, clock, simulator)).toBe(0);
  expect(simulator.log).toHaveLength(5);
});

it('stops where the host has no batches, or the key is refused', async () => {
  const made = world(5);
  const azure = simulated({ provider: 'azure' });
  expect(await made.sent(VIA, clock, azure)).toBe(3);
  expect(made.err).toContain('This host has no Batch API');
  expect(await made.sent(VIA, clock, simulated({ keys: ['other'] }))).toBe(3);
  expect(made.err).toContain(
    'The provider accepts no batches: 401 Incorrect API key provided. Run',
  );
  expect(existsSync(made.path('out.jsonl'))).toBe(true);
  expect(made.results()).toEqual([]);
});

it('leaves batches running where it is interrupted, says so, and collects them later', async () => {
  const made = world(30);
  const simulator = simulated({ batches: { durationMs: HOUR } });
  const onInterrupt = (callback: () => void): (() => void) => clock.setTimeout(callback, 60_000);
  expect(await made.sent(VIA, clock, simulator, { onInterrupt })).toBe(130);
  expect(made.err).toContain(
    'Interrupted. 1 batch still runs at the provider. Run the same command again to resume',
  );
  expect(simulator.batches[0]?.isCanceled).toBe(false);
  // Sent live now, its calls would be paid twice.
  expect(await made.run(VIA.replace('--via batch-api', ''))).toBe(2);
  expect(made.err).toContain('has not been collected. Add --via batch-api');
  expect(await made.sent(VIA, clock, simulator)).toBe(0);
  expect([simulator.batches.length, simulator.log.length]).toEqual([1, 0]);
  expect(idsIn(made).toSorted()).toEqual(ids(30).toSorted());
});

/** A process that is killed: nothing that it sends arrives, and nothing that it writes. */
class Mortal {
  #left: number;
  readonly #simulator: { fetch: typeof globalThis.fetch };
  readonly #isAnswered: boolean;
  readonly died: Promise<'killed'>;
  #die: (value: 'killed') => void = () => {};

  /** Dies at its nth request or write; `isAnswered`: the request arrives, and the answer doesn't. */
  constructor(simulator: { fetch: typeof globalThis.fetch }, at: number, isAnswered: boolean) {
    this.#simulator = simulator;
    this.#left = at;
    this.#isAnswered = isAnswered;
    this.died = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const isLast = --this.#left === 0;
    if (this.#left > 0 || (isLast && this.#isAnswered)) {
      const response = await this.#simulator.fetch(input, init);
      if (!isLast) return response;
    }
    this.#die('killed');
    return new Promise(() => {});
  };

  readonly write = (fd: number, bytes: Uint8Array): number => {
    const isLast = --this.#left === 0;
    if (this.#left > 0) return writeSync(fd, bytes);
    this.#die('killed');
    if (isLast) return writeSync(fd, bytes.subarray(0, Math.floor(bytes.length / 2)));
    throw new Error('dead');
  };
}

it.each([
  ['openai', openaiLine],
  ['anthropic', anthropicLine],
] as const)(
  '%s: killed at any request or write, it pays no call twice, and loses no batch',
  async (provider, line) => {
    let survived = false;
    for (let at = 1; !survived; at++) {
      for (const isAnswered of [false, true]) {
        const made = world(5, line);
        // A clock of its own: what a killed one leaves would go on through all that follow.
        const clock = createVirtualClock({ start: 1_800_000_000_000 });
        const simulator = simulated({ clock, provider, batches: { durationMs: 10 * 60_000 } });
        const mortal = new Mortal(simulator, at, isAnswered);
        const { fetch, write } = mortal;
        const args = `${VIA} --batch-size 3`;
        const io = { clock, fetch, write };
        const killed = await clock.run(Promise.race([made.run(args, io), mortal.died]));
        survived = killed !== 'killed';
        expect(await made.sent(args, clock, simulator), `${at} ${isAnswered}`).toBe(0);
        const sizes = simulator.batches.map(({ customIds }) => customIds.length).toSorted();
        expect([sizes, simulator.log.length], `${at} ${isAnswered}`).toEqual([[2, 3], 0]);
        expect(idsIn(made).toSorted()).toEqual(ids(5));
      }
      expect(at).toBeLessThan(100);
    }
  },
  120_000,
);

it.each([
  // It takes 10 minutes live: batches have until 22 minutes before the end of the hour.
  ['1h', 40 * 60_000, 600, { batches: 600, live: 0 }],
  ['1h', 2 * HOUR, 600, { batches: 600, live: 'some' }],
  // Only a part of it can go live in time.
  ['10m', 2 * HOUR, 1200, { batches: 'some', live: 'some' }],
] as const)(
  'keeps a deadline of %s with batches of %d ms',
  async (deadline, durationMs, count, expected) => {
    const made = world(count);
    const simulator = simulated({ limits: { rpm: 60 }, batches: { durationMs } });
    const start = clock.now();
    const via = VIA.replace('rpm=600', 'rpm=60');
    expect(await made.sent(`${via} --deadline ${deadline}`, clock, simulator)).toBe(0);
    expect(new Set(idsIn(made)).size).toBe(count);
    const live = simulator.log.length;
    const batched = simulator.batches.reduce((sum, { customIds }) => sum + customIds.length, 0);
    const lastLive = simulator.log.at(-1)?.time ?? start;
    expect(lastLive - start).toBeLessThanOrEqual(
      Number.parseInt(deadline, 10) * (deadline.endsWith('h') ? HOUR : 60_000),
    );
    if (expected.live === 0) expect(live).toBe(0);
    else expect(live).toBeGreaterThan(0);
    if (expected.batches === 'some') expect(live + batched).toBe(count);
    else expect(batched).toBe(expected.batches);
  },
  120_000,
);

it.each([
  ['openai', openaiLine],
  ['anthropic', anthropicLine],
] as const)(
  '%s: never spends more than --max-usd, says what stays, and goes on with another sum',
  async (provider, line) => {
    const made = world(100, line);
    const simulator = simulated({ provider, reply: () => ({ outputTokens: 16 }) });
    const usd = (): number => Number(/\$([\d.e-]+), 0 429s/.exec(made.err)?.[1]);
    const all = world(100, line);
    await all.sent(VIA, clock, simulated({ provider, reply: () => ({ outputTokens: 16 }) }));
    const whole = Number(/\$([\d.e-]+), 0 429s/.exec(all.err)?.[1]);
    const max = (whole / 2).toFixed(8);
    expect(await made.sent(`${VIA} --batch-size 20 --max-usd ${max}`, clock, simulator)).toBe(3);
    expect(made.err).toMatch(/--max-usd has no room for more: \d+ requests are left\./);
    expect(usd()).toBeLessThanOrEqual(Number(max));
    const { length } = idsIn(made);
    expect(length).toBeGreaterThan(40);
    expect(length).toBeLessThan(60);
    expect(simulator.log).toEqual([]);
    made.err = '';
    expect(await made.sent(`${VIA} --max-usd ${whole * 2}`, clock, simulator)).toBe(0);
    expect(idsIn(made).toSorted()).toEqual(ids(100).toSorted());
  },
);

it('takes a batch from the sum once, and gives back once what it has left of that', async () => {
  const made = world(100);
  const configure = vi.spyOn(LimiterControls.prototype, 'configure');
  onTestFinished(() => configure.mockRestore());
  expect(await made.sent(`${VIA} --batch-size 20 --max-usd 1`, clock, simulated())).toBe(0);
  expect(configure).toHaveBeenCalledTimes(2 * 5);
});

it('submits more with what batches have left over of their reservations', async () => {
  const made = world(40);
  // Each may have 16 tokens of output, and has one.
  const simulator = simulated({ reply: () => ({ outputTokens: 1 }) });
  const most = 40 * 0.5 * (0.15e-6 * 10 + 0.6e-6 * 16);
  const max = (most / 2).toFixed(8);
  expect(await made.sent(`${VIA} --max-usd ${max}`, clock, simulator)).toBe(0);
  expect(simulator.batches.length).toBeGreaterThan(1);
  expect(idsIn(made).toSorted()).toEqual(ids(40).toSorted());
});

it('sees the limits by one request of each model, where a deadline needs them and nobody has said', async () => {
  const made = new World();
  const models = ['a-model', 'b-model'];
  const lines = ids(200).map((id, index) => openaiLine(id, { model: models[index % 2] }));
  made.write('in.jsonl', lines);
  const simulator = simulated({ provider: 'compatible', batches: { durationMs: 60_000 } });
  const via = 'batch in.jsonl -o out.jsonl --base-url http://localhost:9/v1 --via batch-api';
  expect(await made.run(`${via} --deadline 1h --dry-run`, { clock })).toBe(0);
  expect(made.out).toContain('one request of each model is sent live first, to see the limits');
  expect(await made.sent(`${via} --deadline 1h`, clock, simulator)).toBe(0);
  expect(simulator.log.map(({ model }) => model)).toEqual(models);
  expect(simulator.batches.map(({ customIds }) => customIds.length)).toEqual([99, 99]);
  expect(idsIn(made).toSorted()).toEqual(ids(200).toSorted());
});

it.each([
  ['1h', 600, 'all would go into batches; what has no result after'],
  ['10m', 1200, 'of 1200 requests would be sent live at once, the others in batches'],
] as const)('--dry-run says what a deadline of %s would do', async (deadline, count, text) => {
  const made = world(count);
  const dry = `${VIA.replace('rpm=600', 'rpm=60')} --deadline ${deadline} --dry-run`;
  expect(await made.run(dry, { clock })).toBe(0);
  expect(made.out).toContain(text);
});

it('stops on a full disk, and collects the rest of the batch later', async () => {
  const made = world(30);
  const simulator = simulated();
  let written = 0;
  const write = (fd: number, bytes: Uint8Array): number => {
    if (written > 10_000) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    written += bytes.length;
    return writeSync(fd, bytes);
  };
  expect(await made.sent(VIA, clock, simulator, { write })).toBe(3);
  expect(made.err).toContain('The disk is full. 1 batch still runs at the provider');
  const recorded = made.results().length;
  expect(recorded).toBeGreaterThan(0);
  expect(recorded).toBeLessThan(30);
  expect(await made.sent(VIA, clock, simulator)).toBe(0);
  expect([simulator.batches.length, simulator.log.length]).toEqual([1, 0]);
  expect(idsIn(made).toSorted()).toEqual(ids(30).toSorted());
});

it('waits for a network that is gone, without sending anything twice', async () => {
  const made = world(5);
  const simulator = simulated({ batches: { durationMs: HOUR } });
  const start = clock.now();
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const response = await simulator.fetch(input, init);
    // Each request arrives; of the first minutes and some later ones, no answer about a batch does.
    const passed = clock.now() - start;
    const isEarly = passed < 120_000 && String(input).endsWith('/batches');
    const isGone = isEarly || (passed > HOUR / 2 && passed < HOUR * 1.2);
    if (isGone) throw new TypeError('fetch failed');
    return response;
  };
  expect(await made.sent(VIA, clock, { fetch })).toBe(0);
  expect([simulator.batches.length, simulator.log.length]).toEqual([1, 0]);
});
