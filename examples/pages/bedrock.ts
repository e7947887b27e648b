import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { withRateLimit } from 'llm-headroom';

const bedrock = withRateLimit(new BedrockRuntimeClient({ region: 'eu-west-1' }), {
  limits: { rpm: 200, tpm: 400_000 },
});

export const ask = (text: string) =>
  bedrock.send(
    new ConverseCommand({
      modelId: 'us.amazon.nova-pro-v1:0',
      messages: [{ role: 'user', content: [{ text }] }],
      inferenceConfig: { maxTokens: 50 },
    }),
  );

// This needs credentials.
if (process.env.AWS_ACCESS_KEY_ID ?? process.env.AWS_PROFILE) {
  console.log((await ask('What is a limit?')).output?.message?.content);
  for (const { model, totals } of bedrock.rateLimit.snapshot())
    console.log(`${model}: ${totals.calls} calls`);
}
