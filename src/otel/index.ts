/** @module llm-headroom/otel */

export { type InstrumentOptions, instrument } from './instrument.ts';
