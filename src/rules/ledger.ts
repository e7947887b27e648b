import { type Codec, number, record, table, time } from './codec.ts';

/**
 * One budget of several processes, in billionths of a dollar, so that whole numbers are added up and
 * nothing is lost on the way.
 *
 * A call is spent in the window in which it ends; until then its reservation counts in each window
 * that it lasts into. So no reset makes room for what is still to be paid.
 */
export interface Ledger {
  spent: number;
  /** When the present window ends, in milliseconds since the epoch. */
  resetAt: number;
  /** What each process has reserved. */
  reserved: Record<string, number>;
}

/** What happens to a budget. Windows follow each other from the epoch on. */
export type LedgerCommand = { readonly windowMs: number } & (
  | {
      readonly kind: 'reserve';
      readonly id: number;
      readonly billionths: number;
      readonly limit: number;
    }
  /** A call that had reserved so much has cost `spent`. */
  | { readonly kind: 'settle'; readonly reserved: number; readonly spent: number }
  /** A process that the ledger doesn't know has so much reserved. */
  | { readonly kind: 'join'; readonly reserved: number }
  /** A process has heard that so much was spent in the window that ends at `resetAt`. */
  | { readonly kind: 'recall'; readonly spent: number; readonly resetAt: number }
  /** The process is gone, with all that it had reserved. */
  | { readonly kind: 'leave' }
);

export interface LedgerReply {
  readonly id: number;
  readonly isReserved: boolean;
  readonly spent: number;
  readonly reserved: number;
  readonly resetAt: number;
}

export const ledger: Codec<Ledger> = record<Ledger>({
  spent: number,
  resetAt: time,
  reserved: table(number),
});

export function newLedger(): Ledger {
  return { spent: 0, resetAt: Number.NEGATIVE_INFINITY, reserved: {} };
}

/** Changes the budget by one command; answers a reservation. */
export function account(
  state: Ledger,
  from: string,
  command: LedgerCommand,
  now: number,
): LedgerReply | undefined {
  reset(state, command.windowMs, now);
  switch (command.kind) {
    case 'reserve':
      return reserve(state, from, command);
    case 'settle':
      add(state, from, -command.reserved);
      state.spent += command.spent;
      return undefined;
    case 'join':
      state.reserved[from] = command.reserved;
      return undefined;
    case 'recall':
      recall(state, command);
      return undefined;
    case 'leave':
      delete state.reserved[from];
      return undefined;
  }
}

/** What costs nothing passes also where more than the budget has been spent. */
function reserve(
  state: Ledger,
  from: string,
  { id, billionths, limit }: Extract<LedgerCommand, { kind: 'reserve' }>,
): LedgerReply {
  const isReserved = billionths === 0 || state.spent + sumOf(state) + billionths <= limit;
  if (isReserved) add(state, from, billionths);
  return { id, isReserved, spent: state.spent, reserved: sumOf(state), resetAt: state.resetAt };
}

/** A store that has lost its data may be given back an older value: what anybody knows to be spent is spent. */
function recall(
  state: Ledger,
  { spent, resetAt, windowMs }: Extract<LedgerCommand, { kind: 'recall' }>,
): void {
  // Times are rounded when they are stored.
  const isPresent = Math.abs(resetAt - state.resetAt) < windowMs / 2;
  if (isPresent) state.spent = Math.max(state.spent, spent);
}

function add({ reserved }: Ledger, from: string, billionths: number): void {
  const sum = Math.max(0, (reserved[from] ?? 0) + billionths);
  if (sum > 0) reserved[from] = sum;
  else delete reserved[from];
}

function sumOf({ reserved }: Ledger): number {
  return Object.values(reserved).reduce((sum, each) => sum + each, 0);
}

/** A new window has begun: only what is still to be paid is kept. */
function reset(state: Ledger, windowMs: number, now: number): void {
  if (now < state.resetAt) return;
  state.resetAt = (Math.floor(now / windowMs) + 1) * windowMs;
  state.spent = 0;
}
