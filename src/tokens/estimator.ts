import type { TokenEstimate } from '../model/usage.ts';
import { type Api, apiOf, isNative } from './api.ts';
import { callSites } from './call-sites.ts';
import type { CooperativeQueue } from './cooperative-queue.ts';
import { declaredOutput } from './declared-output.ts';
import { fieldsOf } from './form-fields.ts';
import { inputSite } from './input-site.ts';
import { loadNativePrompts, nativePartsNow } from './late-native-prompts.ts';
import type { Measurement, Provisional } from './measurement.ts';
import { familyName, modelName } from './model-name.ts';
import { hasFunctions, hasSchema } from './openai-tools.ts';
import { type Prompt, promptOf } from './prompt.ts';
import { PromptCount } from './prompt-count.ts';
import { Recounts } from './recounts.ts';
import type { Counting } from './text-count.ts';
import { tokenCount } from './token-count.ts';
import { Encodings } from './tokenizer/encodings.ts';
import { LinearCounter } from './tokenizer/linear-counter.ts';
import type { Encoding } from './tokenizer/rank-list.ts';
import { weigh } from './tokenizer/tokens-by-script.ts';

/** A call that isn't sent yet. */
export interface EstimateRequest {
  /** Whose rules apply: `'openai'`, `'azure'`, `'anthropic'`, `'compatible'` or any other name. */
  readonly provider: string;
  /** The API path, `/chat/completions` or `/v1/messages`, with or without what comes before it. */
  readonly path: string;
  /** The body, as an object or as its JSON text. It may be anything: it isn't trusted. */
  readonly body: unknown;
  /** The call's signal, so that an estimator that asks a service can stop. */
  readonly signal?: AbortSignal | undefined;
}

const NOTHING: TokenEstimate = { inputTokens: 0, outputTokens: 0 };
/** Used until a vocabulary is loaded, or if it can't be. */
const LINEAR: Readonly<Record<Encoding, Counting>> = {
  o200k_base: { counter: new LinearCounter('o200k_base') },
  cl100k_base: { counter: new LinearCounter('cl100k_base') },
};

/** Estimates calls. All of them share a queue, the vocabularies and the memory of counted texts. */
export class Estimator {
  readonly #queue: CooperativeQueue;
  readonly #encodings: Encodings;
  readonly #recounts: Recounts;

  constructor(queue: CooperativeQueue) {
    this.#queue = queue;
    this.#encodings = new Encodings(queue);
    this.#recounts = new Recounts(queue, this.#encodings);
  }

  /** The estimate without corrections from earlier responses. Never rejects. */
  async estimate(request: EstimateRequest): Promise<TokenEstimate> {
    const call = await this.measureExactly(request);
    if (call === undefined) return NOTHING;
    const { knownTokens, tally, prior, outputTokens } = call;
    return { inputTokens: tokenCount(knownTokens + weigh(tally, prior.weights)), outputTokens };
  }

  /** Counts the body of a call; `undefined` for calls that cost no tokens. Never rejects. */
  async measure(request: EstimateRequest): Promise<Measurement | undefined> {
    return this.measureNow(request);
  }

  /** The same; at once for a short body, unless too much was counted in this turn. */
  measureNow(request: EstimateRequest): Measurement | undefined | Promise<Measurement | undefined> {
    try {
      const measured = this.#measure(request);
      return measured instanceof Promise ? measured.catch(() => undefined) : measured;
    } catch {
      return undefined; // no body is known to lead here
    }
  }

  /** Like `measure`, but waits for the vocabulary. */
  async measureExactly(request: EstimateRequest): Promise<Measurement | undefined> {
    const call = await this.measure(request);
    if (call?.provisional === undefined) return call;
    await call.provisional.loaded;
    return this.measure(request);
  }

  /** Loads the vocabulary of an encoding. Never rejects. */
  warmUp(encoding: Encoding): Promise<void> {
    return this.#recounts.whenReady(encoding);
  }

  #measure(request: EstimateRequest): Measurement | undefined | Promise<Measurement | undefined> {
    const { provider, path } = request;
    const api = apiOf(path);
    if (api === undefined) return undefined;
    if (isNative(api) && nativePartsNow() === undefined) {
      return loadNativePrompts().then(
        () => this.#measure(request),
        () => undefined,
      );
    }
    const body = fieldsOf(request.body);
    const model = modelName(path, body);
    const prompt = promptOf({ provider, path, body }, api, model);
    const count = new PromptCount(prompt.parts, () => this.#counting(prompt.encoding));
    const family = `${provider} ${familyName(model)}`;
    const measured = (): Measurement => this.#measured(api, family, body, prompt, count);
    return this.#queue.begin(count)?.then(measured) ?? measured();
  }

  #measured(
    api: Api,
    family: string,
    body: unknown,
    { encoding, prior }: Prompt,
    count: PromptCount,
  ): Measurement {
    const outputTokens = tokenCount(declaredOutput(api, body));
    const { tally, knownTokens, openTokens, openParts } = count;
    const sites = {
      callSites: callSites(api, family, body, outputTokens),
      inputSite: inputSite(api, family, body, openParts),
    };
    const isText = count.isText && !count.isEstimated;
    const hasExtras = hasFunctions(body) || hasSchema(body);
    const call = {
      hasExtras,
      family,
      prior,
      tally,
      knownTokens,
      openTokens,
      isText,
      outputTokens,
      ...sites,
    };
    return count.isEstimated
      ? { ...call, provisional: this.#provisional(call, count, encoding) }
      : call;
  }

  /** Keeps the texts of a call, so that they can be counted once the vocabulary is loaded. */
  #provisional(
    call: Measurement,
    { isText, estimatedTexts }: PromptCount,
    encoding: Encoding,
  ): Provisional {
    let texts = isText ? estimatedTexts : [];
    const recount = async (): Promise<Measurement | undefined> => {
      const kept = texts;
      texts = [];
      const tally = kept.length > 0 ? await this.#recounts.tally(kept, encoding) : undefined;
      return tally && { ...call, tally, isText };
    };
    return { isText, recount, loaded: this.#recounts.whenReady(encoding) };
  }

  /** Doesn't wait for a vocabulary: until it is loaded, text is estimated. */
  #counting(encoding: Encoding): Counting {
    const ready = this.#recounts.ready(encoding);
    if (ready !== undefined) return ready;
    void this.#encodings.load(encoding);
    return LINEAR[encoding];
  }
}
