import type { Clock } from '../clock.ts';
import { probePauseMs } from './backoff.ts';
import { toJson } from './json.ts';
import type { KeyNames } from './key-names.ts';
import { comebackLua } from './lua/comeback.ts';
import { numbersLua } from './lua/numbers.ts';
import { timeLua } from './lua/time.ts';
import { Script } from './script.ts';
import type { ScriptRunner } from './script-runner.ts';

/** The script by which processes agree on when they go on with a server that they had lost. */
export const COMEBACK_SCRIPT: Script = new Script([numbersLua, timeLua, comebackLua].join(''));

/** So long before that, each tells what it has used: the rest is what it uses in this time. */
const LAST_WORD_MS = 100;
/** What connecting takes, and the difference between the moments at which each has lost it. */
const MARGIN_MS = 500;
const AGAIN_MS = 250;

export interface ComebackOptions {
  readonly run: ScriptRunner;
  readonly keys: KeyNames;
  readonly clock: Clock;
  /** The server can be told again, but not yet asked. */
  readonly begun: () => void;
  /** What was used meanwhile is to be told. */
  readonly lastWord: () => void;
  /** The server is to be asked again. */
  readonly over: () => void;
}

/**
 * Goes on with a server that was lost when all others do. Whoever went on earlier would have the
 * limits whole while the others still use their shares, of which it hasn't heard.
 */
export class Comeback {
  readonly #options: ComebackOptions;
  #cancels: (() => void)[] = [];
  #epoch = 0;

  constructor(options: ComebackOptions) {
    this.#options = options;
  }

  /** The server is back, after so long. */
  async begin(lostMs: number): Promise<void> {
    this.stop();
    const epoch = this.#epoch;
    const waitMs = await this.#agreed(lostMs);
    if (epoch !== this.#epoch) return;
    if (waitMs === undefined) {
      this.#later(() => void this.begin(lostMs), AGAIN_MS);
      return;
    }
    this.#options.begun();
    const isSoon = waitMs <= LAST_WORD_MS;
    if (!isSoon) this.#later(this.#options.lastWord, waitMs - LAST_WORD_MS);
    this.#later(this.#options.over, waitMs);
  }

  /** It is lost again, or nobody wants it any more. */
  stop(): void {
    this.#epoch++;
    for (const cancel of this.#cancels.splice(0)) cancel();
  }

  /** How long until all go on; `undefined` where there was no answer. */
  async #agreed(lostMs: number): Promise<number | undefined> {
    const { run, keys } = this.#options;
    const graceMs = probePauseMs(lostMs, () => 1) + MARGIN_MS;
    try {
      const answer = Number(await run([keys.comeback, keys.birth], toJson({ lostMs, graceMs })));
      return Number.isFinite(answer) ? answer : undefined;
    } catch {
      return undefined;
    }
  }

  #later(callback: () => void, delayMs: number): void {
    this.#cancels.push(this.#options.clock.setTimeout(callback, delayMs, true));
  }
}
