import type { ChatFamily } from './chat-family.ts';
import { openaiContent } from './openai-content.ts';
import type { Part } from './part.ts';

/** With functions, the first message of the system is joined to their definitions, on a line of its own. */
const SYSTEM_DISCOUNT = -4;
const SYSTEM_ROLES: readonly string[] = ['system', 'developer'];

/**
 * The messages of one call, by the published formula.
 *
 * @see https://github.com/openai/openai-cookbook How_to_count_tokens_with_tiktoken.ipynb (c81359c)
 * @see https://github.com/hmarr/openai-chat-tokens (MIT), validated against the API
 */
export class OpenAIMessages {
  readonly #model: string;
  readonly #family: ChatFamily;
  #joinsSystem: boolean;

  constructor(model: string, family: ChatFamily, hasFunctions: boolean) {
    this.#model = model;
    this.#family = family;
    this.#joinsSystem = hasFunctions;
  }

  /** The next message. */
  *parts(role: string, content: unknown): Generator<Part> {
    const isJoined = this.#joinsSystem && SYSTEM_ROLES.includes(role);
    if (isJoined) this.#joinsSystem = false;
    yield this.#family.perMessage + (isJoined ? SYSTEM_DISCOUNT : 0);
    yield role;
    yield* openaiContent(content, this.#model, isJoined ? '\n' : '');
  }
}
