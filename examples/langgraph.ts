import './support/providers.ts'; // simulated ones, where no API key is set
import { END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { ChatOpenAI } from '@langchain/openai';
import { createRateLimiter } from 'llm-headroom';

const limiter = createRateLimiter({ limits: { rpm: 300, tpm: 200_000 } });

// One model for all nodes, or several on the same limiter.
const model = new ChatOpenAI({
  model: 'gpt-4o-mini',
  maxTokens: 50,
  maxRetries: 0,
  configuration: { fetch: limiter.fetch },
});

const answer = async ({ messages }: typeof MessagesAnnotation.State) => ({
  messages: [await model.invoke(messages)],
});
const graph = new StateGraph(MessagesAnnotation)
  .addNode('draft', answer)
  .addNode('revise', answer)
  .addEdge(START, 'draft')
  .addEdge('draft', 'revise')
  .addEdge('revise', END)
  .compile();

const { messages } = await graph.invoke({
  messages: [{ role: 'user', content: 'What is a graph?' }],
});
console.log(messages.at(-1)?.text);

for (const { model: name, totals } of limiter.snapshot()) {
  console.log(`${name}: ${totals.calls} calls`);
}
