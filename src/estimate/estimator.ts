import type { TokenEstimate } from '../providers/provider.ts';
import { apiOf } from './api.ts';
import type { CooperativeQueue } from './cooperative-queue.ts';
import { declaredOutput } from './declared-output.ts';
import { modelName } from './model-name.ts';
import { promptOf } from './prompt.ts';
import { type Counting, PromptCount } from './prompt-count.ts';
import { Encodings } from './tokenizer/encodings.ts';
import { LinearCounter } from './tokenizer/linear-counter.ts';
import type { Encoding } from './tokenizer/rank-list.ts';

/** A call, before it is sent. */
export interface EstimateRequest {
  /** Whose rules apply: `'openai'`, `'azure'`, `'anthropic'`, `'compatible'` or any other name. */
  readonly provider: string;
  /** The API path without host: `/chat/completions`, `/v1/messages`. */
  readonly path: string;
  /** The body as an object. It may be anything: nothing in it is trusted. */
  readonly body: unknown;
}

const NOTHING: TokenEstimate = { inputTokens: 0, outputTokens: 0 };
const LINEAR: Counting = { counter: new LinearCounter() };

/** Estimates calls; all that one does shares a queue, the vocabularies, and what was counted. */
export class Estimator {
  readonly #queue: CooperativeQueue;
  readonly #encodings: Encodings;

  constructor(queue: CooperativeQueue) {
    this.#queue = queue;
    this.#encodings = new Encodings(queue);
  }

  /** Never rejects. */
  async estimate(request: EstimateRequest): Promise<TokenEstimate> {
    try {
      return await this.#estimate(request);
    } catch {
      return NOTHING; // no body is known to lead here
    }
  }

  /** Resolves when an encoding can be counted with exactly; never rejects. */
  warmUp(encoding: Encoding): Promise<void> {
    return this.#encodings.load(encoding);
  }

  async #estimate({ provider, path, body }: EstimateRequest): Promise<TokenEstimate> {
    const api = apiOf(path);
    if (api === undefined) return NOTHING;
    const prompt = promptOf(provider, api, modelName(path, body), body);
    const outputTokens = tokenCount(declaredOutput(api, body));
    const count = new PromptCount(prompt.parts, () => this.#counting(prompt.encoding));
    await this.#queue.run(count);
    return { inputTokens: tokenCount(count.tokens(prompt.weights)), outputTokens };
  }

  /** Counting doesn't wait for a vocabulary: until it is there, text is estimated. */
  #counting(encoding: Encoding): Counting {
    const loaded = this.#encodings.get(encoding);
    if (loaded !== undefined) return loaded;
    void this.#encodings.load(encoding);
    return LINEAR;
  }
}

/** Forgives the last bits of a sum of weights. */
function tokenCount(amount: number): number {
  return Math.min(Math.max(0, Math.ceil(amount - 1e-6)), Number.MAX_SAFE_INTEGER);
}
