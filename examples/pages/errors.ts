import '../support/providers.ts'; // simulated ones, where no API key is set
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CallTooLarge, HeadroomError, RateLimitExceeded, withRateLimit } from 'llm-headroom';
import OpenAI from 'openai';

const openai = withRateLimit(new OpenAI(), { limits: { rpm: 2, tpm: 1_000 }, onLimit: 'reject' });

function ask(content: string) {
  const messages = [{ role: 'user' as const, content }];
  return openai.chat.completions.create({ model: 'gpt-4o-mini', messages });
}

// #region catch
async function summary(text: string): Promise<string> {
  try {
    const completion = await openai.chat.completions.create({
      model: 'gpt-4o-mini',
      max_completion_tokens: 50,
      messages: [{ role: 'user', content: `Summarize: ${text}` }],
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

const server = createServer(async (_, response) => {
  // #region node
  try {
    response.end((await ask('Why?')).choices[0]?.message.content);
  } catch (error) {
    if (!(error instanceof RateLimitExceeded)) throw error;
    const { status, headers } = error.toResponse();
    response.writeHead(status, Object.fromEntries(headers)).end(JSON.stringify(error));
  }
  // #endregion node
}).listen(0);
const { port } = server.address() as AddressInfo;
const { statusCode, headers } = await new Promise<IncomingMessage>((resolve) => {
  get(`http://127.0.0.1:${port}`, (answer) => resolve(answer.resume()));
});
console.log(statusCode, headers['retry-after'], headers['content-type']);
server.close();

openai.rateLimit.close();
console.log(await summary('a lake'));
