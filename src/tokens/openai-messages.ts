import type { ChatFamily } from './families/family.ts';
import { openaiContent } from './openai-content.ts';
import type { Part } from './part.ts';

/** With functions, the first message of the system is joined to their definitions, on a line of its own. */
const SYSTEM_DISCOUNT = -4;
export const SYSTEM_ROLES: readonly string[] = ['system', 'developer'];
const THOUGHTS_END = '</think>';

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
    this.#joinsSystem = hasFunctions && family.tools.form === 'typescript';
  }

  /** What is said before the first message. */
  start(hasSystem: boolean): number {
    return this.#family.start + (hasSystem ? 0 : this.#family.ownSystem);
  }

  /** The next message. */
  *parts(role: string, content: unknown): Generator<Part> {
    const isJoined = this.#joinsSystem && SYSTEM_ROLES.includes(role);
    if (isJoined) this.#joinsSystem = false;
    const { perMessage, perAnswer, perResult, readsRole, dropsThoughts } = this.#family;
    const isAnswer = role === 'assistant';
    yield perMessage + (isAnswer ? perAnswer : 0) + (isJoined ? SYSTEM_DISCOUNT : 0);
    if (role === 'tool') yield perResult;
    if (readsRole) yield role;
    if (isAnswer && dropsThoughts && typeof content === 'string') yield withoutThoughts(content);
    else yield* openaiContent(content, this.#model, isJoined ? '\n' : '');
  }
}

/** What a template leaves of an earlier answer: the text after the last thought. */
function withoutThoughts(answer: string): string {
  const end = answer.lastIndexOf(THOUGHTS_END);
  return end < 0 ? answer : answer.slice(end + THOUGHTS_END.length);
}
