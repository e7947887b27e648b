import { countField, elementsOf, field, parseJson, textField } from '../model/json.ts';
import { expected } from '../validate.ts';
import type { Names } from './names.ts';
import { PackedIds } from './packed-ids.ts';
import type { PlannedBatch } from './vendor.ts';

/** A batch that has not been dealt with. */
export interface OpenBatch extends PlannedBatch {
  readonly url: string;
  readonly ids: PackedIds;
  /** Reserved for it, in US dollars; 0 where nobody limits them. */
  readonly usd: number;
  /** Its id at the vendor; `undefined` where nobody knows whether it was submitted. */
  readonly batch: string | undefined;
}

/** Keeps lines of text, so that appended lines survive a crash. */
export interface JournalStore {
  /** Appends a line (without a newline), and returns once it is kept. @throws if it can't be kept */
  append(line: string): void;
}

/**
 * What was planned and submitted, and what has become of it: a line for each step, written before
 * anything depends on it.
 *
 * Invariant: a batch that may be at the vendor is open here, until all of its results are kept.
 */
export class Journal {
  readonly open: Map<string, OpenBatch> = new Map();
  /** Calls that a batch has ended without: they go live. */
  readonly left: Names;
  readonly #store: JournalStore;
  /** All ids of batches that were ever known. */
  readonly batches: Set<string> = new Set();

  /** `left`: for where there may be many. */
  constructor(store: JournalStore, lines: Iterable<string> = [], left: Names = new Set<string>()) {
    this.#store = store;
    this.left = left;
    for (const line of lines) this.#read(parseJson(line));
  }

  plan(planned: Omit<OpenBatch, 'batch'>): OpenBatch {
    const { ids, ...rest } = planned;
    const text = JSON.stringify({ step: 'planned', ...rest });
    this.#append(`${text.slice(0, -1)},"ids":${ids.json}}`);
    const batch = { ...planned, batch: undefined };
    this.open.set(planned.token, batch);
    return batch;
  }

  submitted(token: string, batch: string): void {
    this.#write({ step: 'submitted', token, batch });
  }

  /** `left`: indexes of those of its calls that have no result, and go live. */
  close(token: string, why: string, left: readonly number[]): void {
    this.#write({ step: 'closed', token, why, left });
  }

  #write(entry: object): void {
    this.#append(JSON.stringify(entry));
    this.#read(entry);
  }

  /** @throws TypeError for a promise: nobody would know when the line is kept */
  #append(line: string): void {
    const kept: unknown = this.#store.append(line);
    if (!(kept instanceof Promise)) return;
    kept.catch(() => {});
    throw expected('journal.append', 'a function that returns when the line is kept', kept);
  }

  /** A torn line is one that nothing depends on, as is one of something else. */
  #read(entry: unknown): void {
    const token = textField(entry, 'token');
    const known = this.open.get(token);
    const step = textField(entry, 'step');
    if (step === 'planned') {
      const ids = new PackedIds(Array.from(elementsOf(field(entry, 'ids')), String));
      const [at, url] = [Number(field(entry, 'at')), textField(entry, 'url')];
      const usd = countField(entry, 'usd');
      if (token === '' || !Number.isFinite(at)) return;
      this.open.set(token, { token, at, url, ids, usd, batch: undefined });
    } else if (step === 'submitted' && known !== undefined) {
      const batch = textField(entry, 'batch');
      if (batch === '') return;
      this.open.set(token, { ...known, batch });
      this.batches.add(batch);
    } else if (step === 'closed' && known !== undefined) {
      this.open.delete(token);
      for (const index of elementsOf(field(entry, 'left'))) {
        const id = known.ids.at(Number(index));
        if (id !== undefined) this.left.add(id);
      }
    }
  }
}
