import { createInterface } from 'node:readline';
import { TOKENS } from './figures.ts';
import { type Kept, openLimiter } from './open-limiter.ts';

const job: Kept = JSON.parse(process.argv[2] ?? '');
const limits = [{ dimension: 'tokens', max: TOKENS, windowMs: 3_600_000 }];
const { limiter } = await openLimiter(job, { limits, headroom: 0, enforcement: 'window' });
const now = (): number => performance.timeOrigin + performance.now();

/*
 * Does what each line says, and answers when it was done: `take` so many tokens, and wait for them;
 * `give` back all that were taken last.
 */
let give = (): void => {};
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const [what, tokens] = line.split(' ');
  if (what === 'take') void take(Number(tokens));
  else {
    give();
    console.log(now());
  }
}

async function take(tokens: number): Promise<void> {
  const reservation = await limiter.acquire({ tokens });
  console.log(now());
  give = () => reservation.settle({ tokens: 0 });
}
