import type { BudgetReservation } from './budget/budget-reservation.ts';
import type { PayableCall } from './budget/cashier.ts';
import type { Caller } from './callers/caller.ts';
import type { CallerRef } from './callers/tiers.ts';
import type { Clock } from './clock.ts';
import type { LaneRef, LoweredOutputEvent } from './events.ts';
import type { Lane } from './lane/lane.ts';
import type { LaneKey } from './lane/lane-key.ts';
import type { Pricing } from './providers/priced.ts';
import type { Calibration } from './tokens/calibration/calibration.ts';

/** What a client's hook needs of a limiter. `LimiterCore` is one. */
export interface CallLimiter extends Pricing {
  readonly clock: Clock;
  readonly maxPauseMs: number;
  readonly calibration: Calibration;
  as<T>(caller: CallerRef, act: (caller: Caller) => T | Promise<T>): T | Promise<T>;
  hasTier(tier: string): boolean;
  lane(key: LaneKey): Lane;
  /** While the code for its `store` is loaded: no lane may be opened before. Rejects where it can't be. */
  readonly opening: Promise<void> | undefined;
  /** Loads what many programs never need. No virtual time passes meanwhile. */
  loaded<Module>(load: () => Promise<Module>): Promise<Module>;
  reserveBudget(
    lane: LaneKey,
    payable: PayableCall,
  ): BudgetReservation | Promise<BudgetReservation>;
  tellLowered(lane: LaneKey, lowered: Omit<LoweredOutputEvent, 'what' | keyof LaneRef>): void;
}
