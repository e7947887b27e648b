import type { Document } from './documents.ts';
import type { Summarizer } from './summarizer.ts';

/** How far the job is, in calls. */
export interface Tally {
  readonly total: number;
  done: number;
  failed: number;
}

export interface JobOptions {
  readonly documents: readonly Document[];
  readonly summarizers: readonly Summarizer[];
  readonly signal: AbortSignal;
  readonly onSummary: (name: string, summary: string) => void;
  readonly onFailure: (what: string, error: unknown) => void;
}

/**
 * Summarizes every chunk, and then, for documents of several chunks, their summaries. All calls are
 * made as soon as their texts are there: when each is sent is up to the rate limiters.
 */
export class Job {
  readonly tally: Tally;
  readonly #options: JobOptions;

  constructor(options: JobOptions) {
    const { documents } = options;
    const total = documents.reduce((sum, document) => sum + callsFor(document), 0);
    this.#options = options;
    this.tally = { total, done: 0, failed: 0 };
  }

  /** Resolves when all is done, or given up because of the signal. */
  async run(): Promise<void> {
    const { documents, summarizers } = this.#options;
    const shares = dealt(documents, summarizers);
    await Promise.all(shares.map(([document, model]) => this.#summarize(document, model)));
  }

  async #summarize({ name, chunks }: Document, model: Summarizer): Promise<void> {
    const { signal, onSummary } = this.#options;
    const parts = await Promise.all(
      chunks.map((chunk, index) =>
        this.#call(`${name}, part ${index + 1}`, () => model.summarize(chunk, signal)),
      ),
    );
    const known = parts.filter((part) => part !== undefined);
    if (signal.aborted || known.length === 0) return;
    const summary =
      chunks.length === 1
        ? known[0]
        : await this.#call(name, () => model.summarizeStreamed(known.join('\n'), signal));
    if (summary !== undefined) onSummary(name, summary);
  }

  /** One call. What goes wrong is told, and stops nobody else. */
  async #call(what: string, send: () => Promise<string>): Promise<string | undefined> {
    const { signal, onFailure } = this.#options;
    try {
      const summary = await send();
      this.tally.done++;
      return summary.trim();
    } catch (error) {
      if (signal.aborted) return undefined;
      this.tally.failed++;
      onFailure(what, error);
      return undefined;
    }
  }
}

function callsFor({ chunks }: Document): number {
  return chunks.length === 1 ? 1 : chunks.length + 1;
}

/** Gives each document to the model that has the fewest calls to make. */
function dealt(
  documents: readonly Document[],
  summarizers: readonly Summarizer[],
): [Document, Summarizer][] {
  const loads = summarizers.map(() => 0);
  return documents.map((document) => {
    const least = loads.indexOf(Math.min(...loads));
    loads[least] = loads[least]! + callsFor(document);
    return [document, summarizers[least]!];
  });
}
