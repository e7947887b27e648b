import type { Clock } from '../clock.ts';
import type { Allotment } from '../model/grant.ts';
import type { KeySpec } from '../model/meter-spec.ts';
import type { Answer, Ask, Note, SharedLane } from '../stores/shared-lane.ts';
import type { CallerMemos, Memo } from './caller-memos.ts';
import { FlushTimer } from './flush-timer.ts';
import { InFlight } from './in-flight.ts';
import { InTurn } from './in-turn.ts';
import type { KeyNames } from './key-names.ts';
import { type LaneReply, laneReply } from './lane-reply.ts';
import { type Asker, type Batch, laneRequest } from './lane-request.ts';
import { type LaneSituation, noteDelayMs } from './note-delay.ts';
import { Outbox } from './outbox.ts';
import { Reminder } from './reminder.ts';
import type { ScriptRunner } from './script-runner.ts';
import { ServerTime } from './server-time.ts';
import { timeToFull } from './time-to-full.ts';

export interface RedisLaneOptions {
  readonly name: string;
  /** Of this process, and nobody else's. */
  readonly pid: string;
  readonly run: ScriptRunner;
  readonly keys: KeyNames;
  readonly clock: Clock;
  /** A process that isn't heard of for so long is taken for dead. */
  readonly leaseMs: number;
  /** Processes, where fewer have been seen. @default 1 */
  readonly instances?: number | undefined;
  readonly memos: CallerMemos;
  /** Greater each time, in all that is ever kept of this lane here. @default its own count */
  readonly nextSeq?: (() => number) | undefined;
  /** Told with each answer when the server has begun to know anything of the store. */
  readonly onBirth?: ((at: number) => void) | undefined;
}

/** A batch that was sent and not answered, and since when. */
interface Unheard extends Batch {
  readonly since: number;
}

/** A process that doesn't come back for its turn holds the others up for so long. */
const TICKET_LEASE_MS = 1000;
/** What has been noted during a question, and is not told with the next one. */
const LEFT_DELAY_MS = 20;
/** So long after a pause, calls go as others are answered. */
const RECOVERING_MS = 60_000;
/** Half as long as the server remembers which batches it has applied. */
const UNHEARD_LASTS_MS = 300_000;
/** A lease is renewed so many times before it ends. */
const BEATS = 3;
/** So many callers are kept alive by one batch. */
const CALLERS_AT_ONCE = 256;

/**
 * A lane that is kept in Redis, as one process sees it: one run of the script for each question,
 * which takes along what was noted since.
 *
 * Invariant: batches are sent one after the other. One that was not answered is sent again, without
 * its question, before anything else; what it turns out to have let through is given back.
 *
 * Longer than most files: all that is sent, for whatever reason, follows that invariant, and takes
 * along what was noted. When that is worth sending is told elsewhere.
 */
