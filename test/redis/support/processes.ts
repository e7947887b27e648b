import type { Cost } from '../../../src/model/limits.ts';
import type { KeySpec, MeterSpec } from '../../../src/model/meter-spec.ts';
import { CallerMemos } from '../../../src/redis/caller-memos.ts';
import { KeyNames } from '../../../src/redis/key-names.ts';
import { RedisLane } from '../../../src/redis/redis-lane.ts';
import { RedisLedger } from '../../../src/redis/redis-ledger.ts';
import type { ScriptRunner } from '../../../src/redis/script-runner.ts';
import type { Answer, Ask, Candidate, Note } from '../../../src/stores/shared-lane.ts';
import { NOBODY, specOf, type TestLimit, timeless } from './lane-history.ts';
import type { VirtualServer } from './virtual-server.ts';

export const LEASE_MS = 15_000;

/** A limit of requests a minute that lets `burst` of them through at once. */
export function requests(perMinute: number, burst: number, headroom = 0): MeterSpec {
  const limit: TestLimit = {
    dimension: 'requests',
    max: perMinute,
    windowMs: 60_000,
    enforcement: 'bucket',
    burstSeconds: (burst * 60) / perMinute,
    correction: 'unknown',
  };
  return specOf(limit, headroom);
}

export const ONE: Cost = { requests: 1 };

export function caller(id: string, more: Partial<KeySpec> = {}): KeySpec {
  return { ...NOBODY, id, ...more };
}

/** A call that waits in a process. */
export interface Waiting {
  readonly name: string;
  readonly arrivedAt: number;
  readonly cost: Cost;
  readonly key: KeySpec;
  readonly boostMs: number;
  by: number | undefined;
}

export interface Started {
  readonly name: string;
  readonly process: string;
  readonly at: number;
  readonly arrivedAt: number;
  readonly cost: Cost;
  readonly key: KeySpec;
  readonly epoch: number;
  readonly taken: Cost;
}

/** How a process sends its batches; virtual time moves by hand. */
export class TestProcess {
  readonly pid: string;
  readonly lane: RedisLane;
  readonly ledger: RedisLedger;
  readonly waiting: Waiting[] = [];
  readonly #virtual: VirtualServer;
  meters: readonly MeterSpec[];
  version = 0;
  concurrency = Number.POSITIVE_INFINITY;
  /** When it wants to ask again; `undefined` while it has nothing to ask for. */
  due: number | undefined;

  constructor(
    virtual: VirtualServer,
    pid: string,
    meters: readonly MeterSpec[],
    laneName = 'lane',
    run: ScriptRunner = virtual.lanes,
  ) {
    this.#virtual = virtual;
    this.pid = pid;
    this.meters = meters;
    const keys = new KeyNames(virtual.prefix);
    const clock = timeless(() => virtual.now);
    const shared = { pid, keys, clock, leaseMs: LEASE_MS };
    this.lane = new RedisLane({ name: laneName, run, memos: new CallerMemos(), ...shared });
    this.ledger = new RedisLedger({ run: virtual.ledgers, ...shared });
  }

  arrive(name: string, cost: Cost = ONE, key: KeySpec = NOBODY, boostMs = 0): void {
    const arrivedAt = this.#virtual.now;
    this.waiting.push({ name, arrivedAt, cost, key, boostMs, by: undefined });
    this.due = arrivedAt;
  }

  note(note: Note): void {
    this.lane.note(note);
  }

  /** Tells that a call has ended as it was expected to. */
  end({ epoch, at, cost, key }: Started, wasAnswered = true): void {
    const costs = { taken: cost, actual: cost, keyTaken: cost, keyActual: cost };
    this.note({ kind: 'ended', epoch, at, key, wasAnswered, ...costs });
  }

  /** Asks for the first calls that wait. */
  async ask(most = 4): Promise<{ answer: Answer; started: Started[] }> {
    const front = this.waiting.slice(0, most);
    const answer = await this.lane.ask(this.#ask(front));
    const started = answer.granted.map((grant) => {
      const call = front[grant.index]!;
      this.waiting.splice(this.waiting.indexOf(call), 1);
      return { ...call, process: this.pid, ...grant };
    });
    if (answer.head !== undefined) front[answer.head.index]!.by = answer.head.by;
    const waits = [...answer.held.map(({ waitMs }) => waitMs), answer.wait?.waitMs];
    const waitMs = Math.min(...waits.filter((wait) => wait !== undefined));
    const isMore =
      started.length > 0 && this.waiting.length > answer.held.length && waits.at(-1) === undefined;
    this.due = isMore ? answer.now : waitMs === Infinity ? undefined : answer.now + waitMs;
    if (answer.learned !== undefined) this.version = answer.learned.version;
    return { answer, started };
  }

  #ask(front: readonly Waiting[]): Ask {
    const { meters, version, concurrency } = this;
    const next = this.waiting[front.length];
    return {
      meters,
      version,
      concurrency,
      candidates: front.map((call) => this.#candidate(call)),
      next: next && this.#candidate(next),
    };
  }

  #candidate({ cost, key, arrivedAt, boostMs, by }: Waiting): Candidate {
    return { cost, keyCost: cost, key, waitedMs: this.#virtual.now - arrivedAt, boostMs, by };
  }
}

/** Lets each process ask whenever it is due, in the order of time, until nothing waits. */
export async function run(
  virtual: VirtualServer,
  processes: readonly TestProcess[],
  onStart: (started: Started) => void = () => {},
  untilMs = Number.POSITIVE_INFINITY,
): Promise<Started[]> {
  const all: Started[] = [];
  for (let steps = 0; ; steps++) {
    if (steps > 100_000) throw new Error('This takes too long');
    const next = processes
      .filter(({ due }) => due !== undefined)
      .sort((one, other) => one.due! - other.due!)[0];
    if (next === undefined || next.due! > untilMs) return all;
    // A timer rings a moment later, never sooner.
    virtual.advance(Math.max(0, Math.ceil(next.due! - virtual.now)));
    const { started } = await next.ask();
    for (const each of started) onStart(each);
    all.push(...started);
  }
}
