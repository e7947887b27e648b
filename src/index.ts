/** @module llm-headroom */

export type { MapContext, MapFunction } from './batch/batch-run.ts';
export type { MapOptions } from './batch/options.ts';
export type { BatchProgress, PerMinute, PerMinuteLimits } from './batch/progress.ts';
export type { ItemError, ItemValue, MapResult } from './batch/results.ts';
export { BatchedCallFailed } from './batch-api/call-failed.ts';
export type {
  BatchApiProgress,
  BatchItemResult,
  BatchJournal,
  BatchOptions,
  OpenBatches,
} from './batch-api/item-options.ts';
export type { JournalStore } from './batch-api/journal.ts';
export type { Spending } from './budget/budget-ledger.ts';
export type { BudgetOption, DailyBudget, WindowBudget } from './budget/budget-option.ts';
export type { Allowance } from './callers/caller.ts';
export { type CallerContext, type OnLimit, runAs } from './callers/run-as.ts';
export type { Strategy, TierLimits } from './callers/terms.ts';
export type { CallerRef, TierSource, TiersOption } from './callers/tiers.ts';
export type { Clock } from './clock.ts';
export {
  BudgetSpent,
  CallTooLarge,
  type ErrorCode,
  HeadroomError,
  QueueFull,
  StoreUnavailable,
} from './errors.ts';
export type {
  AdmittedEvent,
  DegradedEvent,
  LaneRef,
  LimitsEvent,
  LoweredOutputEvent,
  PausedEvent,
  RateLimiterEvents,
  RejectedEvent,
  ResumedEvent,
  StoreEvent,
  ThrottledEvent,
  UsageEvent,
} from './events.ts';
export type { LaneSnapshot, LaneTotals, LimitLevel } from './lane/lane-snapshot.ts';
export type { Rejection, Reservation } from './lane/reservation.ts';
export type { FullLimit, LimitsByModel, LimitsOption, ShortLimits } from './limit-table.ts';
export type { AcquireOptions } from './limiter/acquire-options.ts';
export { createRateLimiter, type RateLimiter } from './limiter.ts';
export type {
  Cost,
  Dimension,
  Enforcement,
  Limit,
  LimitSource,
  SourcedLimit,
} from './model/limits.ts';
export type { LongContext, PriceEntry, PriceTable } from './model/price.ts';
export type { Reason } from './model/reason.ts';
export type { PauseCause } from './model/refusal.ts';
export type { TokenEstimate, Usage } from './model/usage.ts';
export type { ChangeableOptions, RateLimiterOptions } from './options.ts';
export type { Plan, PlannedLane, PlannedTokens } from './plan/plan.ts';
export type {
  PlannedCall,
  PlannedCalls,
  PlannedCost,
  PlannedRequest,
} from './plan/planned-call.ts';
export type { Binding } from './plan/rehearsal.ts';
export type { ProviderRefusal } from './provider-refusal.ts';
export { type RateLimitBody, RateLimitExceeded } from './rate-limit-exceeded.ts';
export type {
  OwnLimiterOptions,
  RateLimitOptions,
  SharedLimiterOptions,
} from './rate-limit-options.ts';
export {
  type RateLimitedFetch,
  type RateLimitedFetchOptions,
  rateLimitedFetch,
} from './rate-limited-fetch.ts';
export {
  type Asked,
  type Cell,
  type Cells,
  isTimely,
  type Message,
  type Note,
  type Seen,
  type Write,
  type Written,
} from './shared/cell.ts';
export type { Store, StorePolicy } from './shared/store.ts';
export type { Calibration } from './tokens/calibration/calibration.ts';
export type { CustomEstimator } from './tokens/custom-estimate.ts';
export { estimateTokens } from './tokens/estimate.ts';
export type { EstimateRequest } from './tokens/estimator.ts';
export { type LimitableClient, type RateLimited, withRateLimit } from './with-rate-limit.ts';
