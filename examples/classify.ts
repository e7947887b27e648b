import './support/providers.ts'; // simulated ones, where no API key is set
import { withRateLimit } from 'llm-headroom';
import OpenAI from 'openai';

const openai = withRateLimit(new OpenAI(), { limits: { rpm: 300, tpm: 200_000 } });

/** Yours come from a file or a database. They are read one at a time, so there may be any number. */
async function* reviews(): AsyncGenerator<string> {
  for (let i = 1; i <= 40; i++) yield `Review ${i}: it broke after ${i} days.`;
}

const results = openai.rateLimit.map(
  reviews(),
  async (review, { signal }) => {
    const completion = await openai.chat.completions.create(
      {
        model: 'gpt-4o-mini',
        max_completion_tokens: 5,
        messages: [{ role: 'user', content: `Positive or negative? One word.\n\n${review}` }],
      },
      { signal },
    );
    return completion.choices[0]?.message.content;
  },
  { ordered: true, retries: 1 },
);

for await (const result of results) {
  const verdict = 'error' in result ? `failed: ${result.error}` : result.value;
  console.log(JSON.stringify({ line: result.index + 1, verdict }));
}
