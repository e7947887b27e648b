import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { json, NOTHING, refused, scripted, underWay } from '../sdk/bench.ts';
import { CHAT_URL, chat, fetchBench } from './bench.ts';

const ANSWER = json({
  choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 },
});

describe('the events of a call', () => {
  it('are one `throttled` for each attempt that waits, one `admitted` for each, and one `usage`', async () => {
    const waits = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(waits, async (seconds) => {
        const refusals = seconds.map((each) => refused({ 'retry-after': String(each) }));
        const bench = fetchBench((clock) => scripted(clock, ...refusals, ANSWER).fetch);
        const { limiter, clock } = bench;
        const told: string[] = [];
        const ids = new Set<string>();
        limiter
          .on('throttled', ({ attempt, callId, waitMs }) => {
            told.push(`throttled ${attempt}`);
            ids.add(callId);
            expect(waitMs).toBeGreaterThan(0);
          })
          .on('admitted', ({ attempt, callId }) => {
            told.push(`admitted ${attempt}`);
            ids.add(callId);
          })
          .on('usage', ({ callId }) => {
            told.push('usage');
            ids.add(callId);
          });
        const response = await clock.run(bench.fetch(CHAT_URL, chat()));
        await clock.run(response.text());
        const retries = seconds.flatMap((_, i) => [`throttled ${i + 2}`, `admitted ${i + 2}`]);
        expect(told).toEqual(['admitted 1', ...retries, 'usage']);
        expect(ids.size).toBe(1);
        expect(underWay(limiter)).toEqual(NOTHING);
      }),
      { numRuns: 30 },
    );
  });
});
