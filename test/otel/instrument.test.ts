import { context, type Tracer } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RateLimiterOptions } from '../../src/options.ts';
import { instrument } from '../../src/otel/index.ts';
import { type Bench, json, refused } from '../sdk/bench.ts';
import { LATENCY, setUp } from '../sdk/hosts.ts';
import { sdks } from '../sdk/sdks.ts';

const KEY = 'secret-user';
const SDK = sdks.find(({ name }) => name === 'openai 7')!;

/** Metrics by name: each with its attributes, and its value or its count and sum. */
type Measured = Record<string, { attributes: Record<string, unknown>; value: unknown }[]>;

function measuring() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e9 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const measured = async (): Promise<Measured> => {
    exporter.reset();
    await reader.forceFlush();
    const [last] = exporter.getMetrics();
    const metrics = last?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
    return Object.fromEntries(
      metrics.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints]),
    );
  };
  return { meterProvider, measured };
}

function limited(answers: (() => Response)[], options: RateLimiterOptions): Bench {
  return setUp(SDK, () => (answers.shift() ?? json(SDK.answer))(), {
    prices: { '*': { input: 1, output: 1 } },
    ...options,
  });
}

it('refuses a client, and says what it takes', () => {
  const client = { baseURL: 'https://api.openai.com/v1' };
  expect(() => instrument(client as never)).toThrow(
    'Expected `limiter` to be a limiter, such as `client.rateLimit`, got ',
  );
});

