import './support/providers.ts'; // simulated ones, where no API key is set
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { estimateTokens, withRateLimit } from 'llm-headroom';
import OpenAI from 'openai';

const model = 'text-embedding-3-small';
/** Of one call (OpenAI, 2026-11): inputs, and the tokens of all of them. */
const MOST_INPUTS = 2048;
const MOST_TOKENS = 300_000;
/** Of one input: the model takes 8,191 tokens, and a character is three of them at most. */
const MOST_CHARACTERS = 2_000;

const [folder = 'docs'] = process.argv.slice(2);
const openai = withRateLimit(new OpenAI(), { limits: { rpm: 3_000, tpm: 1_000_000 } });

interface Chunk {
  readonly file: string;
  readonly text: string;
}

async function* chunks(): AsyncGenerator<Chunk> {
  for (const file of (await readdir(folder)).toSorted()) {
    if (!/\.(md|txt)$/.test(file)) continue;
    const text = await readFile(join(folder, file), 'utf8');
    for (let at = 0; at < text.length; at += MOST_CHARACTERS) {
      yield { file, text: text.slice(at, at + MOST_CHARACTERS) };
    }
  }
}

/** As many chunks as one call takes: a request costs one of the limit's, whatever is in it. */
async function* packs(): AsyncGenerator<Chunk[]> {
  let [pack, tokens]: [Chunk[], number] = [[], 0];
  for await (const chunk of chunks()) {
    const body = { model, input: chunk.text };
    const cost = await estimateTokens({ provider: 'openai', path: '/embeddings', body });
    if (pack.length === MOST_INPUTS || tokens + cost.inputTokens > MOST_TOKENS) {
      yield pack;
      [pack, tokens] = [[], 0];
    }
    pack.push(chunk);
    tokens += cost.inputTokens;
  }
  if (pack.length > 0) yield pack;
}

const results = openai.rateLimit.map(
  packs(),
  async (pack, { signal }) => {
    const input = pack.map(({ text }) => text);
    const { data, usage } = await openai.embeddings.create({ model, input }, { signal });
    return { vectors: data.map(({ embedding }) => embedding), tokens: usage.total_tokens };
  },
  { retries: 1 },
);

for await (const result of results) {
  if ('error' in result) throw result.error;
  const { vectors, tokens } = result.value;
  // Here they would be stored, each with its chunk: result.item[i] and vectors[i].
  console.log(`Call ${result.index + 1}: ${vectors.length} chunks, ${tokens} tokens`);
}
