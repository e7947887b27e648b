/** @module llm-headroom/testing */

export type { JsonObject } from '../model/json.ts';
export type { SimulatedBatch } from './batches/batch-api.ts';
export type {
  LineOutcome,
  SimulatedBatchOptions,
  SimulatedLine,
} from './batches/batch-options.ts';
export type { Operation, SimulatedCall } from './call.ts';
export {
  type CellContractOptions,
  cellContract,
  type TestRunner,
} from './cells/contract.ts';
export type { CellStore } from './cells/scene.ts';
export type { Charge, ChargeRule } from './charging.ts';
export type { Fault, FaultModel } from './faults.ts';
export type { ListenOptions, RunningServer } from './http-server.ts';
export type { Latency, LatencyModel } from './latency.ts';
export type { LimitName, SimulatorLimits } from './limit-names.ts';
export type { CallEnd, CallStats, LogEntry, SimulatorStats } from './log.ts';
export type { SimulatorEnforcement } from './meters/create-meter.ts';
export type { MswHttp } from './msw.ts';
export type { ModelLimits, SimulatorOptions, SimulatorProvider } from './options.ts';
export type { Fill } from './pool.ts';
export { createRandom, type Random } from './random.ts';
export type { ReplyFunction, ReplyParts } from './reply.ts';
export { createSimulator, type MswOptions, type Simulator } from './simulator.ts';
export {
  createVirtualClock,
  type VirtualClock,
  type VirtualClockOptions,
} from './virtual-clock.ts';
