import './support/providers.ts'; // simulated ones, where no API key is set
import { withRateLimit } from 'llm-headroom';
import OpenAI from 'openai';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const openai = withRateLimit(new OpenAI(), { limits: { rpm: 300, tpm: 200_000 } });
const limiter = openai.rateLimit;
const registry = new Registry();
const registers = [registry];
const labelNames = ['model'] as const;

const tokens = new Counter({
  name: 'llm_tokens_total',
  help: 'Tokens used',
  labelNames: ['model', 'type'],
  registers,
});
const usd = new Counter({ name: 'llm_usd_total', help: 'US dollars spent', labelNames, registers });
const pauses = new Counter({ name: 'llm_pauses_total', help: 'Refusals', labelNames, registers });
const waits = new Histogram({
  name: 'llm_wait_seconds',
  help: 'How long calls waited for the limits',
  labelNames,
  buckets: [0.01, 0.1, 1, 10, 60],
  registers,
});

limiter.on('admitted', ({ model, waitedMs }) => waits.observe({ model }, waitedMs / 1000));
limiter.on('usage', ({ model, actual, usd: spent = 0 }) => {
  tokens.inc({ model, type: 'input' }, actual?.inputTokens ?? 0);
  tokens.inc({ model, type: 'output' }, actual?.outputTokens ?? 0);
  usd.inc({ model }, spent);
});
limiter.on('paused', ({ model }) => pauses.inc({ model }));

// A gauge is read when Prometheus asks.
new Gauge({
  name: 'llm_queued',
  help: 'Calls that wait',
  labelNames,
  registers,
  collect() {
    this.reset();
    for (const { model, queued } of limiter.snapshot()) this.inc({ model }, queued);
  },
});

const ask = (city: string) =>
  openai.chat.completions.create({
    model: 'gpt-4o-mini',
    max_tokens: 20,
    messages: [{ role: 'user', content: `What is ${city} known for?` }],
  });
await Promise.all(['Lima', 'Doha', 'Oslo'].map(ask));

console.log(await registry.metrics()); // what `GET /metrics` answers