describe('instrument', () => {
  const spans = new InMemorySpanExporter();
  let tracer: Tracer;
  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
    tracer = provider.getTracer('test');
  });
  beforeEach(() => spans.reset());
  afterAll(() => context.disable());

  it('measures calls, lanes and refusals by the names of the conventions', async () => {
    const { client, clock, limiter } = limited([refused({ 'retry-after': '2' })], {
      limits: { rpm: 600 },
    });
    const { meterProvider, measured } = measuring();
    const conventions = '0.1';
    instrument(limiter, { meterProvider, attributes: { team: 'search' }, conventions });
    await clock.run(SDK.ask(client));
    const metrics = await measured();
    const of = { team: 'search', 'gen_ai.request.model': 'gpt-4o' };
    const call = { ...of, 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'openai' };
    const counted = { attributes: { ...call, 'gen_ai.token.modality': 'unknown' } };
    for (const [name, value] of Object.entries({
      input_tokens: 10,
      output_tokens: 1,
      'cache_read.input_tokens': 0,
      'cache_write.input_tokens': 0,
    })) {
      const counter = metrics[`gen_ai.client.inference.usage.${name}`];
      expect(counter).toMatchObject([{ ...counted, value }]);
    }
    expect(metrics['gen_ai.client.inference.operation.input_tokens']).toMatchObject([
      { attributes: call, value: { count: 1, sum: 10 } },
    ]);
    expect(metrics['gen_ai.client.inference.duration']).toMatchObject([
      { attributes: call, value: { count: 1, sum: LATENCY / 1000 } },
    ]);
    expect(Object.keys(metrics).filter((name) => name.startsWith('gen_ai.'))).toHaveLength(7);
    expect(metrics['llm_headroom.spend']).toMatchObject([{ attributes: call, value: 11e-6 }]);
    expect(metrics['llm_headroom.wait.duration']).toMatchObject([
      { attributes: of, value: { count: 2, sum: (2000 + LATENCY) / 1000 } },
    ]);
    const values = ['refusals', 'pauses', 'throttled', 'queue', 'in_flight', 'paused'].map(
      (name) => metrics[`llm_headroom.${name}`]?.[0]?.value,
    );
    expect(values).toEqual([1, 1, 1, 0, 0, 0]);
    expect(metrics['llm_headroom.limit']).toMatchObject([
      { attributes: { ...of, 'llm_headroom.dimension': 'requests' }, value: 600 },
    ]);
  });

  it('measures embeddings by metrics of their own', async () => {
    const embedding = { data: [], usage: { prompt_tokens: 10, total_tokens: 10 } };
    const { client, clock, limiter } = limited([json(embedding)], { limits: { rpm: 600 } });
    const { meterProvider, measured } = measuring();
    instrument(limiter, { meterProvider });
    const body = { model: 'text-embedding-3-small', input: 'hi' };
    await clock.run(client.post('/embeddings', { body }));
    const metrics = await measured();
    const attributes = { 'gen_ai.operation.name': 'embeddings' };
    expect(metrics['gen_ai.client.embeddings.duration']).toMatchObject([{ attributes }]);
    expect(metrics['gen_ai.client.embeddings.operation.input_tokens']).toMatchObject([
      { attributes, value: { count: 1, sum: 10 } },
    ]);
    expect(metrics['gen_ai.client.inference.duration']).toBeUndefined();
  });

  it('has the names of both conventions unless told otherwise', async () => {
    const { client, clock, limiter } = limited([], { limits: { rpm: 600 } });
    const { meterProvider, measured } = measuring();
    instrument(limiter, { meterProvider });
    await clock.run(SDK.ask(client));
    const metrics = await measured();
    for (const name of ['operation', 'inference']) {
      const duration = metrics[`gen_ai.client.${name}.duration`];
      expect(duration).toMatchObject([{ value: { count: 1 } }]);
    }
    expect(Object.keys(metrics).filter((name) => name.startsWith('gen_ai.'))).toHaveLength(9);
  });

  it('has the names of the conventions before, where they are asked for', async () => {
    const { client, clock, limiter } = limited([], { limits: { rpm: 600 } });
    const { meterProvider, measured } = measuring();
    instrument(limiter, { meterProvider, conventions: '1.41' });
    await clock.run(SDK.ask(client));
    const metrics = await measured();
    expect(metrics['gen_ai.client.token.usage']).toMatchObject([
      { attributes: { 'gen_ai.token.type': 'input' }, value: { count: 1, sum: 10 } },
      { attributes: { 'gen_ai.token.type': 'output' }, value: { count: 1, sum: 1 } },
    ]);
    expect(metrics['gen_ai.client.operation.duration']).toMatchObject([{ value: { count: 1 } }]);
    expect(Object.keys(metrics).filter((name) => name.startsWith('gen_ai.'))).toHaveLength(2);
    const other = () => instrument(limiter, { conventions: '1.42' as '1.41' });
    expect(other).toThrow(/conventions.*'0\.1'.*'1\.41'/s);
  });

  it('counts what is rejected, by its code', async () => {
    const { client, clock, limiter } = limited([], { limits: { tpm: 1 } });
    const { meterProvider, measured } = measuring();
    instrument(limiter, { meterProvider });
    await clock.run(Promise.allSettled([SDK.ask(client)]));
    expect((await measured())['llm_headroom.rejections']).toMatchObject([
      { attributes: { 'error.type': 'call_too_large' }, value: 1 },
    ]);
  });

  it('notes on the span of each call that it waits, and when it goes', async () => {
    const { client, clock, limiter } = limited([], { limits: { rpm: 60 }, burstSeconds: 1 });
    instrument(limiter, { meterProvider: measuring().meterProvider });
    const asked = ['first', 'second'].map((name) =>
      tracer.startActiveSpan(name, async (span) => {
        await SDK.ask(client);
        span.end();
      }),
    );
    await clock.run(Promise.all(asked));
    const told = spans
      .getFinishedSpans()
      .map(({ name, events }) => [
        name,
        ...events.map((event) => [event.name, event.attributes?.['llm_headroom.wait']]),
      ]);
    expect(told).toEqual([
      ['first', ['llm_headroom.admitted', 0]],
      ['second', ['llm_headroom.throttled', undefined], ['llm_headroom.admitted', 1.25]],
    ]);
  });

  it('ends, and leaves no listener; keys of callers are told nowhere', async () => {
    const { client, clock, limiter } = limited([], { limits: { rpm: 60 } });
    const { meterProvider, measured } = measuring();
    const stop = instrument(limiter, { meterProvider });
    const asked = tracer.startActiveSpan('call', async (span) => {
      await clock.run(limiter.acquire({ tokens: 5 }, { key: KEY }));
      span.end();
    });
    await asked;
    expect(
      JSON.stringify([await measured(), spans.getFinishedSpans().map(({ events }) => events)]),
    ).not.toContain(KEY);
    stop();
    expect(limiter.eventNames()).toEqual([]);
    await clock.run(SDK.ask(client));
    const waits = (await measured())['llm_headroom.wait.duration'];
    expect(waits).toMatchObject([{ value: { count: 1 } }]);
  });
});
