import type { Listening, Subscriber } from './subscriber.ts';

/** Begins to listen on a channel; `undefined` where that isn't to be had. */
export type Listen = (listening: Omit<Listening, 'own'>) => Promise<Subscriber | undefined>;

/** Listens on one channel: also anew, where it has failed and the server answers again. */
export class Subscription {
  readonly #begin: () => Promise<Subscriber | undefined>;
  #subscribing: Promise<Subscriber | undefined>;
  #subscriber: Subscriber | undefined;
  #closeSubscriber: () => void = () => {};
  /** Another attempt may succeed where the last one has not. */
  #isWorthIt = false;
  #isClosed = false;

  constructor(subscribe: Listen, channel: string, hear: (text: string) => void) {
    const opening = (close: () => void): void => {
      this.#closeSubscriber = close;
      if (this.#isClosed) close();
    };
    this.#begin = () => subscribe({ channel, hear, opening });
    this.#subscribing = this.#subscribed();
  }

  /** Resolves once messages arrive, or it is clear that they won't. */
  async opened(): Promise<boolean> {
    return (await this.#subscribing) !== undefined;
  }

  /** Whether messages arrive at present. */
  get isLive(): boolean {
    return this.#subscriber?.isLive ?? false;
  }

  /** The server didn't answer. */
  failed(): void {
    this.#isWorthIt = true;
  }

  /** The server has answered: it may be there again. */
  answered(): void {
    const subscriber = this.#subscriber;
    if (this.#isClosed || (subscriber?.isOver ?? this.#isWorthIt) === false) return;
    this.#subscriber = undefined;
    this.#subscribing = this.#subscribing.then(() => this.#subscribed());
    this.#isWorthIt = false;
  }

  /** Nothing is heard, though it looks alive: another connection takes its place. */
  renew(): void {
    if (this.#isClosed || this.#subscriber === undefined) return;
    this.#subscriber = undefined;
    this.#closeSubscriber();
    this.#isWorthIt = true;
    this.answered();
  }

  close(): void {
    this.#isClosed = true;
    this.#closeSubscriber();
  }

  async #subscribed(): Promise<Subscriber | undefined> {
    this.#isWorthIt = false;
    this.#subscriber = await this.#begin();
    return this.#subscriber;
  }
}
