import './support/providers.ts'; // simulated ones, where no API key is set
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withRateLimit } from 'llm-headroom';
import { recordReport } from 'llm-headroom/report';
import OpenAI from 'openai';

const reviews = ['It broke after a day.', 'I like it.', 'Too loud.'];
const path = join(tmpdir(), 'report.html');

// #region batch
const openai = withRateLimit(new OpenAI(), { limits: { rpm: 500, tpm: 200_000 } });
const request = (review: string) => ({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: `Good or bad? ${review}` }],
});

const results = openai.rateLimit.batch(openai, reviews, { request, deadlineMs: 6 * 3_600_000 });
for await (const result of results) {
  if ('error' in result) console.error(result.item, result.error);
  else console.log(result.item, result.via); // 'batch' or 'live'
}
// #endregion batch

// #region report
const report = recordReport(openai.rateLimit);
await openai.chat.completions.create({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content: 'Good or bad? It came late.' }],
});
await writeFile(path, report.html()); // an HTML file
report.stop();
// #endregion report
console.log(`The report is in ${path}`);
