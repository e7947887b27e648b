import type { CooperativeQueue } from '../cooperative-queue.ts';
import { ExactCounter } from './exact-counter.ts';
import { cl100kPieceEnd, o200kPieceEnd, type PieceEnd } from './pretokenize.ts';
import { type Chunks, type Encoding, rankSources } from './rank-list.ts';
import { type InitialSize, RankReader } from './rank-reader.ts';
import { SamplingCounter } from './sampling-counter.ts';
import { TextMemo } from './text-memo.ts';
import type { Vocabulary } from './vocabulary.ts';
import { VocabularyBuilder } from './vocabulary-builder.ts';
import { WarmUp } from './warm-up.ts';

/** What counts with an encoding, and what it has counted. */
export interface LoadedEncoding {
  readonly counter: ExactCounter;
  readonly sampler: SamplingCounter;
  readonly memo: TextMemo;
}

/** How many texts are remembered for one encoding: what that takes is 2.9 MB. */
const MEMO_TEXTS = 65_536;

const PIECE_ENDS: Readonly<Record<Encoding, PieceEnd>> = {
  o200k_base: o200kPieceEnd,
  cl100k_base: cl100kPieceEnd,
};

/**
 * What the tokens take, a little rounded up. Memory that is outgrown and left would have the runtime
 * collect garbage all at once, which takes 5 ms.
 */
const ROOM: Readonly<Record<Encoding, InitialSize>> = {
  o200k_base: { tokens: 200_000, bytes: 1_410_000 },
  cl100k_base: { tokens: 100_300, bytes: 655_000 },
};

/** The encodings of this process: each is loaded once, in the background, when it is first needed. */
export class Encodings {
  readonly #queue: CooperativeQueue;
  readonly #sources: typeof rankSources;
  readonly #loaded = new Map<Encoding, LoadedEncoding>();
  readonly #loading = new Map<Encoding, Promise<void>>();

  /** @param sources - where the lists of tokens can be had from */
  constructor(queue: CooperativeQueue, sources: typeof rankSources = rankSources) {
    this.#queue = queue;
    this.#sources = sources;
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

  /** What can't be done in slices gets turns of its own: none takes more than 2 ms. */
  async #load(encoding: Encoding): Promise<void> {
    const turn = (): Promise<void> => this.#queue.turn();
    await turn(); // not at the expense of the call that needs it
    const vocabulary = await this.#vocabulary(encoding, turn);
    if (vocabulary === undefined) return;
    await turn();
    const counter = new ExactCounter(vocabulary, PIECE_ENDS[encoding]);
    await turn();
    await this.#queue.runInBackground(new WarmUp(counter));
    const sampler = new SamplingCounter(counter);
    this.#loaded.set(encoding, { counter, sampler, memo: new TextMemo(MEMO_TEXTS) });
  }

  /** From the first source that has all of it. */
  async #vocabulary(
    encoding: Encoding,
    turn: () => Promise<void>,
  ): Promise<Vocabulary | undefined> {
    for (const source of this.#sources(encoding, turn)) {
      const vocabulary = await this.#built(source, ROOM[encoding]).catch(() => undefined);
      if (vocabulary !== undefined) return vocabulary;
    }
    return undefined;
  }

  async #built(list: Chunks, room: InitialSize): Promise<Vocabulary | undefined> {
    const reader = new RankReader(room);
    for await (const chunk of list) await this.#queue.runInBackground(reader.take(chunk));
    await this.#queue.turn();
    const builder = new VocabularyBuilder(reader.finish());
    await this.#queue.turn();
    await this.#queue.runInBackground(builder);
    return builder.vocabulary;
  }
}
