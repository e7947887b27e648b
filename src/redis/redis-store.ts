import type { Clock } from '../clock.ts';
import type { Allotment } from '../model/grant.ts';
import type { KeySpec } from '../model/meter-spec.ts';
import type { SharedLane, SharedLedger, Store } from '../stores/shared-lane.ts';
import { CallerMemos } from './caller-memos.ts';
import { COMEBACK_SCRIPT, Comeback } from './comeback.ts';
import { Health } from './health.ts';
import type { KeyNames } from './key-names.ts';
import { laneScript } from './lane-script.ts';
import { LEDGER_SCRIPT } from './ledger-script.ts';
import type { RedisLink } from './link.ts';
import { Listeners } from './listeners.ts';
import { RedisLane } from './redis-lane.ts';
import { RedisLedger } from './redis-ledger.ts';
import { Script } from './script.ts';
import type { ScriptRunner } from './script-runner.ts';

interface Kept {
  readonly prefix: string;
  readonly keys: KeyNames;
  readonly clock: Clock;
  readonly leaseMs: number;
  /** Processes, where fewer have been seen. */
  readonly instances: number;
}

/** Where no lane has been used yet. */
const NO_LANE = 'none';
/** So many lanes are kept, whether they are used or not. */
const KEPT = 256;
/** As many of the others are looked at, whenever one is asked for, as keep up with any that come. */
const SWEPT = 2;

/** Lanes and budgets that are kept in Redis, and what becomes of them while that is gone. */
export class RedisStore implements Store {
  readonly #policy: Store['onStoreLost'];
  readonly #link: RedisLink;
  readonly #health: Health;
  readonly #kept: Kept;
  readonly #pid: string = crypto.randomUUID().replaceAll('-', '').slice(0, 16);
  readonly #memos = new CallerMemos();
  /** The one that was asked for longest ago is the first. */
  readonly #lanes = new Map<string, RedisLane>();
  readonly #ledger: RedisLedger;
  readonly #runLane: ScriptRunner;
  /** When the server began to know of the store, by its own clock. */
  #birth = 0;
  /** Of batches: never the same twice, also in a lane that was forgotten and comes back. */
  #lastSeq = 0;
  readonly #changes = new Listeners<[isUp: boolean, cause?: unknown]>();
  readonly #lastWords = new Listeners<[]>();
  readonly #comeback: Comeback;
  /** Since when it has been lost, and why; also while it is coming back. */
  #lost: { readonly since: number; readonly cause: unknown } | undefined;

  constructor(link: RedisLink, kept: Kept, onStoreLost: Store['onStoreLost']) {
    this.#link = link;
    this.#health = new Health(link, kept.clock);
    this.#kept = kept;
    this.#policy = onStoreLost;
    this.#runLane = this.#health.runner(laneScript(kept.prefix));
    const run = this.#health.runner(new Script(LEDGER_SCRIPT));
    this.#ledger = new RedisLedger({ ...kept, pid: this.#pid, run });
    this.#comeback = new Comeback({
      ...{ run: this.#health.runner(COMEBACK_SCRIPT), keys: kept.keys, clock: kept.clock },
      begun: () => this.#catchUp(),
      lastWord: () => {
        if (this.#lost !== undefined) this.#lastWords.tell();
      },
      over: () => this.#back(),
    });
    this.#health.onChange((isUp, cause) => this.#healthChanged(isUp, cause));
  }

  get ledger(): SharedLedger {
    return this.#ledger;
  }

  get isUp(): boolean {
    return this.#health.isUp && this.#lost === undefined;
  }

  get lostCause(): unknown {
    return this.#health.cause ?? this.#lost?.cause;
  }

  get remedy(): string | undefined {
    return this.#health.remedy;
  }

  get onStoreLost(): Store['onStoreLost'] {
    return this.remedy === undefined ? this.#policy : 'closed';
  }

  get instances(): number {
    return Math.max(
      this.#kept.instances,
      ...[...this.#lanes.values()].map((lane) => lane.instances),
    );
  }

  lane(name: string): SharedLane {
    const lane = this.#lanes.get(name) ?? this.#opened(name);
    this.#lanes.delete(name);
    this.#lanes.set(name, lane);
    this.#sweep();
    return lane;
  }

  /** Through the lane that was used last: any will do, once what others have noted is told. */
  async left(key: KeySpec): Promise<Allotment> {
    const lanes = [...this.#lanes.values()];
    const last = lanes.pop() ?? this.#opened(NO_LANE);
    await Promise.all(lanes.map((lane) => lane.flush()));
    return last.left(key);
  }

  onChange(listener: (isUp: boolean, cause?: unknown) => void): () => void {
    return this.#changes.add(listener);
  }

  onLastWord(listener: () => void): () => void {
    return this.#lastWords.add(listener);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#lanes.values(), this.#ledger].map((each) => each.close()));
    this.#comeback.stop();
    this.#changes.clear();
    this.#lastWords.clear();
    this.#health.close();
    this.#link.close();
  }

  #opened(name: string): RedisLane {
    const { keys, clock, leaseMs, instances } = this.#kept;
    const own = { pid: this.#pid, run: this.#runLane, memos: this.#memos };
    const nextSeq = (): number => ++this.#lastSeq;
    const onBirth = (at: number): void => this.#bornAt(at, name);
    return new RedisLane({ name, keys, clock, leaseMs, instances, nextSeq, onBirth, ...own });
  }

  /** Forgets lanes that are idle; the others go to the end. */
  #sweep(): void {
    for (let i = 0; i < SWEPT && this.#lanes.size > KEPT; i++) {
      const [oldest] = this.#lanes;
      if (oldest === undefined) return;
      const [name, lane] = oldest;
      this.#lanes.delete(name);
      if (!lane.isIdle) this.#lanes.set(name, lane);
    }
  }

  #healthChanged(isUp: boolean, cause: unknown): void {
    const { clock } = this.#kept;
    if (isUp) {
      void this.#comeback.begin(clock.now() - (this.#lost?.since ?? clock.now()));
      // Where nothing has gone meanwhile, nobody has to be waited for.
      if (this.#policy === 'closed') this.#back();
      return;
    }
    this.#comeback.stop();
    if (this.#lost !== undefined) return;
    this.#lost = { since: clock.now(), cause };
    this.#changes.tell(false, cause);
  }

  #back(): void {
    if (this.#lost === undefined) return;
    this.#lost = undefined;
    this.#changes.tell(true);
  }

  /** Tells the server what has happened while it was gone, and what it may have forgotten. */
  #catchUp(): void {
    for (const each of [...this.#lanes.values(), this.#ledger]) each.flush().catch(() => {});
    for (const lane of this.#lanes.values()) lane.remind();
  }

  /** The server has known of the store only since then: what it knew before, it has forgotten. */
  #bornAt(at: number, lane: string): void {
    const isReborn = at > this.#birth && this.#birth > 0;
    this.#birth = Math.max(at, this.#birth);
    if (!isReborn) return;
    const callers = this.#memos.using(at);
    for (const [name, each] of this.#lanes) each.remind(name === lane ? callers : []);
    this.#ledger.remind();
  }
}