export class RedisLane implements SharedLane {
  readonly #options: RedisLaneOptions;
  readonly #outbox = new Outbox();
  readonly #inFlight = new InFlight();
  readonly #serverTime = new ServerTime();
  /** As the last question had them. */
  #known: Pick<Ask, 'meters' | 'version' | 'concurrency'> = {
    meters: [],
    version: 0,
    concurrency: Number.POSITIVE_INFINITY,
  };
  #memo: Memo | undefined;
  #seq = 0;
  #instances: number;
  #unheard: Unheard | undefined;
  readonly #turns = new InTurn();
  #isWaiting = false;
  /** Whether the server keeps a place for what waits. */
  #hasTicket = false;
  #isFull = false;
  #isClosed = false;
  readonly #flushTimer: FlushTimer;
  #lastPause: Answer['pause'];
  #cancelBeat: (() => void) | undefined;
  #sentAt = Number.NEGATIVE_INFINITY;
  /** For as long as not all that was taken has come back: the server may forget it any time. */
  readonly #reminder: Reminder;

  constructor(options: RedisLaneOptions) {
    this.#options = options;
    this.#instances = options.instances ?? 1;
    this.#flushTimer = new FlushTimer(options.clock, () => {
      this.flush().catch(() => {});
    });
    this.#reminder = new Reminder(options.clock, () => this.remind());
  }

  /** Processes that the lane has last heard of. */
  get instances(): number {
    return this.#instances;
  }

  /** Whether another one would do as well: the server has nothing to hear or to be reminded of. */
  get isIdle(): boolean {
    const isQuiet = this.#turns.isIdle && !this.#isWaiting && this.#inFlight.count === 0;
    const isOwing = this.#unheard !== undefined || !this.#outbox.isEmpty;
    return isQuiet && !isOwing && !this.#reminder.isDue;
  }

  ask(ask: Ask): Promise<Answer> {
    this.#isWaiting = true;
    this.#hasTicket = true;
    const askedAt = this.#options.clock.now();
    return this.#turns.do(async () => {
      await this.#hearAgain();
      this.#known = ask;
      const reply = await this.#send({ ...this.#batch(), ask, askedAt });
      this.#started(ask, reply.answer);
      this.#instances = Math.max(this.#options.instances ?? 1, reply.answer.instances);
      if (!this.#isClosed) {
        this.#reminder.spoke(this.#options.clock.now() + timeToFull(ask, reply.answer));
      }
      return { ...reply.answer, instances: this.#instances };
    });
  }

  note(note: Note): void {
    if (note.kind === 'left') this.#isWaiting = false;
    if (note.kind === 'left' && !this.#hasTicket) return;
    this.#outbox.add(note);
    // Nothing may have been asked for yet.
    if (note.kind === 'used') this.#known = { ...this.#known, meters: note.meters };
    if (note.kind === 'ended') this.#inFlight.ended(note.key);
    this.#flushIn(noteDelayMs(note, this.#situation));
  }

  flush(): Promise<void> {
    return this.#turns.do(async () => {
      await this.#hearAgain();
      while (!this.#outbox.isEmpty) await this.#send(this.#batch());
    });
  }

  /** What is left of a caller's limits, once all that was noted here is told. */
  left(key: KeySpec): Promise<Allotment> {
    return this.#turns.do(async () => {
      await this.#hearAgain();
      const { answer } = await this.#send({ ...this.#batch(), kept: [key] });
      return answer.callers[key.id] ?? {};
    });
  }

  /** Tells what is known of the lane, where anything of it is used, and of those callers. */
  remind(callers: readonly KeySpec[] = []): void {
    if (!this.#reminder.isDue && callers.length === 0) return;
    this.#tell(callers).catch(() => {});
  }

  /** Sends what is still to be sent, and nothing any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#isWaiting) this.note({ kind: 'left' });
    this.#cancelBeat?.();
    this.#reminder.stop();
    this.#flushTimer.stop();
    await this.flush().catch(() => {});
  }

  #batch(): Batch {
    const notes = this.#outbox.take();
    if (this.#outbox.isEmpty) this.#flushTimer.stop();
    return { seq: this.#options.nextSeq?.() ?? ++this.#seq, notes };
  }

  /** Learns what has become of the batch that wasn't answered. */
  async #hearAgain(): Promise<void> {
    const unheard = this.#unheard;
    if (unheard === undefined) return;
    const { seq, notes, ask } = unheard;
    if (this.#options.clock.now() - unheard.since > UNHEARD_LASTS_MS) this.#unheard = undefined;
    else {
      const reply = await this.#send({ seq, notes }, unheard);
      if (ask !== undefined) this.#giveBack(ask, reply.answer);
    }
  }

  /** What was let through, and nobody heard of it. */
  #giveBack({ candidates }: Ask, { granted }: Answer): void {
    for (const { index, at, epoch } of granted) {
      const candidate = candidates[index];
      if (candidate === undefined) continue;
      const { cost, key, keyCost } = candidate;
      const call = { epoch, at, taken: cost, actual: {}, key, keyTaken: keyCost, keyActual: {} };
      this.#outbox.add({ kind: 'ended', ...call, wasAnswered: false });
    }
  }

  async #send(batch: Batch, unheard?: Unheard): Promise<LaneReply> {
    const { run, keys, name, pid, clock, memos } = this.#options;
    const sentAt = clock.now();
    this.#sentAt = sentAt;
    this.#unheard = unheard ?? { ...batch, since: sentAt };
    this.#beatLater();
    this.#reminder.spoke();
    const { callers, input } = laneRequest(batch, this.#asker);
    const ofCallers = callers.flatMap(({ id }) => [keys.caller(id), keys.turn(name, id)]);
    try {
      const own = [keys.lane(name), keys.answer(name, pid), keys.birth];
      const reply = laneReply(await run([...own, ...ofCallers], input));
      if (reply === undefined) throw new Error(`Redis has no answer for lane ${name}`);
      this.#unheard = undefined;
      this.#isFull = reply.isFull;
      this.#hasTicket = reply.hasTicket;
      const { now } = reply.answer;
      this.#serverTime.learn(sentAt, clock.now(), now);
      this.#memo = { at: now, text: reply.memo };
      for (const spec of callers) {
        const text = reply.callerMemos[spec.id];
        if (text !== undefined) memos.set(spec, { at: now, text });
      }
      if (reply.bornAt !== undefined) this.#options.onBirth?.(reply.bornAt);
      return reply;
    } catch (error) {
      this.#outbox.keepOutcomes();
      throw error;
    }
  }

  get #asker(): Asker {
    const { pid, name, leaseMs, memos } = this.#options;
    return {
      pid,
      lane: name,
      leaseMs,
      ticketLeaseMs: TICKET_LEASE_MS,
      inFlight: this.#inFlight.count,
      meters: this.#known.meters,
      version: this.#known.version,
      memo: this.#memo,
      inFlightOf: (caller) => this.#inFlight.of(caller),
      memoOf: (caller) => memos.get(caller),
      serverTime: (at) => this.#serverTime.of(at),
    };
  }

  #started({ candidates }: Ask, { granted, wait, held, pause }: Answer): void {
    for (const { index } of granted) {
      const key = candidates[index]?.key;
      if (key !== undefined) this.#inFlight.started(key);
    }
    this.#isWaiting = wait !== undefined || held.length > 0;
    this.#lastPause = pause;
    if (!this.#outbox.isEmpty) this.#flushIn(LEFT_DELAY_MS);
  }

  #flushIn(delayMs: number): void {
    if (!this.#isClosed) this.#flushTimer.in(delayMs);
  }

  get #situation(): LaneSituation {
    const recoversUntil = (this.#lastPause?.until ?? Number.NEGATIVE_INFINITY) + RECOVERING_MS;
    return {
      concurrency: this.#known.concurrency,
      isFull: this.#isFull,
      isWaiting: this.#isWaiting,
      isRecovering: this.#options.clock.now() < recoversUntil,
    };
  }

  /** Whether the server should hear of this process soon, even where there is nothing to say. */
  get #isAlive(): boolean {
    const isOwing = this.#unheard !== undefined || !this.#outbox.isEmpty;
    return !this.#isClosed && (this.#isWaiting || isOwing || this.#inFlight.count > 0);
  }

  #beatLater(): void {
    const { clock, leaseMs } = this.#options;
    this.#cancelBeat ??= clock.setTimeout(() => this.#beat(), leaseMs / BEATS, true);
  }

  /** Renews the lease of this process, and its place among the callers' calls in flight. */
  #beat(): void {
    this.#cancelBeat = undefined;
    if (!this.#isAlive) return;
    this.#beatLater();
    const { callers } = this.#inFlight;
    const { clock, leaseMs } = this.#options;
    // Whatever is sent renews the lease of the process.
    if (callers.length === 0 && clock.now() - this.#sentAt < leaseMs / BEATS / 2) return;
    this.#tell(callers).catch(() => {});
  }

  /** Sends what is known, and what of those callers is. */
  #tell(callers: readonly KeySpec[]): Promise<void> {
    return this.#turns.do(async () => {
      await this.#hearAgain();
      for (let i = 0; i === 0 || i < callers.length; i += CALLERS_AT_ONCE) {
        await this.#send({ ...this.#batch(), kept: callers.slice(i, i + CALLERS_AT_ONCE) });
      }
    });
  }
}
