/**
 * What one writes with p-queue: as many calls a minute as the limit says, by OpenAI's SDK with its
 * own retries. Results are appended as they come, and so are failures.
 *
 * `node p-queue-way.ts requests.jsonl results.jsonl RPM`
 */
import { appendFileSync } from 'node:fs';
import OpenAI from 'openai';
import PQueue from 'p-queue';
import { linesOf } from './lines.ts';

const [input = '', output = '', rpm = ''] = process.argv.slice(2);
const openai = new OpenAI();
const queue = new PQueue({ interval: 60_000, intervalCap: Number(rpm) });

function record(result: object): void {
  appendFileSync(output, `${JSON.stringify(result)}\n`);
}

for await (const { custom_id, body } of linesOf(input)) {
  await queue.onSizeLessThan(100);
  void queue.add(async () => {
    try {
      const answer = await openai.chat.completions.create(body);
      record({ custom_id, response: { status_code: 200, body: answer } });
    } catch (error) {
      record({ custom_id, error: String(error) });
    }
  });
}
await queue.onIdle();
