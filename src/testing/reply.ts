import { expected } from '../validate.ts';
import type { SimulatedCall } from './call.ts';
import { checkedFunction, expectKeys } from './expect.ts';

/** What a reply function may return besides a text. */
export interface ReplyParts {
  /** The text of the response. @default filler of `outputTokens` tokens */
  text?: string | undefined;
  /** Output tokens of one choice. @default the tokens of `text`; at most what the call allows */
  outputTokens?: number | undefined;
  /** Input tokens that were read from a cache. @default 0 */
  cachedInputTokens?: number | undefined;
  /** Input tokens that were written to a cache (only Anthropic reports them). @default 0 */
  cacheWriteTokens?: number | undefined;
}

/** Makes the text of a response, or more parts of it. */
export type ReplyFunction = (call: SimulatedCall) => string | ReplyParts;

/** What the model answers. */
export interface Reply {
  readonly text: string;
  /** Of one choice. */
  readonly tokensPerChoice: number;
  /** Of all choices. */
  readonly outputTokens: number;
  /** Whether the call's own bound cut it short. */
  readonly truncated: boolean;
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
}

const PARTS: readonly (keyof ReplyParts)[] = [
  'text',
  'outputTokens',
  'cachedInputTokens',
  'cacheWriteTokens',
];

/** @throws TypeError for what is no function; the function, for what is no reply */
export function resolveReply(respond: ReplyFunction | undefined): ReplyFunction | undefined {
  return respond === undefined ? undefined : checkedFunction('reply', respond, partsOf);
}

function partsOf(said: unknown): string | ReplyParts {
  if (typeof said === 'string') return said;
  expectKeys('reply', said, PARTS);
  return said as ReplyParts;
}

const DEFAULT_TOKENS = 16;
/** Three letters and a space: one token each, as the simulator counts. */
const WORDS = ['the ', 'sun ', 'and ', 'one ', 'old ', 'fox ', 'saw ', 'six '];

export function composeReply(
  respond: ReplyFunction | undefined,
  call: SimulatedCall,
  countTokens: (text: string) => number,
): Reply {
  const said = respond?.(call) ?? { outputTokens: DEFAULT_TOKENS };
  const parts = typeof said === 'string' ? { text: said } : said;
  const wanted = parts.outputTokens ?? countTokens(parts.text ?? filler(DEFAULT_TOKENS));
  if (!(wanted >= 0)) throw expected('outputTokens', 'a number of at least 0', wanted);
  const tokens = call.operation === 'embeddings' ? 0 : wanted;
  const allowed = Math.min(tokens, call.maxOutputTokens ?? tokens);
  return {
    text: cut(parts.text ?? filler(tokens), allowed / Math.max(1, tokens)),
    tokensPerChoice: allowed,
    outputTokens: allowed * call.choices,
    truncated: allowed < tokens,
    cachedInputTokens: Math.min(call.inputTokens, parts.cachedInputTokens ?? 0),
    cacheWriteTokens: parts.cacheWriteTokens ?? 0,
  };
}

function filler(tokens: number): string {
  return Array.from({ length: tokens }, (_, index) => WORDS[index % WORDS.length]).join('');
}

function cut(text: string, part: number): string {
  return part >= 1 ? text : text.slice(0, Math.floor(text.length * part));
}

/** One piece of a text, and how many tokens it stands for. */
export interface TextPiece {
  readonly text: string;
  readonly tokens: number;
}

/** Cuts a reply into pieces of `tokensPerChunk` tokens each; the last may be smaller. */
export function piecesOf(reply: Reply, tokensPerChunk: number): TextPiece[] {
  const characters = Array.from(reply.text);
  const total = reply.tokensPerChoice;
  const pieces: TextPiece[] = [];
  for (let from = 0; from < total; from += tokensPerChunk) {
    const to = Math.min(total, from + tokensPerChunk);
    const at = (token: number) => Math.floor((characters.length * token) / total);
    pieces.push({ text: characters.slice(at(from), at(to)).join(''), tokens: to - from });
  }
  return pieces;
}
