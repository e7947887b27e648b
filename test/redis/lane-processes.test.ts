import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { slack } from '../../src/gate/bucket.ts';
import type { ScriptRunner } from '../../src/redis/script-runner.ts';
import type { Ask } from '../../src/stores/shared-lane.ts';
import { describeRedis } from './support/describe-redis.ts';
import { NOBODY } from './support/lane-history.ts';
import {
  caller,
  LEASE_MS,
  ONE,
  requests,
  run,
  type Started,
  TestProcess,
} from './support/processes.ts';
import { VirtualServer } from './support/virtual-server.ts';

const NOTHING: Ask = {
  meters: [],
  version: 0,
  concurrency: Number.POSITIVE_INFINITY,
  candidates: [],
};

/** What a step of priority is worth. */
const STEP_MS = 600_000;

describeRedis('a lane of several processes', (server) => {
  let virtual: VirtualServer;
  beforeEach(async () => {
    virtual = await VirtualServer.of(server());
  });
  afterEach(() => virtual.close());

  const processes = (count: number, ...meters: Parameters<typeof requests>): TestProcess[] =>
    Array.from({ length: count }, (_, i) => {
      return new TestProcess(virtual, `p${i}`, [requests(...meters)]);
    });

  it('never lets more through than one bucket does, whoever asks', async () => {
    const arrivals = fc.array(
      fc.record({ process: fc.nat(3), afterMs: fc.nat(400), cost: fc.integer({ min: 1, max: 9 }) }),
      { minLength: 5, maxLength: 40 },
    );
    let lane = 0;
    await fc.assert(
      fc.asyncProperty(arrivals, async (history) => {
        const spec = requests(600, 5);
        const name = `promise-${lane++}`;
        const group = [0, 1, 2, 3].map((i) => new TestProcess(virtual, `p${i}`, [spec], name));
        const started: Started[] = [];
        for (const [i, { process, afterMs, cost }] of history.entries()) {
          started.push(...(await run(virtual, group, () => {}, virtual.now + afterMs)));
          virtual.advance(afterMs);
          group[process]!.arrive(`call ${i}`, { requests: cost });
        }
        started.push(...(await run(virtual, group)));
        expect(started).toHaveLength(history.length);
        expectPromise(started, spec.bucket);
      }),
      { numRuns: 40 },
    );
  });

  it('lets calls go in the order in which they came, within one call of each process, however long it takes to ask', async () => {
    const arrival = fc.record({ process: fc.nat(3), afterMs: fc.nat(3) });
    const arrivals = fc.array(arrival, { minLength: 40, maxLength: 40 });
    const delays = fc.infiniteStream(fc.nat(15));
    let lane = 0;
    await fc.assert(
      fc.asyncProperty(arrivals, delays, async (history, delay) => {
        const late: ScriptRunner = (keys, input) => {
          virtual.advance(delay.next().value ?? 0);
          return virtual.lanes(keys, input);
        };
        const name = `order-${lane++}`;
        const group = [0, 1, 2, 3].map((i) => {
          return new TestProcess(virtual, `p${i}`, [requests(12_000, 1)], name, late);
        });
        // What was asked before tells them how late the server's clock is.
        for (const each of group) for (let i = 0; i < 5; i++) await each.lane.ask(NOTHING);
        const started: Started[] = [];
        for (const [i, { process, afterMs }] of history.entries()) {
          started.push(...(await run(virtual, group, () => {}, virtual.now + afterMs)));
          group[process]!.arrive(`call ${i}`);
          virtual.advance(afterMs);
        }
        started.push(...(await run(virtual, group)));
        expect(started).toHaveLength(history.length);
        expect(
          Math.max(...started.map((each, i) => passed(each, started.slice(i + 1)))),
        ).toBeLessThanOrEqual(1);
      }),
      { numRuns: 30 },
    );
  });

  it('keeps the order also while there is room for all that is asked for', async () => {
    const group = processes(2, 600, 100);
    const [busy, other] = group;
    for (let i = 0; i < 20; i++) busy!.arrive(`busy ${i}`);
    virtual.advance(1);
    for (let i = 0; i < 8; i++) other!.arrive(`other ${i}`);
    await busy!.ask();
    // The busy one has more that came before, and is about to ask for it: one may pass.
    const { answer, started } = await other!.ask();
    expect(started.map(({ name }) => name)).toEqual(['other 0']);
    expect(answer.wait).toEqual({ waitMs: 5, reason: 'queue' });
    while (busy!.waiting.length > 0) await busy!.ask();
    expect((await other!.ask()).started).toHaveLength(4);
  });

  it('starves no priority of another process: each tenth call of a key is its oldest', async () => {
    let lane = 0;
    const shape = fc.record({
      others: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
      old: fc.integer({ min: -6, max: 0 }),
      apartMs: fc.integer({ min: 1, max: 300 }),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ others, old, apartMs }) => {
        const name = `priorities-${lane++}`;
        const spec = requests(600, 1);
        const [patient, ...group] = [old, ...others].map((steps, i) => {
          const each = new TestProcess(virtual, `p${i}`, [spec], name);
          const calls = i === 0 ? 5 : 60;
          for (let call = 0; call < calls; call++)
            each.arrive(`p${i}`, ONE, NOBODY, steps * STEP_MS);
          virtual.advance(apartMs);
          return each;
        });
        const started = await run(virtual, [...group, patient!], () => {}, virtual.now + 6000);
        const places = started.flatMap((each, i) => (each.process === 'p0' ? [i] : []));
        expect(places).toHaveLength(5);
        for (const [i, place] of places.entries()) expect(place).toBeLessThan(10 * (i + 1));
        // And no sooner, while there is another call to pass it.
        for (const i of [1, 2, 3, 4]) expect(places[i]! - places[i - 1]!).toBe(10);
      }),
      { numRuns: 20 },
    );
  });

  it('is fair between keys, whichever process has them: ten thousand calls delay another by one', async () => {
    const [busy, other] = processes(2, 600, 1);
    for (let i = 0; i < 50; i++) busy!.arrive(`busy ${i}`, ONE, caller('a'));
    await run(virtual, [busy!], () => {}, virtual.now + 1000);
    for (let i = 0; i < 3; i++) other!.arrive(`other ${i}`, ONE, caller('b'));
    const started = await run(virtual, [busy!, other!]);
    const places = started.flatMap(({ name }, i) => (name.startsWith('other') ? [i] : []));
    expect(places[0]).toBeLessThanOrEqual(1);
    expect(places[2]).toBeLessThanOrEqual(5);
  });

  it('gives keys their share by weight, across processes', async () => {
    const [one, two] = processes(2, 600, 1);
    for (let i = 0; i < 60; i++) {
      one!.arrive(`heavy ${i}`, ONE, caller('heavy', { weight: 3 }));
      two!.arrive(`light ${i}`, ONE, caller('light', { weight: 1 }));
    }
    const started = await run(virtual, [one!, two!], () => {}, virtual.now + 4000);
    const heavy = started.filter(({ name }) => name.startsWith('heavy')).length;
    expect(heavy / started.length).toBeGreaterThan(0.68);
    expect(heavy / started.length).toBeLessThan(0.82);
  });

  it('lets a small call pass a waiting large one only as far as that is not kept past its time', async () => {
    const [large, small] = processes(2, 600, 10);
    await run(virtual, [large!]);
    large!.arrive('first', { requests: 10 });
    large!.arrive('large', { requests: 60 });
    const [first] = await run(virtual, [large!], () => {}, virtual.now + 1);
    expect(first?.name).toBe('first');
    const { answer } = await large!.ask();
    const by = answer.head!.by;
    expect(by).toBeGreaterThan(virtual.now);
    for (let i = 0; i < 100; i++) small!.arrive(`small ${i}`);
    const started = await run(virtual, [large!, small!]);
    const large1 = started.find(({ name }) => name === 'large')!;
    expect(large1.at).toBeLessThanOrEqual(by + 100);
    expect(started.indexOf(large1)).toBeGreaterThan(0);
    expect(started).toHaveLength(101);
  });

  it('forgets the place of a process that has not come back for it', async () => {
    const [dead, other] = processes(2, 600, 1);
    dead!.arrive('taken');
    dead!.arrive('never');
    await run(virtual, [dead!], () => {}, virtual.now);
    other!.arrive('next');
    const before = virtual.now;
    const [next] = await run(virtual, [other!]);
    // The dead one's turn, and a second for it to come.
    expect(next!.at - before).toBeGreaterThanOrEqual(100);
    expect(next!.at - before).toBeLessThanOrEqual(100 + 1000 + 100);
  });

  it('has no place for a process that says that nobody waits there any more', async () => {
    const [leaving, other] = processes(2, 600, 1);
    leaving!.arrive('taken');
    leaving!.arrive('given up');
    await run(virtual, [leaving!], () => {}, virtual.now);
    leaving!.note({ kind: 'left' });
    await leaving!.lane.flush();
    other!.arrive('next');
    const before = virtual.now;
    const [next] = await run(virtual, [other!]);
    expect(next!.at - before).toBeLessThanOrEqual(101);
  });

  it('counts calls in flight over all processes, and frees those of a dead one', async () => {
    const [dead, other] = processes(2, 6000, 100);
    for (const each of [dead!, other!]) each.concurrency = 3;
    for (let i = 0; i < 2; i++) dead!.arrive(`dead ${i}`);
    const [first] = (await dead!.ask()).started;
    for (let i = 0; i < 3; i++) other!.arrive(`other ${i}`);
    const { answer, started } = await other!.ask();
    expect(started.map(({ name }) => name)).toEqual(['other 0']);
    expect(answer.wait).toEqual({ waitMs: 50, reason: 'concurrency' });
    dead!.end(first!);
    await dead!.lane.flush();
    expect((await other!.ask()).started.map(({ name }) => name)).toEqual(['other 1']);
    virtual.advance(LEASE_MS - 1000);
    expect((await other!.ask()).started).toEqual([]);
    expect((await other!.ask()).answer.instances).toBe(2);
    virtual.advance(1001);
    const { answer: last, started: freed } = await other!.ask();
    expect(freed.map(({ name }) => name)).toEqual(['other 2']);
    expect(last.instances).toBe(1);
  });

  it("counts a key's calls in flight over processes and lanes, and frees those of a dead one", async () => {
    const spec = requests(6000, 100);
    const key = caller('k', { concurrency: 2, meters: [requests(60, 10)] });
    const here = new TestProcess(virtual, 'here', [spec], 'one');
    const there = new TestProcess(virtual, 'there', [spec], 'two');
    here.arrive('here', ONE, key);
    there.arrive('there', ONE, key);
    there.arrive('there too', ONE, key);
    there.arrive("somebody else's");
    expect((await here.ask()).started).toHaveLength(1);
    const { answer, started } = await there.ask();
    expect(started.map(({ name }) => name)).toEqual(['there', "somebody else's"]);
    expect(answer.held).toEqual([{ index: 1, waitMs: 50, dimension: 'concurrency' }]);
    expect(answer.wait).toBeUndefined();
    virtual.advance(LEASE_MS + 1);
    expect((await there.ask()).started.map(({ name }) => name)).toEqual(['there too']);
  });

  it("keeps a key's own limits over processes and lanes", async () => {
    const spec = requests(6000, 100);
    const key = caller('k', { meters: [requests(60, 2)] });
    const here = new TestProcess(virtual, 'here', [spec], 'one');
    const there = new TestProcess(virtual, 'there', [spec], 'two');
    here.arrive('here', ONE, key);
    there.arrive('there', ONE, key);
    there.arrive('there too', ONE, key);
    await here.ask();
    const { answer, started } = await there.ask();
    expect(started.map(({ name }) => name)).toEqual(['there']);
    expect(answer.held).toEqual([{ index: 1, waitMs: 1000, dimension: 'requests' }]);
  });

  it('is paused for all by one refusal, goes on with one probe, and opens when that is answered', async () => {
    const [one, two] = processes(2, 600, 10);
    for (let i = 0; i < 3; i++) one!.arrive(`one ${i}`);
    const { started } = await one!.ask();
    one!.note({ kind: 'refused', epoch: started[0]!.epoch, cause: 'rate', retryAfterMs: 2000 });
    // The same shortage: it is no second pause.
    one!.note({ kind: 'refused', epoch: started[1]!.epoch, cause: 'rate', retryAfterMs: 9000 });
    await one!.lane.flush();
    for (let i = 0; i < 3; i++) two!.arrive(`two ${i}`);
    const paused = (await two!.ask()).answer;
    expect(paused.wait).toEqual({ waitMs: 2000, reason: 'paused' });
    expect(paused.pause).toMatchObject({ epoch: 1, cause: 'rate' });
    virtual.advance(2000);
    const probe = (await two!.ask()).started;
    expect(probe.map(({ name, epoch }) => [name, epoch])).toEqual([['two 0', 1]]);
    one!.arrive('one more');
    virtual.advance(900);
    expect((await one!.ask()).answer.wait).toEqual({ waitMs: 100, reason: 'paused' });
    // What was sent before the pause says nothing of the time after it.
    one!.note({ kind: 'answered', epoch: 0 });
    expect((await one!.ask()).started).toEqual([]);
    two!.note({ kind: 'answered', epoch: 1 });
    await two!.lane.flush();
    expect((await two!.ask()).started).toHaveLength(2);
  });

  it('lets twice as many calls go where a probe is not answered for a second', async () => {
    const [one, two] = processes(2, 600, 10);
    one!.arrive('refused');
    const [refused] = (await one!.ask()).started;
    one!.note({ kind: 'refused', epoch: refused!.epoch, cause: 'capacity', retryAfterMs: 1000 });
    for (let i = 0; i < 4; i++) one!.arrive(`one ${i}`);
    await one!.ask();
    virtual.advance(1000);
    expect((await one!.ask()).started).toHaveLength(1);
    virtual.advance(999);
    expect((await one!.ask()).started).toHaveLength(0);
    virtual.advance(1);
    expect((await one!.ask()).started).toHaveLength(1);
    two!.arrive('two');
    expect((await two!.ask()).answer.wait?.reason).toBe('paused');
  });

  it('passes on what one process has learned, and holds back who would take too much', async () => {
    const [one, two] = processes(2, 600, 10);
    const limit = { dimension: 'requests', max: 300, windowMs: 60_000, source: 'headers' } as const;
    const learned = { limits: [limit], rateShare: 0.8, strictness: 1 };
    two!.arrive('before');
    expect((await two!.ask()).answer.learned).toBeUndefined();
    one!.note({ kind: 'learned', learned });
    one!.arrive('own');
    const own = await one!.ask();
    expect(own.started).toHaveLength(1);
    expect(own.answer.learned).toEqual({ version: 1, ...learned });
    two!.arrive('late');
    const late = await two!.ask();
    expect(late.started).toEqual([]);
    expect(late.answer.learned).toEqual({ version: 1, ...learned });
    two!.meters = [requests(300, 5)];
    expect((await two!.ask()).started).toHaveLength(1);
    // Less strict than before: no reason to hold anybody back.
    two!.note({ kind: 'learned', learned: { ...learned, rateShare: 1, strictness: 0 } });
    await two!.lane.flush();
    one!.meters = [requests(300, 5)];
    one!.arrive('again');
    const again = await one!.ask();
    expect(again.started).toHaveLength(1);
    expect(again.answer.learned?.version).toBe(2);
  });
});

/** Of how many calls of one other process it has gone before that had come before it, at most. */
function passed(call: Started, after: readonly Started[]): number {
  const before = after.filter(({ process, arrivedAt }) => {
    return process !== call.process && arrivedAt < call.arrivedAt;
  });
  const counts = before.map(
    ({ process }) => before.filter((each) => each.process === process).length,
  );
  return Math.max(0, ...counts);
}

/** In any interval, no more than the burst (or one larger call) and what flows in. */
function expectPromise(
  started: readonly Started[],
  { capacity, perMs }: { readonly capacity: number; readonly perMs: number },
): void {
  const most = Math.max(capacity, ...started.map(({ cost }) => cost.requests ?? 0));
  for (const [from, first] of started.entries()) {
    let sum = 0;
    for (const { at, cost } of started.slice(from)) {
      sum += cost.requests ?? 0;
      const allowed = most + perMs * (at - first.at);
      expect(sum).toBeLessThanOrEqual(allowed + started.length * slack(sum));
    }
  }
}
