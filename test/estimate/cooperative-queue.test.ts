import { expect, test } from 'vitest';
import { CooperativeQueue } from '../../src/estimate/cooperative-queue.ts';
import type { Job } from '../../src/estimate/job.ts';

/** An event loop that turns when it is told to, and a clock on which work takes its time. */
class Loop {
  nowMs = 0;
  readonly turns: (() => void)[] = [];
  readonly queue = new CooperativeQueue({ now: () => this.nowMs }, (turn) => this.turns.push(turn));

  turn(): void {
    for (const next of this.turns.splice(0)) next();
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
  for (let before = 0; trace.length > before; loop.turn()) {
    stepsPerTurn.push(trace.length - before);
    before = trace.length;
    await Promise.resolve();
    expect(finished).toBe(loop.turns.length > 0 && trace.length === 121);
  }
  expect(stepsPerTurn).toEqual([26, 30, 30, 30, 5]);
  await running;
});

test('what many short jobs do in one turn is bounded, too', () => {
  const trace: string[] = [];
  const loop = new Loop();
  for (let index = 0; index < 200; index += 1) void loop.queue.run(loop.job('a', 2000, trace));
  expect(trace.length).toBe(60);
  loop.turn();
  expect(trace.length).toBe(90);
});

test('jobs take turns', () => {
  const trace: string[] = [];
  const loop = new Loop();
  void loop.queue.run(loop.job('a', 64_000, trace));
  trace.length = 0;
  void loop.queue.run(loop.job('b', 14_000, trace));
  loop.turn();
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

test('slow work gives way after 1 ms, whatever its measure', () => {
  const trace: string[] = [];
  const loop = new Loop();
  void loop.queue.run(loop.job('slow', 60_000, trace, 0.5));
  expect(trace.length).toBe(2);
  loop.turn();
  expect(trace.length).toBe(4);
});

test('work that no call waits for begins a little at a time', async () => {
  const trace: string[] = [];
  const loop = new Loop();
  const running = loop.queue.runBehind(loop.job('slow', 10_000, trace, 0.5));
  expect(trace).toEqual(['slow 2000', 'slow 2000']);
  loop.turn();
  loop.turn();
  expect(trace.length).toBe(5);
  await running;
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
  loop.turn();
  await expect(failing).rejects.toThrow('broken');
  await long;
});

test('nothing is scheduled once all is done', () => {
  const loop = new Loop();
  void loop.queue.run(loop.job('a', 10, []));
  loop.turn();
  expect(loop.turns).toEqual([]);
});
