import {
  BedrockRuntimeClient,
  type BedrockRuntimeClientConfig,
  ConverseCommand,
  ConverseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { FetchHttpHandler } from '@smithy/fetch-http-handler';
import { withRateLimit } from '../../src/with-rate-limit.ts';
import { converseWire } from './foreign-wire.ts';
import {
  type IntegratedClient,
  type Integration,
  MOST_TOKENS,
  PROMPT,
  READ_ON,
} from './integration.ts';
import { translated } from './translated.ts';

const input = {
  modelId: 'us.amazon.nova-pro-v1:0',
  messages: [{ role: 'user' as const, content: [{ text: PROMPT }] }],
  inferenceConfig: { maxTokens: MOST_TOKENS },
};

const options: BedrockRuntimeClientConfig = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
};

function converseClient(client: BedrockRuntimeClient): IntegratedClient {
  return {
    async ask(abortSignal) {
      const command = new ConverseCommand(input);
      const { output, usage } = await client.send(command, abortSignal && { abortSignal });
      const text = output?.message?.content?.[0]?.text ?? '';
      const { inputTokens, outputTokens } = usage ?? {};
      return { text, inputTokens, outputTokens };
    },
    async *stream(abortSignal) {
      const command = new ConverseStreamCommand(input);
      const { stream } = await client.send(command, abortSignal && { abortSignal });
      for await (const event of stream ?? []) yield event.contentBlockDelta?.delta?.text ?? '';
    },
  };
}

const shared = {
  provider: 'compatible',
  translate: translated(converseWire),
  afterBreak: READ_ON,
} as const;

export const limitedBedrock: Integration = {
  ...shared,
  name: '`@aws-sdk/client-bedrock-runtime`',
  how: '`withRateLimit(new BedrockRuntimeClient())`',
  make({ server: customFetch, limiter, origin: endpoint }) {
    const requestHandler = new FetchHttpHandler({ customFetch });
    const client = new BedrockRuntimeClient({ ...options, endpoint, requestHandler });
    return converseClient(withRateLimit(client, { limiter }));
  },
};

export const bedrock: Integration = {
  ...shared,
  name: '`@aws-sdk/client-bedrock-runtime`, by its request handler',
  how: '`new BedrockRuntimeClient({ requestHandler: new FetchHttpHandler({ customFetch: limiter.fetch }) })`',
  make({ fetch: customFetch, origin: endpoint }) {
    const requestHandler = new FetchHttpHandler({ customFetch });
    return converseClient(
      new BedrockRuntimeClient({ ...options, endpoint, maxAttempts: 1, requestHandler }),
    );
  },
};
