import Groq from 'groq-sdk';
import { withRateLimit } from 'llm-headroom';

const apiKey = process.env.GROQ_API_KEY ?? 'key';

// #region groq
const groq = withRateLimit(new Groq({ apiKey }));
// #endregion groq

console.log('limited', groq.rateLimit.snapshot().length);
