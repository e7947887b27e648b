import '../support/providers.ts'; // simulated ones, where no API key is set
import { CallTooLarge, HeadroomError, RateLimitExceeded, withRateLimit } from 'llm-headroom';
import OpenAI from 'openai';

const openai = withRateLimit(new OpenAI(), { limits: { rpm: 2, tpm: 1_000 }, onLimit: 'reject' });

// #region catch
async function summary(text: string): Promise<string> {
  try {
    const completion = await openai.chat.completions.create({
      model: 'gpt-4o-mini',
      max_completion_tokens: 50,
      messages: [{ role: 'user', content: `Summarise: ${text}` }],
    });
    return completion.choices[0]?.message.content ?? '';
  } catch (error) {
    if (error instanceof CallTooLarge) return `too long: ${error.cost} of ${error.limit} tokens`;
    if (error instanceof RateLimitExceeded) return `try again in ${error.waitMs} ms`;
    if (error instanceof HeadroomError) return `not sent: ${error.code}`;
    throw error; // the SDK's own: a bad key, a server's error, …
  }
}
// #endregion catch

console.log(await summary('lorem ipsum '.repeat(1_000)));
for (let i = 0; i < 3; i++) console.log(await summary('a river'));
openai.rateLimit.close();
console.log(await summary('a lake'));
