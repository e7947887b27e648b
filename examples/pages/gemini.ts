import { GoogleGenAI } from '@google/genai';
import { createRateLimiter } from 'llm-headroom';

const limiter = createRateLimiter({ limits: { rpm: 300, tpm: 1_000_000 } });
const apiKey = process.env.GEMINI_API_KEY ?? 'key';
const gemini = new GoogleGenAI({ apiKey, httpOptions: { fetch: limiter.fetch } });

export const ask = (contents: string, abortSignal?: AbortSignal) =>
  gemini.models.generateContent({
    model: 'gemini-2.5-flash',
    contents,
    config: { maxOutputTokens: 50, ...(abortSignal && { abortSignal }) },
  });

// This needs a key.
if (process.env.GEMINI_API_KEY !== undefined) {
  console.log((await ask('What is a limit?')).text);
  for (const { model, totals } of limiter.snapshot())
    console.log(`${model}: ${totals.calls} calls`);
}
