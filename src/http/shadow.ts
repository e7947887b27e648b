import type { Clock } from '../clock.ts';
import { whenAbandoned } from './abandonment.ts';
import type { BodyTap } from './body-tap.ts';
import { disguise } from './disguise.ts';
import { wholeThrough } from './tap-for.ts';
import { tappedStream } from './tapped-stream.ts';

/** What a response reads through, once it is metered. */
export interface Metering {
  readonly tap: BodyTap;
  /** To be called at the end, with whether the body was complete. */
  readonly end: (complete: boolean) => void;
  /** The tap passes everything on as it is: the text may be read in one go. */
  readonly isWhole: boolean;
  /** When a reader has asked for nothing for long. */
  readonly clock: Clock | undefined;
}

/** What reads a metered response: itself, or the response around the tapped stream, made when it is first needed. */
export class Shadow {
  readonly #original: Response;
  readonly #readText: Response['text'];
  readonly #body: ReadableStream<Uint8Array>;
  /** Dropped once the body is being read: who keeps a response keeps nothing of its call. */
  #metering: Metering | undefined;
  readonly #forget: () => void;
  #response: Response | undefined;

  constructor(original: Response, body: ReadableStream<Uint8Array>, metering: Metering) {
    this.#original = original;
    this.#readText = original.text;
    this.#body = body;
    this.#metering = metering;
    this.#forget = whenAbandoned(original, abandon(metering.end));
  }

  open(): Response {
    if (this.#response !== undefined) return this.#response;
    const { tap, end, clock } = this.#taken();
    const stream = tappedStream(this.#body, tap, end, clock);
    this.#response = new Response(stream, { headers: this.#original.headers });
    return this.#response;
  }

  async text(): Promise<string> {
    return (await this.#whole()).text;
  }

  async json(): Promise<unknown> {
    const { text, json } = await this.#whole();
    return json === undefined ? JSON.parse(text) : json;
  }

  get body(): ReadableStream<Uint8Array> | null {
    return this.#isRead ? this.#body : this.open().body;
  }

  get bodyUsed(): boolean {
    return this.#response?.bodyUsed ?? this.#isRead;
  }

  clone(): Response {
    return disguise(this.#original)(this.open().clone());
  }

  /** The text was read in one go. */
  get #isRead(): boolean {
    return this.#metering === undefined && this.#response === undefined;
  }

  /**
   * The text, and its JSON if we have parsed it. Of a body that nobody has begun to read it is cheaper
   * than a stream.
   */
  async #whole(): Promise<{ readonly text: string; readonly json?: unknown }> {
    if (this.#metering?.isWhole !== true) return { text: await this.open().text() };
    const { tap, end } = this.#taken();
    try {
      const text = await this.#readText.call(this.#original);
      const json = parsedBy(tap, text);
      end(true);
      return { text, json };
    } catch (error) {
      end(false);
      throw error;
    }
  }

  /** From now on its reader sees to the end: a stream may outlive the response. */
  #taken(): Metering {
    const metering = this.#metering;
    if (metering === undefined) {
      throw new TypeError('Body is unusable: Body has already been read');
    }
    this.#metering = undefined;
    this.#forget();
    return metering;
  }
}

/** A separate function, so that the listener's closure references nothing but `end`. */
function abandon(end: Metering['end']): () => void {
  return () => end(false);
}

/** An error of our metering must not reach the caller. */
function parsedBy(tap: BodyTap, text: string): unknown {
  try {
    return wholeThrough(tap, text);
  } catch {
    return undefined;
  }
}

/** Where a metered response has its shadow. */
const SHADOW = Symbol('shadow');

interface Shadowed {
  readonly [SHADOW]: Shadow;
}

const STREAMED = ['arrayBuffer', 'blob', 'bytes', 'formData'] as const;

/** What replaces the methods and properties that read a response's body, where it has them. */
const READERS: PropertyDescriptorMap = {
  ...Object.fromEntries(STREAMED.map((name) => [name, method(streamed(name))])),
  json: method(async function (this: Shadowed) {
    return this[SHADOW].json();
  }),
  text: method(async function (this: Shadowed) {
    return this[SHADOW].text();
  }),
  body: getter(function (this: Shadowed) {
    return this[SHADOW].body;
  }),
  bodyUsed: getter(function (this: Shadowed) {
    return this[SHADOW].bodyUsed;
  }),
  clone: method(function (this: Shadowed) {
    return this[SHADOW].clone();
  }),
};

/** For the responses of each class, the prototype in front of theirs. */
const prototypes = new WeakMap<object, object>();

/**
 * Replaces the body of this object, and the methods that read it, by those of its shadow: by a
 * prototype in front of its own, because nine properties of each response's own take seven times as
 * long.
 */
export function readThrough(response: Response, shadow: Shadow): void {
  Object.defineProperty(response, SHADOW, { value: shadow });
  const own = Object.getOwnPropertyNames(response).filter((name) => Object.hasOwn(READERS, name));
  for (const name of own) Object.defineProperty(response, name, READERS[name] ?? {});
  Object.setPrototypeOf(response, prototypeFor(Object.getPrototypeOf(response)));
}

function prototypeFor(inherited: object): object {
  const known = prototypes.get(inherited);
  if (known !== undefined) return known;
  // Old runtimes have no `bytes`.
  const readers = Object.entries(READERS).filter(([name]) => name in inherited);
  const made: object = Object.create(inherited, Object.fromEntries(readers));
  prototypes.set(inherited, made);
  return made;
}

function streamed(name: (typeof STREAMED)[number]) {
  return async function (this: Shadowed): Promise<unknown> {
    return this[SHADOW].open()[name]();
  };
}

function method(value: unknown): PropertyDescriptor {
  return { value, configurable: true, writable: true };
}

function getter(get: () => unknown): PropertyDescriptor {
  return { get, configurable: true };
}
