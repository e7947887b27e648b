import './support/providers.ts'; // simulated ones, where no API key is set
import Anthropic from '@anthropic-ai/sdk';
import { withRateLimit } from 'llm-headroom';

const claude = withRateLimit(new Anthropic(), {
  limits: { rpm: 300, itpm: 50_000, otpm: 10_000 },
});

const cities = ['Lima', 'Oslo', 'Accra', 'Hanoi', 'Quito', 'Tunis', 'Riga', 'Doha'];

// Ask for everything at once: each call is sent when the limits have room for it.
const answers = await Promise.all(
  cities.map(async (city) => {
    const message = await claude.messages.create({
      model: 'claude-haiku-4-5',
      max_tokens: 50,
      messages: [{ role: 'user', content: `What is ${city} known for? One sentence.` }],
    });
    const [block] = message.content;
    return `${city}: ${block?.type === 'text' ? block.text : ''}`;
  }),
);

console.log(answers.join('\n'));
