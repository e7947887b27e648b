import './support/providers.ts'; // simulated ones, where no API key is set
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { withRateLimit } from 'llm-headroom';
import { instrument } from 'llm-headroom/otel';
import OpenAI from 'openai';

// Yours exports to a collector, or to Prometheus.
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 });
const meterProvider = new MeterProvider({ readers: [reader] });

const openai = withRateLimit(new OpenAI(), { limits: { rpm: 300 } });
const stop = instrument(openai.rateLimit, { meterProvider });

await openai.chat.completions.create({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: 'What is a span?' }],
});

await reader.forceFlush();
const metrics = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
const names = metrics.flatMap(({ metrics: all }) => all.map(({ descriptor }) => descriptor.name));
console.log(names.toSorted().join('\n'));

stop();
await meterProvider.shutdown();
