import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { watchedWarnings } from '../support/warnings.ts';

const fetch = async (): Promise<Response> => Response.json({});

function client(baseURL: string) {
  return withRateLimit(new OpenAI({ apiKey: 'key', baseURL, fetch }));
}

describe('a request with a model, on a path that is no known call', () => {
  const warnings = watchedWarnings('HEADROOM_UNCOUNTED_CALL');

  it('is warned of once: it passes without limits', async () => {
    const limited = client('https://api.example.com/v1');
    for (let call = 0; call < 3; call++) {
      await limited.post('/rerank', { body: { model: 'reranker', query: 'What?' } });
    }
    expect(limited.rateLimit.snapshot()).toEqual([]);
    expect(warnings()).toHaveBeenCalledTimes(1);
    const [message, options] = warnings().mock.calls[0] ?? [];
    expect(message).toMatch(/api\.example\.com .* not limited: its path \(\/rerank\)/);
    expect(options).toEqual({ type: 'HeadroomWarning', code: 'HEADROOM_UNCOUNTED_CALL' });
  });

  it.each([
    ['without a model', 'https://api.example.com/v1', '/rerank', {}],
    ['of a job', 'https://api.example.com/v1', '/fine_tuning/jobs', { model: 'm' }],
    ['to OpenAI, whose paths are known', 'https://api.openai.com/v1', '/evals', { model: 'm' }],
    ['that is counted', 'https://api.example.com/v1', '/embeddings', { model: 'm', input: 'hi' }],
  ])('but not of one %s', async (_, baseURL, path, body) => {
    await client(baseURL).post(path, { body });
    expect(warnings()).not.toHaveBeenCalled();
  });
});
