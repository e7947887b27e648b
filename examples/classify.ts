import './support/providers.ts'; // simulated ones, where no API key is set
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { withRateLimit } from 'llm-headroom';
import OpenAI from 'openai';

const [file = 'examples/reviews.jsonl', into] = process.argv.slice(2);
const openai = withRateLimit(new OpenAI(), { limits: { rpm: 300, tpm: 200_000 } });

interface Review {
  readonly id: string;
  readonly text: string;
}

/** The file may have any size: a line is read when there is room for its call. */
async function* reviews(): AsyncGenerator<Review> {
  const lines = createInterface({ input: createReadStream(file) });
  for await (const line of lines) if (line.trim() !== '') yield JSON.parse(line);
}

const results = openai.rateLimit.map(
  reviews(),
  async ({ text }, { signal }) => {
    const completion = await openai.chat.completions.create(
      {
        model: 'gpt-4o-mini',
        max_completion_tokens: 5,
        messages: [{ role: 'user', content: `Positive or negative? One word.\n\n${text}` }],
      },
      { signal },
    );
    return completion.choices[0]?.message.content;
  },
  { ordered: true, retries: 1 },
);

const output = into === undefined ? process.stdout : createWriteStream(into);
for await (const result of results) {
  const found = 'error' in result ? { error: String(result.error) } : { verdict: result.value };
  output.write(`${JSON.stringify({ id: result.item.id, ...found })}\n`);
}
