import type { Reservation } from '../lane/reservation.ts';
import { expectFunction } from '../validate.ts';

/**
 * Does something with a reservation, and ends that.
 *
 * A failure settles it as it was reserved, because the request may have been sent: a limit that
 * counts a call too much is late, one that counts it too little is exceeded.
 */
export async function runReserved<T>(
  acquire: () => Promise<Reservation>,
  fn: (reservation: Reservation) => T | PromiseLike<T>,
): Promise<T> {
  expectFunction('fn', fn);
  const reservation = await acquire();
  try {
    return await fn(reservation);
  } finally {
    // Does nothing where `fn` has ended it.
    reservation.settle();
  }
}
