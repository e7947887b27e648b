/** One way to count the tokens of a text, after what it needs has been loaded. */
export type Count = (text: string) => number | Promise<number>;

/** Imports a tokenizer; what it returns makes it ready. Both are measured apart. */
export type Loader = () => Promise<() => Count | Promise<Count>>;

const SOURCE = new URL('../../src/tokens/estimate.ts', import.meta.url);

/** @param module - the module of estimates, as source or compiled */
export async function oursFrom(module: URL): Promise<() => Promise<Count>> {
  const { estimateTokens, loadEncoding }: typeof import('../../src/tokens/estimate.ts') =
    await import(module.href);
  const count: Count = async (prompt) => {
    const body = { model: 'gpt-4o', prompt };
    const request = { provider: 'openai', path: '/completions', body };
    return (await estimateTokens(request)).inputTokens;
  };
  return async () => {
    await loadEncoding('o200k_base');
    return count;
  };
}

const jsTiktoken: Loader = async () => {
  const { Tiktoken } = await import('js-tiktoken/lite');
  const { default: ranks } = await import('js-tiktoken/ranks/o200k_base');
  return () => {
    const encoding = new Tiktoken(ranks);
    return (text) => encoding.encode(text, [], []).length;
  };
};

const tiktoken: Loader = async () => {
  const { get_encoding } = await import('tiktoken');
  return () => {
    const encoding = get_encoding('o200k_base');
    return (text) => encoding.encode_ordinary(text).length;
  };
};

const gptTokenizer: Loader = async () => {
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
  const ordinary = { disallowedSpecial: new Set<string>() };
  return () => (text) => countTokens(text, ordinary);
};

const aiTokenizer: Loader = async () => {
  const { default: Tokenizer } = await import('ai-tokenizer');
  const encoding = await import('ai-tokenizer/encoding/o200k_base');
  return () => {
    const tokenizer = new Tokenizer(encoding);
    return (text) => tokenizer.encode(text, 'all').length;
  };
};

/** A heuristic: it counts nothing exactly, and is here for its speed. */
const tokenx: Loader = async () => {
  const { estimateTokenCount } = await import('tokenx');
  return () => (text) => estimateTokenCount(text);
};

export const OURS = 'llm-headroom';
export const SLOWEST = 'js-tiktoken';

export const LOADERS: Readonly<Record<string, Loader>> = {
  [OURS]: () => oursFrom(SOURCE),
  [SLOWEST]: jsTiktoken,
  'tiktoken (WASM)': tiktoken,
  'gpt-tokenizer': gptTokenizer,
  'ai-tokenizer': aiTokenizer,
  tokenx,
};

export async function loadAll(): Promise<ReadonlyMap<string, Count>> {
  const counts = new Map<string, Count>();
  for (const [name, load] of Object.entries(LOADERS)) counts.set(name, await (await load())());
  return counts;
}
