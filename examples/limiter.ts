import { createRateLimiter } from 'llm-headroom';

// Limits for anything that has a rate, such as an API of your own.
const limiter = createRateLimiter({ limits: { rpm: 300, tpm: 60_000 } });

async function translate(text: string): Promise<string> {
  const reservation = await limiter.acquire({ tokens: 40 });
  try {
    const { translation, tokens } = await callYourApi(text);
    reservation.settle({ tokens }); // less than reserved: the rest is given back
    return translation;
  } finally {
    reservation.cancel(); // gives everything back, unless it is settled
  }
}

async function callYourApi(text: string): Promise<{ translation: string; tokens: number }> {
  if (text === '') throw new Error('Nothing to translate');
  return { translation: text.toUpperCase(), tokens: 10 + text.length };
}

const results = await Promise.allSettled(['one', 'two', '', 'three'].map(translate));
for (const result of results) {
  console.log(result.status === 'fulfilled' ? result.value : `failed: ${result.reason.message}`);
}

// Or never wait: take a reservation now, or learn how long it would take.
const answer = limiter.tryAcquire({ tokens: 50_000 });
if (answer.granted) answer.cancel();
else console.log(`not now (${answer.reason}), in ${Math.round(answer.waitMs / 1000)} s`);
