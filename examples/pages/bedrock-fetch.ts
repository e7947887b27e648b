import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { FetchHttpHandler } from '@smithy/fetch-http-handler';
import { createRateLimiter } from 'llm-headroom';

const limiter = createRateLimiter({ limits: { rpm: 200, tpm: 400_000 } });
const requestHandler = new FetchHttpHandler({ customFetch: limiter.fetch });
const bedrock = new BedrockRuntimeClient({
  region: 'eu-west-1',
  maxAttempts: 1,
  requestHandler,
});

console.log('limited', bedrock.config.serviceId);
