import type { CooperativeQueue } from '../cooperative-queue.ts';
import { ExactCounter } from './exact-counter.ts';
import { cl100kPieceEnd, o200kPieceEnd, type PieceEnd } from './pretokenize.ts';
import { type Encoding, rankList } from './rank-list.ts';
import { TextMemo } from './text-memo.ts';
import { VocabularyBuilder } from './vocabulary-builder.ts';

/** What counts with an encoding, and what it has counted. */
export interface LoadedEncoding {
  readonly counter: ExactCounter;
  readonly memo: TextMemo;
}

/** The texts that are remembered for one encoding take up to 16 MB. */
const MEMO_CHARACTERS = 8_000_000;

const PIECE_ENDS: Readonly<Record<Encoding, PieceEnd>> = {
  o200k_base: o200kPieceEnd,
  cl100k_base: cl100kPieceEnd,
};

/** The encodings of this process: each is loaded once, in the background, when it is first needed. */
export class Encodings {
  readonly #queue: CooperativeQueue;
  readonly #loaded = new Map<Encoding, LoadedEncoding>();
  readonly #loading = new Map<Encoding, Promise<void>>();

  constructor(queue: CooperativeQueue) {
    this.#queue = queue;
  }

  /** The encoding, if it is loaded. */
  get(encoding: Encoding): LoadedEncoding | undefined {
    return this.#loaded.get(encoding);
  }

  /** Resolves when the encoding is loaded, or can't be: a bundle may lack the data. Never rejects. */
  load(encoding: Encoding): Promise<void> {
    const loading = this.#loading.get(encoding) ?? this.#load(encoding).catch(() => undefined);
    this.#loading.set(encoding, loading);
    return loading;
  }

  async #load(encoding: Encoding): Promise<void> {
    await this.#queue.turn(); // finding the file takes some ms: not at the expense of this call
    const builder = new VocabularyBuilder(await rankList(encoding));
    await this.#queue.run(builder);
    if (builder.vocabulary === undefined) return;
    const counter = new ExactCounter(builder.vocabulary, PIECE_ENDS[encoding]);
    this.#loaded.set(encoding, { counter, memo: new TextMemo(MEMO_CHARACTERS) });
  }
}
