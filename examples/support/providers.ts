import { createSimulator, type SimulatorOptions } from 'llm-headroom/testing';

/*
 * Lets the examples run without API keys: where there is none, what the SDKs fetch comes from
 * simulated providers in this process. A program of your own doesn't need it.
 */
const { env } = process;
if (!env.OPENAI_API_KEY && !env.ANTHROPIC_API_KEY) {
  const options: SimulatorOptions = {
    limits: { rpm: 300, tpm: 200_000 },
    latency: { firstByteMs: 150, perTokenMs: 10 },
    batches: { durationMs: 1_000 },
    reply: ({ id }) => `This is answer ${id}, from a simulated model.`,
  };
  const openai = createSimulator({ ...options, provider: 'openai' });
  const anthropic = createSimulator({ ...options, provider: 'anthropic' });
  globalThis.fetch = (input, init) => {
    const { hostname } = new URL(input instanceof Request ? input.url : input);
    return (hostname === 'api.anthropic.com' ? anthropic : openai).fetch(input, init);
  };
  env.OPENAI_API_KEY = 'simulated';
  env.ANTHROPIC_API_KEY = 'simulated';
}
