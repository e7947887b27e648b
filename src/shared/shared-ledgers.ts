import { closedError, type HeadroomError, StoreUnavailable } from '../errors.ts';
import type { Ledger, LedgerCommand, LedgerReply } from '../rules/ledger.ts';
import type { Account, LedgerAnswer, LedgerStore } from './ledger.ts';
import { ledgerRules } from './ledger-rules.ts';
import type { SharedStore } from './shared-store.ts';
import type { SharedValue } from './shared-value.ts';
import type { StorePolicy } from './store.ts';
import type { UnusableCell } from './unusable-cell.ts';

/** One account of this process. */
interface OpenLedger {
  readonly value: SharedValue<Ledger, LedgerCommand, LedgerReply>;
  /** What this process has reserved. */
  reserved: number;
  /** What the last answer has said. */
  known: LedgerReply | undefined;
  /** What was settled since that was asked: `after` which reservation. */
  settled: { readonly after: number; readonly spent: number }[];
  /** Reservations that were not answered yet, by number. */
  readonly asked: Map<number, OpenReservation>;
  lastId: number;
  /** Why the store can't keep this account, though it is there. */
  unusable: HeadroomError | undefined;
}

interface OpenReservation {
  readonly billionths: number;
  readonly limit: number;
  isGivenUp: boolean;
  resolve(answer: LedgerAnswer): void;
  reject(error: unknown): void;
}

/** So many accounts are kept open, whether anything is reserved of them or not. */
const KEPT = 1000;
/** What was settled is told after so long, or with what is asked. */
const SETTLE_MS = 100;

/** Budgets that processes share, as one of them sees them: each account is a value of its own. */
export class SharedLedgers implements LedgerStore {
  readonly #store: SharedStore;
  /** The one that was used longest ago is the first. */
  readonly #open = new Map<string, OpenLedger>();
  readonly #stop: () => void;
  #isClosed = false;

