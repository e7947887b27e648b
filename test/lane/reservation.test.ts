import { describe, expect, it } from 'vitest';
import { Caller } from '../../src/callers/caller.ts';
import { Reservation, type ReservationOutcome } from '../../src/lane/reservation.ts';
import type { Cost } from '../../src/model/limits.ts';

interface Reserved {
  readonly reservation: Reservation;
  readonly told: (string | ReservationOutcome)[];
}

function reserved(cost: Cost = { requests: 1, tokens: 100 }): Reserved {
  const told: (string | ReservationOutcome)[] = [];
  const call = { id: 1, cost, at: 0, epoch: 0, taken: cost };
  const admission = {
    call,
    callId: 'a',
    caller: new Caller('alice'),
    own: { requests: 1, tokens: 60 },
  };
  const rest = { ownReservation: undefined, place: { id: 1, since: 0 }, waitedMs: 5 };
  const reservation = new Reservation(
    { ...admission, ...rest },
    {
      sent: () => void told.push('sent'),
      answered: () => void told.push('answered'),
      ended: (_, outcome) => void told.push(outcome),
    },
  );
  return { reservation, told };
}

describe('a reservation', () => {
  it('ends with what the call has used, and keeps what was reserved of the rest', () => {
    const { reservation, told } = reserved();
    reservation.settle({ tokens: 30 });
    const both = { requests: 1, tokens: 30 };
    expect(told).toEqual(['answered', { actual: both, own: both, wasAnswered: true }]);
  });

  it('adds input and output where the sum is not given', () => {
    const { reservation, told } = reserved();
    reservation.settle({ inputTokens: 30, outputTokens: 5 });
    expect(told[1]).toMatchObject({ actual: { tokens: 35, inputTokens: 30, outputTokens: 5 } });
  });

  it('keeps what was reserved, lane’s and caller’s, where nothing is known', () => {
    const { reservation, told } = reserved();
    reservation.settle();
    expect(told[1]).toMatchObject({ actual: { tokens: 100 }, own: { tokens: 60 } });
  });

  it('gives all back when it is canceled, or goes out of scope', () => {
    const { reservation, told } = reserved();
    {
      using scoped = reservation;
      expect(scoped.granted).toBe(true);
    }
    expect(told).toEqual([{ actual: {}, own: {}, wasAnswered: false }]);
  });

  it('is a request of the lane, and none of its caller, when the provider refuses it', () => {
    const { reservation, told } = reserved();
    reservation.refused();
    expect(told).toEqual(['answered', { actual: { requests: 1 }, own: {}, wasAnswered: true }]);
  });

  it('ends once: whatever comes after that does nothing', async () => {
    const { reservation, told } = reserved();
    reservation.sent();
    reservation.sent();
    reservation.answered();
    reservation.settle({ tokens: 1 });
    for (const end of ['settle', 'cancel', 'refused', 'answered', 'sent'] as const)
      reservation[end]();
    expect(told).toEqual(['sent', 'answered', expect.objectContaining({ wasAnswered: true })]);
    await reservation.done;
  });

  it('goes on after a usage that is none, which a response may well state', () => {
    const { reservation, told } = reserved();
    expect(() => reservation.settle({ tokens: -1 })).toThrow(TypeError);
    expect(told).toEqual([]);
    reservation.settleFromResponse({ tokens: Number.NaN, requests: -3 });
    expect(told[1]).toMatchObject({ actual: { requests: 1, tokens: 100 } });
  });
});
