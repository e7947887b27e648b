import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { afterEach, expect, it } from 'vitest';
import { createSimulator } from '../../src/testing/index.ts';
import { describeRedis } from './support/describe-redis.ts';
import { type LateSpell, watchLateSpells } from './support/late-spells.ts';
import { LimitedProcesses, type Sent, WARM_UP } from './support/limited-processes.ts';

const RPM = 15_000;
/** With a fifth of headroom. */
const PER_MS = (0.8 * RPM) / 60_000;
/** A second's worth. */
const BURST = 200;
/** 1,800 calls. */
const SHARES = [470, 360, 290, 230, 180, 140, 90, 40];
const KILLED = 'process 3';

describeRedis('eight processes with one limit', (server) => {
  const cleanUp: (() => unknown)[] = [];
  afterEach(async () => {
    for (const clean of cleanUp.splice(0).reverse()) await clean();
  });

  it('keep it together, use it up, and are served in order; one that is killed costs them nothing', async () => {
    const upstream = createSimulator({
      limits: { rpm: RPM, concurrency: 64 },
      enforcement: 'bucket-10s',
      fill: { rpm: 1.25 * BURST },
      latency: 30,
    });
    const http = await upstream.listen();
    const processes = new LimitedProcesses();
    cleanUp.push(
      () => http.close(),
      () => processes.dispose(),
    );
    const limits = {
      limits: { rpm: RPM },
      concurrency: 64,
      enforcement: 'bucket',
      burstSeconds: BURST / (PER_MS * 1000),
    } as const;
    const shared = {
      redisUrl: server().url,
      upstreamUrl: http.url,
      prefix: `test-${crypto.randomUUID()}`,
      limits,
    };
    // They come faster than they may go: from the beginning on, calls wait.
    const jobs = SHARES.map((calls, i) => ({
      ...shared,
      name: `process ${i}`,
      calls,
      overMs: 6000,
    }));
    const redis = await createClient({ url: server().url }).connect();
    cleanUp.push(() => redis.destroy());
    await processes.start(jobs);
    const late: LateSpell[] = [];
    const ping = (): Promise<unknown> => redis.ping().catch(() => {});
    cleanUp.push(watchLateSpells((spell) => void late.push(spell), ping));
    await sleep(3000);
    const killedAt = performance.timeOrigin + performance.now();
    processes.kill(KILLED);
    await processes.ended();

    const { sent } = processes;
    const refused = sent.filter(({ status }) => status !== 200);
    expect(refused).toEqual([]);
    expect(upstream.stats().status429).toBe(0);
    // Nothing was sent that nobody knows of, but by the one that could not tell any more.
    const warmedUp = SHARES.length * WARM_UP;
    const untold = upstream.stats().admitted - warmedUp - sent.length;
    expect(untold).toBeGreaterThanOrEqual(0);
    expect(untold).toBeLessThanOrEqual(64);
    for (const [i, calls] of SHARES.entries()) {
      const own = sent.filter(({ name }) => name === `process ${i}`).length;
      if (`process ${i}` === KILLED) expect(own).toBeGreaterThan(0);
      else expect(own).toBe(calls);
    }
    const granted = sent.map(({ grantedAt }) => grantedAt ?? 0).sort((one, other) => one - other);
    const [first = 0, last = 0] = [granted[0], granted.at(-1)];
    // In no span of time more than the bucket's size and its inflow; in all of it nearly as much.
    expect(excess(granted)).toBeLessThan(0.01);
    const use = (granted.length - BURST) / (PER_MS * (last - first));
    const soonAfter = granted.filter((at) => at > killedAt && at <= killedAt + 2000).length;
    const useAfter = soonAfter / (2000 * PER_MS);
    // A process that comes late for its turn is passed, so that it holds up nobody: the order can be
    // asked for where the machine was on time. (How exactly the store keeps it: "a lane of several
    // processes".)
    late.push(...processes.late);
    const passing = passed(sent.filter(isCalm(killedAt)));
    const onTime = passing.filter(({ call }) => isOnTime(late, call));
    const isBusy = onTime.length < sent.length / 2;
    expect(shareInOrder(passing)).toBeGreaterThan(0.5);
    if (!isBusy) expect(shareInOrder(onTime)).toBeGreaterThan(0.98);
    // What a machine is too busy for says nothing of the limit: half of it is used even so.
    expect(use).toBeGreaterThan(isBusy ? 0.5 : 0.95);
    expect(useAfter).toBeGreaterThan(isBusy ? 0.3 : 0.8);
  });
});

/** How much more than the bucket gives was let through in the worst of all spans of time. */
function excess(granted: readonly number[]): number {
  let [worst, before] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const [i, at] of granted.entries()) {
    const balance = i - PER_MS * at;
    before = Math.min(before, balance);
    worst = Math.max(worst, balance - before + 1 - BURST);
  }
  return worst;
}

/** Calls that a killed process's place, which is freed when its lease ends, can't have held up. */
function isCalm(killedAt: number): (call: Sent) => boolean {
  return ({ grantedAt = 0 }) => grantedAt < killedAt || grantedAt > killedAt + 1500;
}

/** Milliseconds for which a process that has come late for its turn may be passed. */
const PASSED_FOR = 20;

/** Whether every process, and the server, was on time when the call went. */
function isOnTime(late: readonly LateSpell[], { grantedAt = 0 }: Sent): boolean {
  return !late.some(({ from, until }) => from < grantedAt && grantedAt < until + PASSED_FOR);
}

/** A call, and how many of one other process it has passed that had come before, at most. */
interface Passing {
  readonly call: Sent;
  readonly passed: number;
}

function passed(sent: readonly Sent[]): Passing[] {
  const byArrival = [...sent].sort((one, other) => one.arrivedAt - other.arrivedAt);
  const names = new Set(sent.map(({ name }) => name));
  return byArrival.map((call, i) => {
    const before = byArrival.slice(0, i).filter(({ name, grantedAt }) => {
      return name !== call.name && (grantedAt ?? 0) > (call.grantedAt ?? 0);
    });
    const each = [...names].map((name) => before.filter((other) => other.name === name).length);
    return { call, passed: Math.max(...each) };
  });
}

function shareInOrder(passing: readonly Passing[]): number {
  return passing.filter((each) => each.passed <= 1).length / passing.length;
}
