import { expect, test } from 'vitest';
import type { Connection } from '../../src/redis/connection.ts';
import { RedisLink } from '../../src/redis/link.ts';
import { LuaScript } from '../../src/redis/lua-script.ts';
import { RedisUnavailable } from '../../src/redis/redis-unavailable.ts';
import { createVirtualClock } from '../../src/testing/virtual-clock.ts';

const SCRIPT = new LuaScript('return 1');
const NEVER = new Promise<never>(() => {});

/** A connection that does what it is told, and notes when it was asked. */
class Told implements Connection {
  readonly trace: string[] = [];
  readonly #now: () => number;
  connects: () => Promise<void> = async () => {};
  answers: () => Promise<unknown> = async () => 'ok';
  pings: () => Promise<void> = async () => {};

  constructor(now: () => number) {
    this.#now = now;
  }

  async prepare(): Promise<void> {}

  connect(): Promise<void> {
    return this.connects();
  }

  run(): Promise<unknown> {
    this.#note('run');
    return this.answers();
  }

  ping(key?: string): Promise<void> {
    this.#note(`ping ${key}`);
    return this.pings();
  }

  reset(): void {
    this.#note('reset');
  }

  close(): void {
    this.#note('close');
  }

  #note(what: string): void {
    this.trace.push(`${Math.round(this.#now())} ${what}`);
  }
}

function setUp({ random = 0.5 } = {}) {
  const clock = createVirtualClock({ start: 0 });
  const told = new Told(() => clock.now());
  const link = new RedisLink(told, { clock, random: () => random });
  link.onChange(({ phase }) => told.trace.push(`${Math.round(clock.now())} ${phase}`));
  const run = () => clock.run(link.run(SCRIPT, ['key'], []));
  return { clock, told, link, run };
}

const fails = (message: string) => () => Promise.reject(new Error(message));

test('an answer takes one question and leaves no timer', async () => {
  const { clock, told, run } = setUp();
  expect(await run()).toBe('ok');
  expect(told.trace).toEqual(['0 run']);
  expect(clock.pending).toBe(0);
});

test('what was refused is tried again, more and more slowly, then the link is lost', async () => {
  const { clock, told, link, run } = setUp();
  told.answers = fails('LOADING Redis is loading the dataset in memory');
  told.pings = fails('LOADING Redis is loading the dataset in memory');
  await expect(run()).rejects.toMatchObject({ name: 'RedisUnavailable', mayHaveRun: false });
  // 25, 50, 100, 200 and 250 ms: halves of 50, 100, 200, 400 and 500.
  expect(told.trace).toEqual([
    '0 run',
    '25 run',
    '75 run',
    '175 run',
    '375 run',
    '625 run',
    '875 run',
    '875 lost',
  ]);
  await expect(run()).rejects.toBeInstanceOf(RedisUnavailable);
  expect(told.trace).toHaveLength(8);
  told.pings = async () => {};
  await clock.advance(250);
  expect(told.trace.slice(8)).toEqual(['1063 ping key', '1063 up']);
  expect(link.state).toEqual({ phase: 'up' });
  expect(clock.pending).toBe(0);
});

for (const code of ['TRYAGAIN', 'CLUSTERDOWN', 'MOVED 1', 'READONLY', 'MASTERDOWN', 'BUSY']) {
  test(`${code} is tried again`, async () => {
    const { told, run } = setUp();
    const answers = [fails(`${code} for a while`), async () => 'ok'];
    told.answers = () => answers.shift()!();
    expect(await run()).toBe('ok');
    expect(told.trace).toEqual(['0 run', '25 run']);
  });
}

test('a connection that fails is tried again, since nothing was sent', async () => {
  const { clock, told, run } = setUp();
  const connects = [fails('connect ECONNREFUSED'), fails('connect ECONNREFUSED'), async () => {}];
  told.connects = () => connects.shift()!();
  expect(await run()).toBe('ok');
  expect(told.trace).toEqual(['75 run']);
  expect(clock.pending).toBe(0);
});

test('a connection that hangs is given up', async () => {
  const { told, run } = setUp();
  told.connects = () => NEVER;
  await expect(run()).rejects.toMatchObject({ mayHaveRun: false });
  expect(told.trace).toEqual(['2000 reset', '2000 lost']);
});

