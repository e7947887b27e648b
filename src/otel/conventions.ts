import type { Attributes, Histogram, Meter } from '@opentelemetry/api';
import type { UsageEvent } from '../events.ts';

/**
 * Whose names the metrics of tokens and durations have: of the GenAI conventions' first release of
 * their own (0.1; read 2026-11), of OpenTelemetry's semantic conventions, which had them before (1.41),
 * or both.
 */
export type Conventions = '0.1' | '1.41' | 'both';

/** Records a call whose response has ended. */
type Recorder = (event: UsageEvent, operation: string, attributes: Attributes) => void;

/** The conventions' own bounds, of both. */
const TOKEN_BOUNDS = Array.from({ length: 14 }, (_, i) => 4 ** i);
const SECOND_BOUNDS = Array.from({ length: 14 }, (_, i) => 0.01 * 2 ** i);
const TOOK = 'From the request to the end of its response';

/** What a call used, and the metric of it. The last two are parts of the first. */
const COUNTED = [
  ['inputTokens', 'input_tokens', 'Input tokens used, cached ones included'],
  ['outputTokens', 'output_tokens', 'Output tokens used'],
  ['cachedInputTokens', 'cache_read.input_tokens', 'Input tokens that a cache had'],
  ['cacheWriteTokens', 'cache_write.input_tokens', 'Input tokens written to a cache'],
] as const;

/** The metrics by those names. */
export function conventionalMetrics(meter: Meter, conventions: Conventions): Recorder {
  const recorders = [
    ...(conventions === '1.41' ? [] : [presentMetrics(meter)]),
    ...(conventions === '0.1' ? [] : [formerMetrics(meter)]),
  ];
  return (...call) => {
    for (const record of recorders) record(...call);
  };
}

/** Inference and embeddings have metrics of their own. No response tells what is text and what not. */
function presentMetrics(meter: Meter): Recorder {
  const inference = durations(meter, 'gen_ai.client.inference.duration');
  const embedding = durations(meter, 'gen_ai.client.embeddings.duration');
  const tokensOf = (name: string) => tokens(meter, `gen_ai.client.${name}`);
  const embedded = tokensOf('embeddings.operation.input_tokens');
  const [input, output] = ['input_tokens', 'output_tokens'].map((name) =>
    tokensOf(`inference.operation.${name}`),
  );
  const counters = COUNTED.map(([field, name, description]) => ({
    field,
    counter: meter.createCounter(`gen_ai.client.inference.usage.${name}`, {
      ...{ unit: '{token}', description },
    }),
  }));
  return ({ actual, latencyMs, status }, operation, attributes) => {
    const isEmbedding = operation === 'embeddings';
    const seconds = isEmbedding ? embedding : inference;
    seconds.record(latencyMs / 1000, { ...attributes, 'http.response.status_code': status });
    if (isEmbedding) {
      if (actual !== undefined) embedded.record(actual.inputTokens, attributes);
      return;
    }
    const counted = { ...attributes, 'gen_ai.token.modality': 'unknown' };
    for (const { field, counter } of counters) counter.add(actual?.[field] ?? 0, counted);
    if (actual === undefined) return;
    input?.record(actual.inputTokens, attributes);
    output?.record(actual.outputTokens, attributes);
  };
}

/** One metric for the tokens of all operations, and one for their durations. */
function formerMetrics(meter: Meter): Recorder {
  const used = tokens(meter, 'gen_ai.client.token.usage');
  const took = durations(meter, 'gen_ai.client.operation.duration');
  return ({ actual, latencyMs, status }, _operation, attributes) => {
    took.record(latencyMs / 1000, { ...attributes, 'http.response.status_code': status });
    if (actual === undefined) return;
    for (const type of ['input', 'output'] as const) {
      used.record(actual[`${type}Tokens`], { ...attributes, 'gen_ai.token.type': type });
    }
  };
}

function tokens(meter: Meter, name: string): Histogram {
  return meter.createHistogram(name, {
    ...{ unit: '{token}', description: 'Tokens of each call' },
    advice: { explicitBucketBoundaries: TOKEN_BOUNDS },
  });
}

function durations(meter: Meter, name: string): Histogram {
  return meter.createHistogram(name, {
    ...{ unit: 's', description: TOOK },
    advice: { explicitBucketBoundaries: SECOND_BOUNDS },
  });
}
