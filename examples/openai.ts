import './support/providers.ts'; // simulated ones, where no API key is set
import { withRateLimit } from 'llm-headroom';
import OpenAI from 'openai';

const openai = withRateLimit(new OpenAI(), { limits: { rpm: 300, tpm: 200_000 } });

const cities = ['Lima', 'Oslo', 'Accra', 'Hanoi', 'Quito', 'Tunis', 'Riga', 'Doha'];

// Ask for everything at once: each call is sent when the limits have room for it.
const answers = await Promise.all(
  cities.map(async (city) => {
    const completion = await openai.chat.completions.create({
      model: 'gpt-4o-mini',
      max_completion_tokens: 50,
      messages: [{ role: 'user', content: `What is ${city} known for? One sentence.` }],
    });
    return `${city}: ${completion.choices[0]?.message.content}`;
  }),
);

console.log(answers.join('\n'));
