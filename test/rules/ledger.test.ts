import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  account,
  type Ledger,
  type LedgerCommand,
  ledger,
  newLedger,
} from '../../src/rules/ledger.ts';

const HOUR_MS = 3_600_000;
const LIMIT = 100;

const reserve = (billionths: number, id = 1): LedgerCommand => {
  return { kind: 'reserve', windowMs: HOUR_MS, id, billionths, limit: LIMIT };
};
const settle = (reserved: number, spent: number): LedgerCommand => {
  return { kind: 'settle', windowMs: HOUR_MS, reserved, spent };
};
const leave: LedgerCommand = { kind: 'leave', windowMs: HOUR_MS };

describe('a budget of several processes', () => {
  it('reserves up to its limit, whoever asks, and says what is reserved and spent', () => {
    const state = newLedger();
    expect(account(state, 'a', reserve(60), 0)).toMatchObject({ isReserved: true, reserved: 60 });
    expect(account(state, 'b', reserve(41, 7), 0)).toEqual({
      ...{ id: 7, isReserved: false, spent: 0, reserved: 60, resetAt: HOUR_MS },
    });
    expect(account(state, 'b', reserve(40), 0)).toMatchObject({ isReserved: true, reserved: 100 });
    account(state, 'a', settle(60, 20), 0);
    expect(account(state, 'b', reserve(41), 0)).toMatchObject({ isReserved: false, spent: 20 });
    expect(account(state, 'b', reserve(40), 0)).toMatchObject({ isReserved: true });
  });

  it('lets pass what costs nothing, also where more was spent than there is', () => {
    const state = newLedger();
    account(state, 'a', settle(0, 150), 0);
    expect(account(state, 'a', reserve(1), 0)).toMatchObject({ isReserved: false });
    expect(account(state, 'a', reserve(0), 0)).toMatchObject({ isReserved: true, spent: 150 });
  });

  it('takes what was spent at least from whoever knows more, in the same window', () => {
    const recall = (spent: number, resetAt: number): LedgerCommand => {
      return { kind: 'recall', windowMs: HOUR_MS, spent, resetAt };
    };
    const state = newLedger();
    account(state, 'a', settle(0, 10), 0);
    account(state, 'b', recall(30, HOUR_MS + 0.001), 1);
    account(state, 'c', recall(20, HOUR_MS), 2);
    expect(state.spent).toBe(30);
    account(state, 'b', recall(90, HOUR_MS), HOUR_MS);
    expect(state.spent).toBe(0);
  });

  it('begins anew with each window, except for what is still to be paid', () => {
    const state = newLedger();
    account(state, 'a', reserve(30), HOUR_MS - 2);
    account(state, 'a', settle(0, 70), HOUR_MS - 1);
    expect(account(state, 'a', reserve(1), HOUR_MS - 1)).toMatchObject({ isReserved: false });
    const next = account(state, 'a', reserve(70), HOUR_MS);
    expect(next).toMatchObject({ isReserved: true, spent: 0, reserved: 100, resetAt: 2 * HOUR_MS });
    account(state, 'a', settle(30, 30), HOUR_MS + 1);
    expect(state).toMatchObject({ spent: 30, reserved: { a: 70 } });
  });

  it('frees what a process had reserved when it is gone, and takes its word when it is back', () => {
    const state = newLedger();
    account(state, 'a', reserve(60), 0);
    account(state, 'b', reserve(40), 0);
    account(state, 'a', leave, 0);
    expect(state.reserved).toEqual({ b: 40 });
    account(state, 'a', { kind: 'join', windowMs: HOUR_MS, reserved: 50 }, 0);
    expect(account(state, 'b', reserve(11), 0)).toMatchObject({ isReserved: false, reserved: 90 });
  });

  it('never reserves beyond its limit, nor has less than nothing, and is the same after a store', () => {
    const command = fc.oneof(
      fc.nat(60).map((billionths) => reserve(billionths)),
      fc.record({ reserved: fc.nat(60), spent: fc.nat(30) }).map((each) => {
        return settle(each.reserved, each.spent);
      }),
      fc.constant(leave),
    );
    const step = fc.record({ command, from: fc.constantFrom('a', 'b'), afterMs: fc.nat(HOUR_MS) });
    const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let now = 0;
      const state = newLedger();
      for (const { command: each, from, afterMs } of steps) {
        now += afterMs;
        const copy: Ledger = ledger.unpack(
          JSON.parse(JSON.stringify(ledger.pack(state, now))),
          now,
        );
        const reply = account(state, from, each, now);
        expect(account(copy, from, each, now)).toEqual(reply);
        expect(copy).toEqual(state);
        if (reply?.isReserved && each.kind === 'reserve' && each.billionths > 0) {
          expect(reply.spent + reply.reserved).toBeLessThanOrEqual(LIMIT);
        }
        for (const sum of Object.values(state.reserved)) expect(sum).toBeGreaterThan(0);
      }
    });
    fc.assert(property);
  });
});
