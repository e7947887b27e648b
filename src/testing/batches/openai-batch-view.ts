import type { LineEnd, RunningBatch } from './batch.ts';

/** Names of the files that a batch has made. */
export const OUTPUT_PREFIXES = { output: 'file-output-', error: 'file-error-' } as const;

const STATUS = {
  validating: 'validating',
  running: 'in_progress',
  finalizing: 'finalizing',
  canceling: 'cancelling',
} as const;

const seconds = (ms: number): number => Math.floor(ms / 1000);

/** A batch as OpenAI shows it at that time. */
export function batchView(
  batch: RunningBatch,
  now: number,
): Readonly<Record<string, unknown>> & { readonly id: string } {
  const { start, canceledAt, expiresAt, endsAt } = batch;
  const { id, createdAt, endpoint, inputFileId, metadata, errors, lines } = start;
  const phase = batch.phaseAt(now);
  const status = phase === 'ended' ? endedStatus(batch) : STATUS[phase];
  const ends = batch.isFailed ? [] : lines.map((_, index) => batch.endOf(index, now));
  const counts = countsOf(ends);
  const isDone = phase === 'ended' && !batch.isFailed;
  const hasErrors = ends.some((end) => isIn('error', end));
  const hasOutput = ends.some((end) => isIn('output', end));
  return {
    ...{ id, object: 'batch', endpoint, input_file_id: inputFileId, completion_window: '24h' },
    ...{ status, metadata, created_at: seconds(createdAt), expires_at: seconds(expiresAt) },
    errors: errors.length === 0 ? null : { object: 'list', data: errors },
    output_file_id: isDone && hasOutput ? OUTPUT_PREFIXES.output + id : null,
    error_file_id: isDone && hasErrors ? OUTPUT_PREFIXES.error + id : null,
    cancelling_at: canceledAt === undefined ? null : seconds(canceledAt),
    [`${status}_at`]: phase === 'ended' ? seconds(endsAt) : null,
    request_counts: counts,
  };
}

function endedStatus(batch: RunningBatch): string {
  if (batch.isFailed) return 'failed';
  if (batch.isExpired) return 'expired';
  return batch.canceledAt === undefined ? 'completed' : 'cancelled';
}

function isIn(file: 'output' | 'error', end: LineEnd | undefined): boolean {
  if (end === undefined || end.kind === 'canceled') return false;
  return (end.kind === 'answered') === (file === 'output');
}

function countsOf(ends: readonly (LineEnd | undefined)[]) {
  const completed = ends.filter((end) => isIn('output', end)).length;
  const failed = ends.filter((end) => isIn('error', end)).length;
  return { total: ends.length, completed, failed };
}