test('a script without an answer is never tried again: it may have run', async () => {
  const { told, run } = setUp();
  told.answers = () => NEVER;
  await expect(run()).rejects.toMatchObject({ mayHaveRun: true });
  expect(told.trace).toEqual(['0 run', '1000 reset', '1000 lost']);
});

test('a connection cut in mid-run is no loss yet: the next run connects anew', async () => {
  const { told, link, run } = setUp();
  told.answers = fails('Socket closed unexpectedly');
  await expect(run()).rejects.toMatchObject({ mayHaveRun: true });
  expect(link.state.phase).toBe('up');
  expect(told.trace).toEqual(['0 run']);
});

test("a script's own error is the caller's, and says nothing about the server", async () => {
  const { told, link, run } = setUp();
  told.answers = fails('ERR user_script:1: attempt to index nil');
  await expect(run()).rejects.toThrow('ERR user_script:1: attempt to index nil');
  expect(link.state.phase).toBe('up');
});

test('a lost server is looked for at once often, later each second, and for ever', async () => {
  const { clock, told, run } = setUp({ random: 0.999_999 });
  told.answers = () => NEVER;
  told.pings = fails('Socket closed unexpectedly');
  await expect(run()).rejects.toBeInstanceOf(RedisUnavailable);
  await clock.advance(3_600_000);
  const looks = told.trace.filter((each) => each.includes('ping')).map(Number.parseFloat);
  const pauses = looks.map((at, i) => at - (looks[i - 1] ?? 1000));
  expect(pauses.slice(0, 4)).toEqual([250, 250, 250, 250]);
  expect(pauses.at(-1)).toBe(1000);
  for (const [i, pause] of pauses.entries()) {
    expect(pause).toBeLessThanOrEqual(Math.max(251, (looks[i]! - 1000) / 8));
  }
});

test('a server that answers, though not as asked, is back', async () => {
  const { clock, told, link, run } = setUp();
  told.answers = () => NEVER;
  told.pings = fails("NOPERM this user has no permissions to run the 'setrange' command");
  await expect(run()).rejects.toBeInstanceOf(RedisUnavailable);
  await clock.advance(250);
  expect(link.state.phase).toBe('up');
});

test('what was asked before a loss says nothing about the link after it', async () => {
  const { clock, told, link } = setUp();
  told.answers = () => NEVER;
  const first = link.run(SCRIPT, ['key'], []).catch(String);
  await clock.advance(900);
  const second = link.run(SCRIPT, ['key'], []).catch(String);
  await clock.advance(300);
  expect(link.state.phase).toBe('up');
  await clock.advance(1000);
  expect(await Promise.all([first, second])).toEqual([
    'RedisUnavailable: Redis is unavailable: The store did not answer within 1000 ms',
    'RedisUnavailable: Redis is unavailable: The store did not answer within 1000 ms',
  ]);
  expect(told.trace.filter((each) => each.includes('lost'))).toEqual(['1000 lost']);
});

test('closed, it fails every run, looks for nothing and tells its listeners', async () => {
  const { clock, told, link, run } = setUp();
  told.answers = () => NEVER;
  await expect(run()).rejects.toBeInstanceOf(RedisUnavailable);
  link.close();
  link.close();
  await expect(run()).rejects.toThrow('closed');
  expect(clock.pending).toBe(0);
  expect(told.trace.slice(2)).toEqual(['1000 lost', '1000 closed', '1000 close']);
});

test('a listener can be taken off, and one that throws hurts nobody', async () => {
  const { told, link, run } = setUp();
  const heard: string[] = [];
  const off = link.onChange(({ phase }) => heard.push(phase));
  link.onChange(() => {
    throw new Error('mine');
  });
  link.onChange(({ phase }) => heard.push(`still ${phase}`));
  off();
  told.answers = () => NEVER;
  await expect(run()).rejects.toBeInstanceOf(RedisUnavailable);
  expect(heard).toEqual(['still lost']);
});

test('timeouts are positive numbers', () => {
  const told = new Told(() => 0);
  expect(() => new RedisLink(told, { commandTimeoutMs: 0 })).toThrow(
    'Expected `commandTimeoutMs` to be a positive number, got `0` (number)',
  );
  expect(() => new RedisLink(told, { connectTimeoutMs: Number.NaN })).toThrow('connectTimeoutMs');
});
