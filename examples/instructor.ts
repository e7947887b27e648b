import Instructor from '@instructor-ai/instructor';
import { withRateLimit } from 'llm-headroom';
import { createSimulator } from 'llm-headroom/testing';
import OpenAI from 'openai';
import { z } from 'zod/v3'; // Instructor's types don't support a later version

// A simulated provider that answers in JSON. Without it: `new OpenAI()`.
const { fetch } = createSimulator({ reply: () => '{"name":"Ada","age":36}' });
const openai = new OpenAI({ apiKey: 'simulated', fetch });

const limited = withRateLimit(openai, { limits: { rpm: 300, tpm: 200_000 } });
const instructor = Instructor({ client: limited, mode: 'JSON' });

const schema = z.object({ name: z.string(), age: z.number() });
const answer = await instructor.chat.completions.create({
  model: 'gpt-4o-mini',
  max_tokens: 50,
  messages: [{ role: 'user', content: 'Ada is 36 years old.' }],
  response_model: { name: 'Person', schema },
});
const { name, age } = schema.parse(answer);
console.log(`${name} is ${age}`);

for (const { model, totals } of limited.rateLimit.snapshot()) {
  console.log(`${model}: ${totals.calls} calls`);
}