  constructor(store: SharedStore) {
    this.#store = store;
    this.#stop = store.reach.onChange((isUp, cause) => {
      if (isUp) return;
      for (const open of this.#open.values()) rejectAll(open, cause);
    });
  }

  get isUp(): boolean {
    return this.#store.reach.isUp;
  }

  get onStoreLost(): StorePolicy {
    return this.#store.onStoreLost;
  }

  get instances(): number {
    return this.#store.instances;
  }

  get lostCause(): unknown {
    return this.#store.reach.cause;
  }

  get remedy(): string | undefined {
    return this.#store.remedy;
  }

  /**
   * @throws the store's failure, where it is lost before it has answered; HeadroomError (`closed`) where
   * the limiter is closed
   */
  reserve(account: Account, billionths: number): Promise<LedgerAnswer> {
    if (this.#isClosed) return Promise.reject(closedError());
    const open = this.#account(account);
    if (open.unusable !== undefined) return Promise.reject(open.unusable);
    const { windowMs, limitBillionths: limit } = account;
    const id = ++open.lastId;
    return new Promise((resolve, reject) => {
      open.asked.set(id, { billionths, limit, isGivenUp: false, resolve, reject });
      open.value.send({ kind: 'reserve', windowMs, id, billionths, limit });
    });
  }

  settle(account: Account, billionths: number, spent: number): void {
    const open = this.#account(account);
    open.reserved = Math.max(0, open.reserved - billionths);
    open.settled.push({ after: open.lastId, spent });
    const { windowMs } = account;
    open.value.send({ kind: 'settle', windowMs, reserved: billionths, spent }, SETTLE_MS);
    if (this.#isClosed) void this.#closeUnused();
  }

  /** What is reserved stays so until it is settled; what was asked for is rejected. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stop();
    for (const { asked } of this.#open.values()) {
      for (const each of asked.values()) each.reject(closedError());
      // Whatever it was given ends as this process leaves.
      asked.clear();
    }
    await this.#closeUnused();
  }

  async #closeUnused(): Promise<void> {
    const unused = [...this.#open].filter(([, { reserved, asked }]) => reserved + asked.size === 0);
    for (const [id] of unused) this.#open.delete(id);
    await Promise.all(unused.map(([, { value }]) => value.close()));
  }

  #account(account: Account): OpenLedger {
    const open = this.#open.get(account.id) ?? this.#opened(account);
    this.#open.delete(account.id);
    this.#open.set(account.id, open);
    this.#closeOldest();
    return open;
  }

  #opened({ id, windowMs }: Account): OpenLedger {
    const value = this.#store.open(`budget/${id}`, {
      rules: ledgerRules(windowMs),
      keepMs: 2 * windowMs,
      act: (reply: LedgerReply) => this.#answer(open, reply, windowMs),
      restate: (pending) => this.#restated(open, pending, windowMs),
      isWaiting: () => open.asked.size > 0,
      isHolding: () => open.reserved > 0 || open.asked.size > 0,
      onUnusable: (error) => this.#unusable(open, error),
    });
    const asked = new Map<number, OpenReservation>();
    const open: OpenLedger = {
      ...{ value, reserved: 0, known: undefined, settled: [], asked, lastId: 0 },
      unusable: undefined,
    };
    return open;
  }

  #answer(open: OpenLedger, reply: LedgerReply, windowMs: number): void {
    open.known = reply;
    open.settled = open.settled.filter(({ after }) => after >= reply.id);
    const asked = open.asked.get(reply.id);
    if (asked === undefined) return;
    open.asked.delete(reply.id);
    const { billionths } = asked;
    if (asked.isGivenUp) {
      // The store was lost meanwhile, and the call has gone on without it.
      if (reply.isReserved) {
        open.value.send({ kind: 'settle', windowMs, reserved: billionths, spent: 0 }, SETTLE_MS);
      }
      return;
    }
    if (reply.isReserved) open.reserved += billionths;
    asked.resolve(reply);
  }

  /** What is known to be spent is told again, and what was spent since, and reservations that were not answered are asked for anew. */
  #restated(
    open: OpenLedger,
    pending: readonly LedgerCommand[],
    windowMs: number,
  ): LedgerCommand[] {
    const spent = pending.flatMap((command) =>
      command.kind === 'settle' && command.spent > 0 ? [{ ...command, reserved: 0 }] : [],
    );
    const again = [...open.asked].map(([id, { billionths, limit }]): LedgerCommand => {
      return { kind: 'reserve', windowMs, id, billionths, limit };
    });
    const recalled = recallOf(open, sumOf(spent), windowMs);
    return [{ kind: 'join', windowMs, reserved: open.reserved }, ...recalled, ...spent, ...again];
  }

  /** No process knows what others spend of it meanwhile: calls may not go. */
  #unusable(open: OpenLedger, error: UnusableCell | undefined): void {
    open.unusable =
      error && new StoreUnavailable("The store can't keep this budget", error, error.message);
    if (open.unusable !== undefined) rejectAll(open, open.unusable);
  }

  #closeOldest(): void {
    const [oldest] = this.#open;
    // While the store is lost, an account is what keeps that money was spent.
    if (this.#open.size <= KEPT || oldest === undefined || !this.isUp) return;
    const [id, { value, reserved, asked }] = oldest;
    if (reserved > 0 || asked.size > 0) return;
    this.#open.delete(id);
    void value.close();
  }
}

function rejectAll({ asked }: OpenLedger, cause: unknown): void {
  for (const each of asked.values()) {
    each.isGivenUp = true;
    each.reject(cause);
  }
}

/** What is known to be spent, without `unheard`, which is told beside it. */
function recallOf(
  { known, settled }: OpenLedger,
  unheard: number,
  windowMs: number,
): LedgerCommand[] {
  if (known === undefined) return [];
  const spent = Math.max(known.spent, known.spent + sumOf(settled) - unheard);
  return [{ kind: 'recall', windowMs, spent, resetAt: known.resetAt }];
}

function sumOf(list: readonly { readonly spent: number }[]): number {
  return list.reduce((sum, { spent }) => sum + spent, 0);
}
