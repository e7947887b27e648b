import type { Clock } from '../clock.ts';
import type { Account, LedgerAnswer, SharedLedger } from '../stores/shared-lane.ts';
import { asNumber, objectFrom, toJson } from './json.ts';
import type { KeyNames } from './key-names.ts';
import { RedisAccount } from './redis-account.ts';
import type { ScriptRunner } from './script-runner.ts';

export interface RedisLedgerOptions {
  /** Of this process, and nobody else's. */
  readonly pid: string;
  readonly run: ScriptRunner;
  readonly keys: KeyNames;
  readonly clock: Clock;
  /** What a process holds that isn't heard of for so long is free again. */
  readonly leaseMs: number;
}

const SETTLE_DELAY_MS = 20;
/** A lease is renewed so many times before it ends. */
const BEATS = 3;
/** So many accounts are remembered that nothing is held of. */
const MOST = 10_000;

/** Budgets that are kept in Redis, as one process sees them. */
export class RedisLedger implements SharedLedger {
  readonly #options: RedisLedgerOptions;
  readonly #accounts = new Map<string, RedisAccount>();
  /** Accounts of which something was settled that hasn't been told. */
  readonly #due = new Set<RedisAccount>();
  #cancelFlush: (() => void) | undefined;
  #cancelBeat: (() => void) | undefined;

  constructor(options: RedisLedgerOptions) {
    this.#options = options;
  }

  reserve(account: Account, billionths: number): Promise<LedgerAnswer> {
    this.#beatLater();
    return this.#account(account).reserve(account.limitBillionths, billionths);
  }

  settle(account: Account, billionths: number, spent: number): void {
    const own = this.#account(account);
    own.settle(billionths, spent);
    this.#due.add(own);
    this.#beatLater();
    this.#cancelFlush ??= this.#options.clock.setTimeout(() => {
      this.#cancelFlush = undefined;
      this.flush().catch(() => {});
    }, SETTLE_DELAY_MS);
  }

  /** Sends what was settled. What can't be sent is sent with what follows, or a little later. */
  async flush(): Promise<void> {
    const due = [...this.#due];
    this.#due.clear();
    await Promise.all(due.map((account) => account.flush()));
  }

  /** Tells what is known of each account: the server may have forgotten it. */
  remind(): void {
    for (const account of this.#accounts.values()) account.flush().catch(() => {});
  }

  async close(): Promise<void> {
    this.#cancelFlush?.();
    this.#cancelBeat?.();
    await this.flush().catch(() => {});
  }

  #account(account: Account): RedisAccount {
    const name = this.#options.keys.account(account.id, account.windowMs);
    const own = this.#accounts.get(name) ?? this.#opened(name, account.windowMs);
    // The one that was used last is the last.
    this.#accounts.delete(name);
    this.#accounts.set(name, own);
    if (this.#accounts.size > MOST) this.#forgetOldest();
    return own;
  }

  #opened(name: string, windowMs: number): RedisAccount {
    const { pid, run, leaseMs } = this.#options;
    return new RedisAccount(async (statement) => {
      return ledgerAnswer(await run([name], toJson({ ...statement, pid, leaseMs, windowMs })));
    });
  }

  #forgetOldest(): void {
    const [oldest] = this.#accounts;
    if (oldest === undefined || !oldest[1].isIdle) return;
    this.#accounts.delete(oldest[0]);
    oldest[1].leave().catch(() => {});
  }

  #beatLater(): void {
    const { clock, leaseMs } = this.#options;
    this.#cancelBeat ??= clock.setTimeout(() => this.#beat(), leaseMs / BEATS, true);
  }

  /** Renews the leases of what is held, and sends what could not be sent. */
  #beat(): void {
    this.#cancelBeat = undefined;
    const active = [...this.#accounts.values()].filter((account) => !account.isIdle);
    if (active.length === 0) return;
    this.#beatLater();
    for (const account of active) account.flush().catch(() => {});
  }
}

function ledgerAnswer(text: unknown): LedgerAnswer {
  const reply = objectFrom(text);
  const [spent, reserved, resetAt] = [reply?.spent, reply?.reserved, reply?.resetAt].map(asNumber);
  if (spent === undefined || reserved === undefined || resetAt === undefined) {
    throw new Error('Redis has no answer for this account');
  }
  return { isReserved: reply?.isReserved === true, spent, reserved, resetAt };
}
