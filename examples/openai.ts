import './support/providers.ts'; // simulated ones, where no API key is set
import { withRateLimit } from 'llm-headroom';
import OpenAI from 'openai';

const openai = withRateLimit(new OpenAI());
openai.rateLimit.on('throttled', ({ reason }) => console.log(`A call waits: ${reason}`));

const ask = (content: string) =>
  openai.chat.completions.create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content }] });

// Ask for everything at once: each call is sent when the limits have room for it.
const questions = ['What is a limit?', 'What is a rate?', 'What is a window?'];
const answers = await Promise.all(questions.map(ask));
for (const { choices } of answers) console.log(choices[0]?.message.content);
