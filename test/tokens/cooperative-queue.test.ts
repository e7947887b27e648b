import { expect, test } from 'vitest';
import { CooperativeQueue } from '../../src/tokens/cooperative-queue.ts';
import type { Job } from '../../src/tokens/job.ts';

/** An event loop that turns when it is told to, and a clock on which work takes its time. */
class Loop {
  nowMs = 0;
  readonly turns: (() => void)[] = [];
  readonly queue = new CooperativeQueue({ now: () => this.nowMs }, (turn) => this.turns.push(turn));

  /** A turn, and all that goes on because of it before the next one. */
  async turn(): Promise<void> {
    for (const next of this.turns.splice(0)) next();
    await this.settled();
  }

  async settled(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }

  job(name: string, work: number, trace: string[], msPerStep = 0): Job {
    const loop = this;
    return {
      get done() {
        return work <= 0;
      },
      step(budget) {
        const did = Math.min(budget, work);
        work -= did;
        loop.nowMs += msPerStep;
        trace.push(`${name} ${did}`);
        return did;
      },
    };
  }
}

test('a short job is done before run returns', () => {
  const trace: string[] = [];
  const loop = new Loop();
  void loop.queue.run(loop.job('a', 100, trace));
  expect(trace).toEqual(['a 100']);
});

test('a long job is done a turn at a time, and its promise resolves at the end', async () => {
  const trace: string[] = [];
  const loop = new Loop();
  let finished = false;
  const running = loop.queue.run(loop.job('a', 250_000, trace)).then(() => {
    finished = true;
  });
  const stepsPerTurn: number[] = [];
  for (let before = 0; trace.length > before; await loop.turn()) {
    stepsPerTurn.push(trace.length - before);
    before = trace.length;
    expect(finished).toBe(trace.length === 121);
  }
  expect(stepsPerTurn).toEqual([26, 30, 30, 30, 5]);
  await running;
});

test('what many short jobs do in one turn is bounded, too, and how many go on after it', async () => {
  const trace: string[] = [];
  const loop = new Loop();
  let wentOn = 0;
  for (let index = 0; index < 200; index += 1) {
    void loop.queue.run(loop.job('a', 2000, trace)).then(() => {
      wentOn += 1;
    });
  }
  expect(trace.length).toBe(40);
  await loop.turn();
  expect([trace.length, wentOn]).toEqual([60, 60]);
});

test('what goes on after one job takes its time before the next one is begun', async () => {
  const loop = new Loop();
  let wentOn = 0;
  for (let index = 0; index < 100; index += 1) {
    void loop.queue.run(loop.job('a', 2000, [])).then(() => {
      wentOn += 1;
      loop.nowMs += 0.25;
    });
  }
  await loop.settled();
  const before = wentOn;
  await loop.turn();
  expect(wentOn - before).toBe(4);
});

test('calls that follow one another at once give the event loop its turn', async () => {
  const loop = new Loop();
  const follow = async (): Promise<void> => {
    for (let index = 0; index < 1000; index += 1) {
      await loop.queue.run(loop.job('a', 1, []));
      loop.nowMs += 0.5;
    }
  };
  void follow();
  await loop.settled();
  expect(loop.nowMs).toBe(2);
});

test('jobs take turns', async () => {
  const trace: string[] = [];
  const loop = new Loop();
  void loop.queue.run(loop.job('a', 64_000, trace));
  trace.length = 0;
  void loop.queue.run(loop.job('b', 14_000, trace));
  await loop.turn();
  expect(trace).toEqual(['b 10000', 'a 2000', 'b 2000', 'a 2000', 'b 2000']);
});

test('a short job does not wait for a long one', () => {
  const trace: string[] = [];
  const loop = new Loop();
  void loop.queue.run(loop.job('long', 1_000_000, trace));
  trace.length = 0;
  void loop.queue.run(loop.job('short', 10, trace));
  expect(trace).toEqual(['short 10']);
});

test('slow work gives way after 1 ms, whatever its measure', async () => {
  const trace: string[] = [];
  const loop = new Loop();
  void loop.queue.run(loop.job('slow', 60_000, trace, 0.5));
  expect(trace.length).toBe(2);
  await loop.turn();
  expect(trace.length).toBe(4);
});

test('a turn in which the clock jumps at once does something all the same', async () => {
  const trace: string[] = [];
  const loop = new Loop();
  void loop.queue.run(loop.job('slow', 20_000, trace, 5));
  for (let turns = 0; turns < 5; turns += 1) await loop.turn();
  expect(trace.length).toBe(6);
});

test('work that no call waits for begins a little at a time', async () => {
  const trace: string[] = [];
  const loop = new Loop();
  const running = loop.queue.runInBackground(loop.job('slow', 10_000, trace, 0.5));
  expect(trace).toEqual(['slow 2000', 'slow 2000']);
  await loop.turn();
  await loop.turn();
  expect(trace.length).toBe(5);
  await running;
});

test('work that no call waits for has its share of each turn, however many calls there are', async () => {
  const behind: string[] = [];
  const loop = new Loop();
  void loop.queue.runInBackground(loop.job('behind', 1_000_000, behind, 0.25));
  for (let index = 0; index < 1000; index += 1) {
    void loop.queue.run(loop.job('call', 100_000, [], 0.25));
  }
  const stepsBehind: number[] = [];
  for (let turns = 0; turns < 4; turns += 1) {
    const [before, startedAt] = [behind.length, loop.nowMs];
    await loop.turn();
    stepsBehind.push(behind.length - before);
    expect(loop.nowMs - startedAt).toBe(2);
  }
  expect(stepsBehind).toEqual([4, 4, 4, 4]);
});

test('a job that throws fails alone', async () => {
  const trace: string[] = [];
  const loop = new Loop();
  const broken: Job = {
    done: false,
    step: () => {
      throw new Error('broken');
    },
  };
  const long = loop.queue.run(loop.job('a', 61_000, trace));
  const failing = loop.queue.run(broken);
  const failed = expect(failing).rejects.toThrow('broken');
  await loop.turn();
  await failed;
  await long;
});

test('nothing is scheduled once all is done', async () => {
  const loop = new Loop();
  void loop.queue.run(loop.job('a', 10, []));
  await loop.turn();
  expect(loop.turns).toEqual([]);
});
