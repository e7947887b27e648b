import type { CallDraft, Intake } from '../intake.ts';
import type { BatchSettings, LineOutcome } from './batch-options.ts';

/** One request of a batch. */
export interface BatchLine {
  readonly customId: string;
  readonly body: unknown;
  /** What the server understands of it. */
  readonly intake: Exclude<Intake, { kind: 'models' | 'count-tokens' }>;
}

/** What has become of a line. */
export type LineEnd =
  | { readonly kind: 'answered'; readonly draft: CallDraft }
  | { readonly kind: 'failed'; readonly status: 400 | 429 | 500 }
  | { readonly kind: 'invalid'; readonly intake: Intake & { kind: 'problem' } }
  | { readonly kind: 'expired' }
  | { readonly kind: 'canceled' };

export interface BatchStart {
  readonly id: string;
  readonly lines: readonly BatchLine[];
  readonly createdAt: number;
  /** OpenAI's. */
  readonly endpoint: string;
  readonly inputFileId: string;
  readonly metadata: unknown;
  /** Found in its file: such a batch runs nothing. */
  readonly errors: readonly BatchError[];
}

export interface BatchError {
  readonly code: string;
  readonly message: string;
  readonly line: number | null;
}

/** The first part of a batch's time, in which its file is validated; and the last, in which it is written. */
const VALIDATING = 0.02;
const FINALIZING = 0.98;

/** How far a batch is. `ended`: expired, completed, canceled and failed alike. */
export type Phase = 'validating' | 'running' | 'finalizing' | 'canceling' | 'ended';

/**
 * A batch that was begun. Nothing runs: what it is at a time follows from that time.
 *
 * Invariant: once it has ended, what it says of its lines stays.
 */
export class RunningBatch {
  readonly start: BatchStart;
  readonly expiresAt: number;
  canceledAt: number | undefined;
  readonly #settings: BatchSettings;
  readonly #durationMs: number;
  readonly #outcomes: readonly LineOutcome[];

  constructor(start: BatchStart, settings: BatchSettings) {
    const { id, lines } = start;
    this.start = start;
    this.#settings = settings;
    this.expiresAt = start.createdAt + settings.windowMs;
    this.#durationMs = settings.durationMs({ id, requests: lines.length });
    this.#outcomes = lines.map(({ customId, body }, index) =>
      settings.outcome({ batchId: id, customId, index, body }),
    );
  }

  get isFailed(): boolean {
    return this.start.errors.length > 0;
  }

  /** When the last line would end, if nothing cut it short. */
  get #naturalEnd(): number {
    const { createdAt } = this.start;
    if (this.isFailed) return createdAt + this.#durationMs * VALIDATING;
    return this.#outcomes.includes('expire')
      ? Number.POSITIVE_INFINITY
      : createdAt + this.#durationMs;
  }

  get endsAt(): number {
    const { canceledAt = Number.POSITIVE_INFINITY } = this;
    return Math.min(this.#naturalEnd, this.expiresAt, canceledAt + this.#settings.cancelMs);
  }

  get isExpired(): boolean {
    return this.endsAt === this.expiresAt && this.#naturalEnd > this.expiresAt;
  }

  phaseAt(now: number): Phase {
    const { createdAt } = this.start;
    const part = this.#durationMs === 0 ? 1 : (now - createdAt) / this.#durationMs;
    if (now >= this.endsAt) return 'ended';
    if (this.canceledAt !== undefined) return 'canceling';
    if (part < VALIDATING) return 'validating';
    return part >= FINALIZING && !this.#outcomes.includes('expire') ? 'finalizing' : 'running';
  }

  cancel(now: number): void {
    if (now < this.endsAt) this.canceledAt ??= now;
  }

  /** What a line has come to; `undefined` where it has not ended. */
  endOf(index: number, now: number): LineEnd | undefined {
    const line = this.start.lines[index];
    if (line === undefined) return undefined;
    const doneAt = this.#doneAt(index);
    const cutAt = Math.min(this.canceledAt ?? Number.POSITIVE_INFINITY, this.expiresAt);
    if (doneAt <= cutAt) return doneAt <= now ? this.#endOf(line, index) : undefined;
    if (now < this.endsAt) return undefined;
    return { kind: this.isExpired ? 'expired' : 'canceled' };
  }

  #doneAt(index: number): number {
    if (this.#outcomes[index] === 'expire') return Number.POSITIVE_INFINITY;
    const { createdAt, lines } = this.start;
    return createdAt + (this.#durationMs * (index + 1)) / lines.length;
  }

  #endOf({ intake }: BatchLine, index: number): LineEnd {
    const outcome = this.#outcomes[index];
    if (intake.kind === 'problem') return { kind: 'invalid', intake };
    if (outcome === 400 || outcome === 429 || outcome === 500) {
      return { kind: 'failed', status: outcome };
    }
    return { kind: 'answered', draft: intake.draft };
  }

  /** The input tokens that its queue holds. */
  get queuedTokens(): number {
    return this.start.lines.reduce(
      (sum, { intake }) => sum + (intake.kind === 'call' ? intake.draft.inputTokens : 0),
      0,
    );
  }
}
