/** One way to count the tokens of a text, after what it needs has been loaded. */
export type Count = (text: string) => number | Promise<number>;

/** Loads a tokenizer. What that takes is measured in a process of its own. */
export type Loader = () => Promise<Count>;

const SOURCE = new URL('../../src/estimate/estimate.ts', import.meta.url);

/** @param module - the module of estimates, as source or compiled */
export async function oursFrom(module: URL): Promise<Count> {
  const { estimateTokens, loadEncoding }: typeof import('../../src/estimate/estimate.ts') =
    await import(module.href);
  await loadEncoding('o200k_base');
  return async (prompt) => {
    const body = { model: 'gpt-4o', prompt };
    const request = { provider: 'openai', path: '/completions', body };
    return (await estimateTokens(request)).inputTokens;
  };
}

async function jsTiktoken(): Promise<Count> {
  const { Tiktoken } = await import('js-tiktoken/lite');
  const { default: ranks } = await import('js-tiktoken/ranks/o200k_base');
  const encoding = new Tiktoken(ranks);
  return (text) => encoding.encode(text, [], []).length;
}

async function tiktoken(): Promise<Count> {
  const { get_encoding } = await import('tiktoken');
  const encoding = get_encoding('o200k_base');
  return (text) => encoding.encode_ordinary(text).length;
}

async function gptTokenizer(): Promise<Count> {
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
  const ordinary = { disallowedSpecial: new Set<string>() };
  return (text) => countTokens(text, ordinary);
}

async function aiTokenizer(): Promise<Count> {
  const { default: Tokenizer } = await import('ai-tokenizer');
  const tokenizer = new Tokenizer(await import('ai-tokenizer/encoding/o200k_base'));
  return (text) => tokenizer.encode(text, 'all').length;
}

/** A heuristic: it counts nothing exactly, and is here for its speed. */
async function tokenx(): Promise<Count> {
  const { estimateTokenCount } = await import('tokenx');
  return (text) => estimateTokenCount(text);
}

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
  for (const [name, load] of Object.entries(LOADERS)) counts.set(name, await load());
  return counts;
}
