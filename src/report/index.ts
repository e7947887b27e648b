/** @module llm-headroom/report */

export { type Report, type ReportedResult, type ReportOptions, recordReport } from './report.ts';
export type {
  ReportData,
  ReportedFailure,
  ReportedPause,
  ReportTotals,
  SlowCall,
} from './report-data.ts';
export type { Bucket } from './series.ts';
