import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { FetchHttpHandler } from '@smithy/fetch-http-handler';
import { converseWire } from './foreign-wire.ts';
import { type Integration, MOST_TOKENS, PROMPT, READ_ON } from './integration.ts';
import { translated } from './translated.ts';

const input = {
  modelId: 'us.amazon.nova-pro-v1:0',
  messages: [{ role: 'user' as const, content: [{ text: PROMPT }] }],
  inferenceConfig: { maxTokens: MOST_TOKENS },
};

export const bedrock: Integration = {
  name: '`@aws-sdk/client-bedrock-runtime`',
  how: '`new BedrockRuntimeClient({ requestHandler: new FetchHttpHandler({ customFetch: limiter.fetch }) })`',
  provider: 'compatible',
  translate: translated(converseWire),
  afterBreak: READ_ON,
  make({ fetch: customFetch, origin }) {
    const client = new BedrockRuntimeClient({
      endpoint: origin,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
      maxAttempts: 1,
      requestHandler: new FetchHttpHandler({ customFetch }),
    });
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
  },
};
