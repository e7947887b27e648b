import { failureInPage } from './body-failure.ts';
import type { BodyListener, BodyTap, Emit, ObservedUsage } from './body-tap.ts';
import { ByteBuffer } from './bytes.ts';

/** In this much of a page, in bytes, is its title. */
const MOST = 2 ** 12;

/** The tap for a body that seems to be an HTML page: an error of a proxy, whatever its status. */
export class PageTap implements BodyTap {
  readonly #listener: BodyListener;
  readonly #kept = new ByteBuffer();
  #seen: ObservedUsage = { usage: undefined, seenOutputTokens: 0 };

  constructor(listener: BodyListener) {
    this.#listener = listener;
  }

  pass(chunk: Uint8Array, emit: Emit): void {
    emit(chunk);
    this.#kept.append(chunk.subarray(0, Math.max(0, MOST - this.#kept.length)));
  }

  end(isWhole: boolean): void {
    this.#read(new TextDecoder().decode(this.#kept.view()), isWhole);
  }

  whole(text: string): unknown {
    this.#read(text.slice(0, MOST), true);
    return undefined;
  }

  seen(): ObservedUsage {
    return this.#seen;
  }

  #read(html: string, isWhole: boolean): void {
    const failure = failureInPage(html);
    if (failure === undefined) {
      if (isWhole) this.#listener.onAnswer();
      return;
    }
    this.#seen = { ...this.#seen, failure };
    this.#listener.onFailure(failure);
  }
}
